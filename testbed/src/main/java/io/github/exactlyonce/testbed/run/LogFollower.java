package io.github.exactlyonce.testbed.run;

import io.github.exactlyonce.testbed.system.ChildProcess;
import io.github.exactlyonce.testbed.system.LogFile;
import java.util.ArrayList;
import java.util.List;

/** Prints what each process logs, under its name. It reads their files, so a terminal that stands still holds nobody up. */
final class LogFollower {

    private final Terminal terminal;
    private final List<Followed> all = new ArrayList<>();
    private final int width;

    LogFollower(Terminal terminal, List<? extends ChildProcess> processes) {
        this.terminal = terminal;
        this.width =
                processes.stream().mapToInt(each -> each.name().length()).max().orElse(0);
        for (ChildProcess process : processes) {
            LogFile log = new LogFile(process.log());
            log.skipToEnd();
            all.add(new Followed(process, log));
        }
    }

    /** Prints what is new; tells once of each process that has ended. */
    void tick() {
        for (int i = 0; i < all.size(); i++) {
            Followed each = all.get(i);
            boolean ended = !each.process.isAlive();
            for (String line : each.log.newLines()) {
                terminal.line(i, each.process.name(), width, line);
            }
            if (ended && !each.toldOfEnd) {
                each.toldOfEnd = true;
                terminal.line(i, each.process.name(), width, "ended with exit code " + each.process.exitCode());
            }
        }
    }

    private static final class Followed {
        private final ChildProcess process;
        private final LogFile log;
        private boolean toldOfEnd;

        private Followed(ChildProcess process, LogFile log) {
            this.process = process;
            this.log = log;
        }
    }
}
