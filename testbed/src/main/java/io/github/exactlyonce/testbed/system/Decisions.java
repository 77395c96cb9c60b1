package io.github.exactlyonce.testbed.system;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the replicas log about orders from now on. Not for several threads. */
public final class Decisions {

    private static final Pattern ORDER = Pattern.compile("\\borderId=(\\S+)");
    private static final Pattern REPLICA = Pattern.compile("\\breplica=(\\S+)");
    private static final Pattern DECISION = Pattern.compile("\\bdecision=(\\S+)");

    private final List<LogFile> logs = new ArrayList<>();
    private final Map<String, List<Decision>> byOrder = new LinkedHashMap<>();

    public record Decision(String replica, String decision) {}

    public static Decisions from(List<ServiceProcess> replicas) {
        Decisions decisions = new Decisions();
        for (ServiceProcess replica : replicas) {
            LogFile log = new LogFile(replica.log());
            log.skipToEnd();
            decisions.logs.add(log);
        }
        return decisions;
    }

    /** The lines about one order so far. */
    public List<Decision> of(String orderId) {
        logs.forEach(log -> log.newLines().forEach(this::read));
        return byOrder.getOrDefault(orderId, List.of());
    }

    public long replicasThatDecided(String orderId) {
        return of(orderId).stream().map(Decision::replica).distinct().count();
    }

    private void read(String line) {
        Matcher order = ORDER.matcher(line);
        Matcher replica = REPLICA.matcher(line);
        Matcher decision = DECISION.matcher(line);
        if (order.find() && replica.find() && decision.find()) {
            byOrder.computeIfAbsent(order.group(1), id -> new ArrayList<>())
                    .add(new Decision(replica.group(1), decision.group(1)));
        }
    }
}
