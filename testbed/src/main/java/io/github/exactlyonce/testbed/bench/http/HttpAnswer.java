package io.github.exactlyonce.testbed.bench.http;

import java.util.Locale;

/** As much of HTTP/1.1 as a client must know whose requests never overlap on a connection. */
final class HttpAnswer {

    private static final String END_OF_HEADERS = "\r\n\r\n";
    private static final String LAST_CHUNK = "\r\n0\r\n\r\n";
    private static final String CONTENT_LENGTH = "\r\ncontent-length:";

    private static final String CLOSE = "\r\nconnection: close";

    private HttpAnswer() {}

    /** @param text all that came so far, and nothing of another answer */
    static boolean isComplete(String text) {
        int end = text.indexOf(END_OF_HEADERS);
        if (end < 0) {
            return false;
        }
        String headers = text.substring(0, end + 2).toLowerCase(Locale.ROOT);
        int length = headers.indexOf(CONTENT_LENGTH);
        if (length >= 0) {
            int from = length + CONTENT_LENGTH.length();
            int bytes = Integer.parseInt(
                    headers.substring(from, headers.indexOf('\r', from)).strip());
            return text.length() >= end + END_OF_HEADERS.length() + bytes;
        }
        return text.indexOf(LAST_CHUNK, end) >= 0 && text.endsWith(LAST_CHUNK.substring(2));
    }

    /** Whether the server closes the connection. @param text complete */
    static boolean isLast(String text) {
        return text.substring(0, text.indexOf(END_OF_HEADERS))
                .toLowerCase(Locale.ROOT)
                .contains(CLOSE);
    }

    /** 503: a busy machine, or a Redis that is away for a moment. */
    static boolean isWorthRepeating(String text) {
        return text.startsWith("HTTP/1.1 503");
    }

    /** 2xx. */
    static boolean isSuccess(String text) {
        return text.startsWith("HTTP/1.1 2");
    }
}
