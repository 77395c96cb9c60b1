package io.github.exactlyonce.testbed.system;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;

/** TCP ports on this machine. */
public final class Ports {

    /** Below the ports from which Linux (32768) and macOS (49152) serve outgoing connections, so nobody gets it by chance. */
    private static final int FIRST = 20_000;

    private static final int LAST = 32_000;
    private static final int ATTEMPTS = 1_000;

    /** Nodes of a cluster talk to each other on a port that is so much higher. */
    private static final int CLUSTER_BUS = 10_000;

    private Ports() {}

    public static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port)) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }

    public static int free() {
        return free(1).get(0);
    }

    /** @return {@code count} ports in a row that nobody listens on now */
    public static List<Integer> free(int count) {
        return free(count, LAST, List.of(0));
    }

    /** As {@link #free(int)}, for nodes of a Redis Cluster: those on which they talk to each other are free as well. */
    public static List<Integer> ofCluster(int count) {
        return free(count, LAST - CLUSTER_BUS, List.of(0, CLUSTER_BUS));
    }

    private static List<Integer> free(int count, int last, List<Integer> offsets) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            int first = ThreadLocalRandom.current().nextInt(FIRST, last - count);
            List<Integer> ports = IntStream.range(first, first + count).boxed().toList();
            if (ports.stream().allMatch(port -> offsets.stream().allMatch(offset -> isFree(port + offset)))) {
                return ports;
            }
        }
        throw new IllegalStateException("no %d free ports in a row from %d to %d".formatted(count, FIRST, last));
    }
}
