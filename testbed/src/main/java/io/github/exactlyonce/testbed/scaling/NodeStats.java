package io.github.exactlyonce.testbed.scaling;

import io.lettuce.core.api.sync.RedisCommands;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What one Redis says it has done since it was started: {@code INFO} and {@code CLUSTER INFO}.
 *
 * @param calls of each command, those in scripts too
 * @param micros that these took, without reading and writing the connections
 * @param bytes that clients sent and were sent; not those between the nodes
 * @param busMessages of pub/sub that were sent to other nodes
 * @param cpuMicros of the process
 * @param memory in use
 */
record NodeStats(
        Map<String, Long> calls,
        Map<String, Long> micros,
        double bytes,
        double busMessages,
        double cpuMicros,
        double memory) {

    /** What asking costs is nobody's work. */
    private static final List<String> OURS = List.of("info", "cluster|info", "command");

    /** The only commands that the services send for an order; everything else is done by a script. */
    private static final List<String> SENT = List.of("evalsha", "eval", "set");

    static NodeStats read(RedisCommands<String, String> node) {
        Map<String, String> info = lines(node.info("everything"));
        Map<String, String> cluster = lines(node.clusterInfo());
        Map<String, Long> calls = new HashMap<>();
        Map<String, Long> micros = new HashMap<>();
        info.forEach((name, value) -> {
            String command = name.replaceFirst("^cmdstat_", "");
            if (!command.equals(name) && !OURS.contains(command)) {
                calls.put(command, Long.parseLong(field(value, "calls")));
                micros.put(command, Long.parseLong(field(value, "usec")));
            }
        });
        return new NodeStats(
                calls,
                micros,
                number(info, "total_net_input_bytes") + number(info, "total_net_output_bytes"),
                number(cluster, "cluster_stats_messages_publish_sent")
                        + number(cluster, "cluster_stats_messages_publishshard_sent"),
                1e6 * (number(info, "used_cpu_user") + number(info, "used_cpu_sys")),
                number(info, "used_memory"));
    }

    double commands() {
        return calls.values().stream().mapToLong(Long::longValue).sum();
    }

    double sent() {
        return SENT.stream().mapToDouble(this::calls).sum();
    }

    double calls(String command) {
        return calls.getOrDefault(command, 0L);
    }

    double micros(String command) {
        return micros.getOrDefault(command, 0L);
    }

    private static Map<String, String> lines(String info) {
        Map<String, String> lines = new HashMap<>();
        for (String line : info.split("\r?\n")) {
            String[] parts = line.split(":", 2);
            if (parts.length == 2) {
                lines.put(parts[0], parts[1].strip());
            }
        }
        return lines;
    }

    private static double number(Map<String, String> info, String name) {
        return Double.parseDouble(info.getOrDefault(name, "0"));
    }

    private static String field(String fields, String name) {
        return Arrays.stream(fields.split(","))
                .filter(field -> field.startsWith(name + "="))
                .map(field -> field.substring(name.length() + 1))
                .findFirst()
                .orElse("0");
    }
}
