package io.github.exactlyonce.inventory.interleavings;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * What determines the future of a state, as a text: two states with the same text have the same futures, up to times and to
 * the names of replicas. In it are
 *
 * <ul>
 *   <li>all of Redis but times and what was written about the past: who settled an order or wrote to the ledger, unless that is
 *       a token that somebody still holds;
 *   <li>of each machine what it may still begin, what it has begun, and each answer that it has heard since: the rest is a
 *       function of these (see {@link Rehearsal}). After its operation it remembers nothing;
 *   <li>of each token, an owner's or a lease's, whose it is, where it is held and where it is written. So whether a score is
 *       still the lease that a replica believes to have, and a lock still its own, is in it; the number itself is not, for
 *       scripts only compare it with itself. No two claims give the same lease token, for each waits until Redis's clock is
 *       past all scores that are there;
 *   <li>the commands that may still arrive, and how many faults may still happen.
 * </ul>
 *
 * The scripts that Redis knows are not in it: whether a call finds its script is a choice at each call ({@link Steps}).
 * Attempts are not: no schedule is so long that a job is given up. Of the scores only the order is, in which a claim finds
 * the jobs.
 *
 * <p>Replicas are alike, so of the texts that their permutations give, the first in the alphabet stands for all.
 */
final class CanonicalState {

    private static final Pattern TIME = Pattern.compile("\\d{13}(\\.\\d+)?");
    private static final Set<String> TIMES = Set.of(
            "placedAt", "settledAt", "scheduledFor", "cancelRequestedAt", "cancelledAt", "lastRunAt", "scheduledAt");

    private final State state;
    private final List<Machine> machines;
    private final Map<String, String> held = new HashMap<>();
    private final Map<Double, String> leases = new HashMap<>();

    private CanonicalState(State state, List<Machine> machines) {
        this.state = state;
        this.machines = machines;
    }

    static String of(State state) {
        return orders(state.machines()).stream()
                .map(machines -> new CanonicalState(state, machines).text())
                .min(Comparator.naturalOrder())
                .orElseThrow();
    }

    /** As {@link #of} after everybody has died and what is on its way is lost. */
    static String ofRedis(RedisImage redis) {
        StringBuilder text = new StringBuilder();
        new CanonicalState(new State(redis, List.of(), List.of(), 0, 0, null, 0, ""), List.of()).redis(text);
        return text.toString();
    }

    private String text() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < machines.size(); i++) {
            machine(i, machines.get(i), text);
        }
        for (Command command : state.inFlight()) {
            text.append("in flight ").append(command.method().getName());
            if (command.isOf("claim-jobs")) { // all are alike, but for the time until which they may be run
                text.append(" claim-jobs");
            } else {
                command.texts().forEach(argument -> text.append(' ').append(heldName(argument)));
            }
            text.append('\n');
        }
        text.append(state.faults()).append(' ').append(state.expiries()).append('\n');
        redis(text);
        return text.toString();
    }

    private void machine(int index, Machine machine, StringBuilder text) {
        text.append(machine.role()).append(machine.left()).append(' ').append(machine.running());
        if (machine.running() != null) {
            held.put(machine.tokens(), "owner " + index + " ");
            for (Answer answer : machine.answers()) {
                text.append(' ');
                if (answer.failure() == null) {
                    answer(answer.value(), text);
                } else {
                    text.append(answer.failure().getClass().getSimpleName());
                }
            }
            // Tells an ended command of a batch from its retry, and holds the tokens that were made but not yet sent.
            text.append(" | ")
                    .append(
                            machine.next() == null
                                    ? ""
                                    : machine.next().method().getName());
        }
        text.append('\n');
    }

    private void answer(Object value, StringBuilder text) {
        if (!(value instanceof List<?> list)) {
            text.append(name(String.valueOf(value)));
            return;
        }
        text.append('[');
        boolean isClaim = list.size() >= 4 && (list.size() - 4) % 5 == 0 && list.get(3) instanceof Long;
        if (isClaim) {
            for (int i = 4; i < list.size(); i += 5) {
                text.append(list.get(i))
                        .append(' ')
                        .append(heldName((String) list.get(i + 1)))
                        .append(' ');
            }
        } else {
            boolean isSettlement = list.size() == 4 && list.get(2) instanceof Long;
            for (int i = 0; i < list.size(); i++) {
                if (!(isSettlement && i == 2)) {
                    answer(list.get(i), text);
                    text.append(' ');
                }
            }
        }
        text.append(']');
    }

    private void redis(StringBuilder text) {
        state.redis().keys().forEach((name, key) -> {
            text.append(name).append(key.millisToLive() < 0 ? "" : " expires").append(' ');
            switch (key.type()) {
                case "hash" ->
                    new TreeMap<>(state.redis().hash(name))
                            .forEach((field, value) -> text.append(field)
                                    .append('=')
                                    .append(TIMES.contains(field) ? "time" : name(value))
                                    .append(' '));
                case "stream" ->
                    key.entries()
                            .forEach(entry -> entry.values()
                                    .forEach(value -> text.append(name(value)).append(' ')));
                default -> key.content().forEach(each -> text.append(name(each)).append(' '));
            }
            text.append('\n');
        });
    }

    /** What a text is called that may be a token or a time. */
    private String name(String value) {
        if (isOwnerToken(value)) {
            String holder = held.get(value);
            int end = value.lastIndexOf('.') + 1;
            String operation = held.get(value.substring(0, end));
            return holder != null ? holder : operation != null ? operation + value.substring(end) : "somebody's";
        }
        if (isTime(value)) {
            return leases.getOrDefault(Double.valueOf(value), "time");
        }
        return value;
    }

    /** As {@link #name}, of what is held itself and was not heard of before. */
    private String heldName(String value) {
        if (isOwnerToken(value)) {
            if (name(value).equals("somebody's")) {
                held.put(value, "held " + held.size());
            }
            return name(value);
        }
        if (isTime(value)) {
            return leases.computeIfAbsent(Double.valueOf(value), any -> "lease " + leases.size());
        }
        return value;
    }

    private static boolean isOwnerToken(String value) {
        return value.startsWith("inventory-") && value.indexOf('/') > 0;
    }

    /** A time, or a lease token: Redis may write the same number in more than one way. */
    private static boolean isTime(String value) {
        return value.length() >= 13 && TIME.matcher(value).matches();
    }

    /** The machines, for each order of the replicas. */
    private static List<List<Machine>> orders(List<Machine> machines) {
        List<Integer> replicas = machines.stream()
                .map(Machine::replica)
                .filter(i -> i >= 0)
                .distinct()
                .toList();
        List<List<Machine>> orders = new ArrayList<>();
        for (List<Integer> order : permutations(replicas)) {
            List<Machine> sorted = new ArrayList<>(machines);
            sorted.sort(Comparator.comparing(machine -> order.indexOf(machine.replica())));
            orders.add(sorted);
        }
        return orders;
    }

    private static List<List<Integer>> permutations(List<Integer> of) {
        if (of.isEmpty()) {
            return List.of(List.of());
        }
        List<List<Integer>> all = new ArrayList<>();
        for (Integer first : of) {
            List<Integer> others = new ArrayList<>(of);
            others.remove(first);
            for (List<Integer> rest : permutations(others)) {
                List<Integer> permutation = new ArrayList<>(Collections.singletonList(first));
                permutation.addAll(rest);
                all.add(permutation);
            }
        }
        return all;
    }
}
