package io.github.exactlyonce.testbed.system;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A log file that another process appends to, read bit by bit. Not for several threads. */
public final class LogFile {

    /** Read at most this much at a time: a replica under load writes megabytes. */
    private static final int MAX_READ = 8 << 20;

    private static final int MAX_TAIL = 64 << 10;

    private final Path path;
    private long position;

    public LogFile(Path path) {
        this.path = path;
    }

    /** Skips what is there now. */
    public void skipToEnd() {
        position = path.toFile().length();
    }

    /** The last few lines, without moving on. */
    public List<String> lastLines(int count) {
        LogFile end = new LogFile(path);
        end.position = Math.max(0, path.toFile().length() - MAX_TAIL);
        List<String> lines = end.newLines();
        return lines.subList(Math.max(0, lines.size() - count), lines.size());
    }

    /** The lines that were completed since the last call, in order. */
    public List<String> newLines() {
        if (!Files.exists(path)) {
            return List.of();
        }
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
            byte[] unread = new byte[(int) Math.min(MAX_READ, file.length() - position)];
            file.seek(position);
            file.readFully(unread);
            int end = endOfLastLine(unread);
            position += end;
            return new String(unread, 0, end, StandardCharsets.UTF_8).lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int endOfLastLine(byte[] text) {
        int end = text.length;
        while (end > 0 && text[end - 1] != '\n') {
            end--;
        }
        return end;
    }
}
