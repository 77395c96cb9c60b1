package io.github.exactlyonce.inventory;

import io.github.exactlyonce.contracts.telemetry.HostName;
import java.util.concurrent.ThreadLocalRandom;
import org.springframework.stereotype.Component;

/** Who this process is among the replicas. */
@Component
public final class Replica {

    private static final char[] NONCE_ALPHABET =
            "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_".toCharArray();
    private static final int NONCE_LENGTH = 8;

    private final String name;

    Replica(InventoryProperties properties) {
        this.name = properties.replica().isEmpty() ? HostName.ofThisProcess() : properties.replica();
    }

    public String name() {
        return name;
    }

    /**
     * A fresh owner token, {@code <replica>/<48 random bits>}: the value of a lock, and the mark on what was done under
     * it. No two attempts share one, not even of the same replica.
     */
    public String newOwnerToken() {
        long random = ThreadLocalRandom.current().nextLong();
        StringBuilder token =
                new StringBuilder(name.length() + 1 + NONCE_LENGTH).append(name).append('/');
        for (int i = 0; i < NONCE_LENGTH; i++) {
            token.append(NONCE_ALPHABET[(int) (random >>> (6 * i)) & 63]);
        }
        return token.toString();
    }
}
