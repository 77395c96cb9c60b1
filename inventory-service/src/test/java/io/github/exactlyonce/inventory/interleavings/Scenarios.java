package io.github.exactlyonce.inventory.interleavings;

import static io.github.exactlyonce.contracts.Warehouse.MAIN;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.contracts.redis.Pipeline;
import io.lettuce.core.SetArgs;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** The small systems that are explored. In each, {@code 001} is the SKU that everybody wants, or gets more of. */
final class Scenarios {

    private static final String SKU = SmallSystem.SKU;
    private static final String RESTOCK = "restock r-7 " + SKU + " 10";

    private static final Map<String, String> SCHEDULED =
            Map.of("status", "SCHEDULED", "items", SKU + "=1", "placedAt", "1", "scheduledFor", "2");

    private final SmallSystem system;

    Scenarios(SmallSystem system) {
        this.system = system;
    }

    /** Clients post orders, one for each id, of one unit each, and there is one unit. */
    Scenario orders(int replicas, int copies, int looks, String... ids) {
        List<Machine> machines = new ArrayList<>();
        Arrays.stream(ids).map(system::client).forEach(machines::add);
        for (int replica = 0; replica < replicas; replica++) {
            machines.add(system.messages(replica, copies, ids));
            machines.add(system.poller(replica, looks));
        }
        return ordersOf(machines, Map.of(), List.of(), ids);
    }

    /** As {@link #orders} with two of them, where only one of the two replicas looks for due jobs. */
    Scenario twoOrders(int looks) {
        String[] ids = {"29", "30"};
        List<Machine> machines = List.of(
                system.client("29"),
                system.client("30"),
                system.messages(0, 1, ids),
                system.messages(1, 1, ids),
                system.poller(1, looks));
        return ordersOf(machines, Map.of(), List.of(), ids);
    }

    /**
     * The same id in two warehouses, with one unit in each: both orders are confirmed, whoever hears of which one first. No
     * replica looks for due jobs meanwhile.
     */
    Scenario sameIdInTwoWarehouses(Warehouse other) {
        return new Scenario(
                Map.of(RedisKeys.stock(MAIN), Map.of(SKU, "1"), RedisKeys.stock(other), Map.of(SKU, "1")),
                List.of(),
                List.of(
                        system.client(MAIN, "29"),
                        system.client(other, "29"),
                        system.messagesOf(0, "29", MAIN, other),
                        system.messagesOf(1, "29", MAIN, other)),
                0,
                0,
                system.healer(MAIN, other),
                state -> true,
                Invariants.all(
                        new OrderInvariants(MAIN, SKU, 1, List.of("29")),
                        new OrderInvariants(other, SKU, 1, List.of("29"))));
    }

    /** An order that is placed, and cancelled at any time from then on; so many requests do that, one after the other. */
    Scenario cancelledOrder(int replicas, int copies, int looks, int requests) {
        List<Machine> machines = new ArrayList<>(List.of(system.canceller(requests, "29")));
        for (int replica = 0; replica < replicas; replica++) {
            machines.add(system.messagesOfCancelled(replica, copies, "29"));
            machines.add(system.poller(replica, looks));
        }
        Map<String, String> record = Map.of("status", "PLACED", "items", SKU + "=1", "placedAt", "1");
        return ordersOf(machines, Map.of(RedisKeys.order(MAIN, "29"), record), List.of(RedisKeys.orderJob("29")), "29");
    }

    /** As {@link #cancelledOrder}, of one for later that is due. */
    Scenario cancelledOrderForLater(int looks) {
        List<Machine> machines = List.of(
                system.canceller(1, "29"),
                system.messages(0, 1, "29"),
                system.poller(0, looks),
                system.poller(1, looks));
        return ordersOf(
                machines, Map.of(RedisKeys.order(MAIN, "29"), SCHEDULED), List.of(RedisKeys.orderJob("29")), "29");
    }

