package io.github.exactlyonce.testbed.proxy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** How a message on one channel begins: an array in RESP2, a push in RESP3, and but for that first byte the same. */
final class PubSub {

    private final byte[] beginning;

    PubSub(String channel) {
        this.beginning = "3\r\n$7\r\nmessage\r\n$%d\r\n%s\r\n"
                .formatted(channel.length(), channel)
                .getBytes(StandardCharsets.US_ASCII);
    }

    boolean isMessage(byte[] value) {
        return value.length > beginning.length
                && (value[0] == '>' || value[0] == '*')
                && Arrays.equals(value, 1, 1 + beginning.length, beginning, 0, beginning.length);
    }
}
