package io.github.exactlyonce.testbed.storm;

import io.github.exactlyonce.testbed.system.LogFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Counts the orders that were settled because their job came due, not by a message: the replicas log it. */
final class Recovered {

    private final Map<Path, LogFile> logs = new TreeMap<>();

    /** @return how many more there are since the last call */
    long more(List<Path> logsOfReplicas) {
        long count = 0;
        for (Path path : logsOfReplicas) {
            LogFile log = logs.computeIfAbsent(path, LogFile::new);
            for (List<String> lines = log.newLines(); !lines.isEmpty(); lines = log.newLines()) {
                count += lines.stream().filter(Recovered::isRecovery).count();
            }
        }
        return count;
    }

    private static boolean isRecovery(String line) {
        return line.contains("decision=processed") && line.contains("source=job");
    }
}