    /** An order that was placed for later, is due now, and is not announced yet. Copies of a message may come even before that. */
    Scenario scheduledOrder(int replicas, int copies, int looks) {
        List<Machine> machines = new ArrayList<>();
        for (int replica = 0; replica < replicas; replica++) {
            machines.add(system.messages(replica, copies, "29"));
            machines.add(system.poller(replica, looks));
        }
        return ordersOf(
                machines, Map.of(RedisKeys.order(MAIN, "29"), SCHEDULED), List.of(RedisKeys.orderJob("29")), "29");
    }

    /** Another producer's message: the replicas record the order themselves. */
    Scenario orderOfAnotherProducer(int replicas, int copies, int looks) {
        List<Machine> machines = new ArrayList<>();
        for (int replica = 0; replica < replicas; replica++) {
            machines.add(system.messagesOfAnotherProducer(replica, copies, "29"));
            machines.add(system.poller(replica, looks));
        }
        return ordersOf(machines, Map.of(), List.of(), "29");
    }

    /** A job whose effect is a script inside {@code finish-jobs.lua}. */
    Scenario restock(int replicas, int looks) {
        List<Machine> machines = new ArrayList<>();
        for (int replica = 0; replica < replicas; replica++) {
            machines.add(system.poller(replica, looks));
        }
        return new Scenario(
                Map.of(RedisKeys.job(MAIN, "r-7"), Map.of("work", RESTOCK, "status", "SCHEDULED")),
                List.of(RESTOCK),
                machines,
                0,
                0,
                system.healer(),
                state -> true,
                new RestockInvariants(RESTOCK, "r-7", SKU, 10));
    }

    /**
     * What many copy: {@code SET lock NX PX}; who got it does the work and deletes it. Nothing but the message remembers the
     * order. What becomes of it if all die is only looked at after each replica has heard of it: Pub/Sub did all that it
     * can.
     */
    Scenario textbook(int replicas) {
        return textbook(
                replicas,
                state -> state.machines().stream()
                        .allMatch(machine -> machine.left().isEmpty()));
    }

    /** As {@link #textbook}, and nobody dies. */
    Scenario textbookWithoutCrashes(int replicas) {
        return textbook(replicas, state -> false);
    }

    private Scenario textbook(int replicas, Predicate<State> isEnd) {
        List<Machine> machines = new ArrayList<>();
        for (int replica = 0; replica < replicas; replica++) {
            machines.add(system.machine(
                    replica, "m", List.of(new Operation("hears of 29", redis -> true, Scenarios::textbook))));
        }
        return new Scenario(
                Map.of(RedisKeys.stock(MAIN), Map.of(SKU, "10")),
                List.of(),
                machines,
                0,
                0,
                null,
                isEnd,
                new TextbookInvariants(SKU, 10));
    }

    private static void textbook(Pipeline pipeline) {
        List<String> order = List.of(RedisKeys.lock(MAIN, "29"));
        SetArgs ifFree = SetArgs.Builder.nx().px(ReplicaBeans.LOCK_TTL);
        boolean isOurs = pipeline.<String, String>sendAll(order, (redis, lock) -> redis.set(lock, "locked", ifFree))
                        .get(0)
                        .value()
                != null;
        if (isOurs) {
            pipeline.sendAll(order, (redis, lock) -> redis.hincrby(RedisKeys.stock(MAIN), SKU, -1));
            pipeline.sendAll(order, (redis, lock) -> redis.del(lock));
        }
    }

    private Scenario ordersOf(
            List<Machine> machines, Map<String, Map<String, String>> records, List<String> jobs, String... ids) {
        Map<String, Map<String, String>> hashes = new HashMap<>(records);
        hashes.put(RedisKeys.stock(MAIN), Map.of(SKU, "1"));
        return new Scenario(
                hashes,
                jobs,
                machines,
                0,
                0,
                system.healer(),
                state -> true,
                new OrderInvariants(MAIN, SKU, 1, List.of(ids)));
    }
}
