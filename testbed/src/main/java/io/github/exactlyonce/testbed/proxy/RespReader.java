package io.github.exactlyonce.testbed.proxy;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Cuts what Redis answers into whole values, of RESP2 and RESP3 alike, without looking into them. */
final class RespReader {

    /** Far more than any answer to our services. */
    private static final int MAX_BYTES = 64 << 20;

    private static final int BUFFER = 16 << 10;

    private final InputStream in;
    private final ByteArrayOutputStream value = new ByteArrayOutputStream();

    RespReader(InputStream in) {
        this.in = new BufferedInputStream(in, BUFFER);
    }

    /** Waits for the next value; null at the end of the stream, in the middle of a value too. */
    byte @Nullable [] next() throws IOException {
        value.reset();
        try {
            long open = 1;
            while (open > 0) {
                open += readOne() - 1;
            }
            return value.toByteArray();
        } catch (EOFException e) {
            return null;
        }
    }

    /** Whether some of the next value is there already. */
    boolean hasMore() throws IOException {
        return in.available() > 0;
    }

    /** Reads one line, and the text that it announces. @return how many values belong to it */
    private long readOne() throws IOException {
        int start = value.size();
        while (read() != '\n') {
            // up to the end of the line
        }
        String line = value.toString(StandardCharsets.ISO_8859_1).substring(start);
        return switch (line.charAt(0)) {
            case '$', '=', '!' -> {
                readText(number(line));
                yield 0;
            }
            case '*', '~', '>' -> Math.max(0, number(line));
            case '%' -> 2 * number(line);
            case '|' -> 2 * number(line) + 1; // what it says is about the value that follows
            default -> 0;
        };
    }

    private void readText(long length) throws IOException {
        for (long left = length < 0 ? 0 : length + 2; left > 0; left--) {
            read();
        }
    }

    private int read() throws IOException {
        int next = in.read();
        if (next < 0) {
            throw new EOFException();
        }
        if (value.size() == MAX_BYTES) {
            throw new ProtocolException("a value of more than " + MAX_BYTES + " bytes");
        }
        value.write(next);
        return next;
    }

    private static long number(String line) throws ProtocolException {
        try {
            return Long.parseLong(line.substring(1).trim());
        } catch (NumberFormatException e) {
            throw new ProtocolException("not RESP: " + line.trim());
        }
    }
}
