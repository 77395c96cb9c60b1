package io.github.exactlyonce.testbed.storm;

import io.github.exactlyonce.testbed.system.LogFile;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The lines in which replicas say that they have processed an order, or returned its stock, which is what a person asks the logs for. One may be
 * missing, for who has died writes none; a second one says what the ledger does not.
 */
final class ProcessedLines {

    private static final Pattern ORDER = Pattern.compile("\\borderId=(\\S+)");

    private final Map<Path, LogFile> logs = new TreeMap<>();
    private final Set<String> processed = new HashSet<>();
    private final Set<String> returned = new HashSet<>();
    private final Set<String> again = new TreeSet<>();

    /** @return how many more orders were settled because their jobs came due, not by a message, since the last call */
    long recoveredSince(List<Path> logsOfReplicas) {
        long recovered = 0;
        for (Path path : logsOfReplicas) {
            LogFile log = logs.computeIfAbsent(path, LogFile::new);
            for (List<String> lines = log.newLines(); !lines.isEmpty(); lines = log.newLines()) {
                recovered += lines.stream().filter(this::isRecovery).count();
            }
        }
        return recovered;
    }

    /** Orders that were processed twice, or their stock returned, as far as the lines have been read. */
    Set<String> again() {
        return again;
    }

    private boolean isRecovery(String line) {
        if (line.contains("decision=returned")) {
            note(line, returned);
            return false;
        }
        if (!line.contains("decision=processed")) {
            return false;
        }
        note(line, processed);
        return line.contains("source=job");
    }

    private void note(String line, Set<String> seen) {
        Matcher order = ORDER.matcher(line);
        if (order.find() && !seen.add(order.group(1))) {
            again.add(order.group(1));
        }
    }
}
