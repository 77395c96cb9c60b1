package io.github.exactlyonce.testbed.figures;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/** Of what figures were taken, and when. */
public final class Revision {

    private static final String UNKNOWN = "unknown";

    private Revision() {}

    /** Date and commit: {@code 2026-01-31T12:00Z, commit 0123abc with changes}; {@code unknown} where there is no git or no repository. */
    public static String now() {
        String commit = git("rev-parse", "--short=12", "HEAD");
        boolean isChanged =
                !commit.equals(UNKNOWN) && !git("status", "--porcelain").isEmpty();
        return "%s, commit %s%s"
                .formatted(Instant.now().truncatedTo(ChronoUnit.MINUTES), commit, isChanged ? " with changes" : "");
    }

    private static String git(String... arguments) {
        try {
            List<String> command = new ArrayList<>(List.of("git"));
            command.addAll(List.of(arguments));
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            return process.waitFor() == 0 ? output : UNKNOWN;
        } catch (IOException e) { // not installed
            return UNKNOWN;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return UNKNOWN;
        }
    }
}
