package io.github.exactlyonce.inventory.interleavings;

import static io.github.exactlyonce.contracts.Warehouse.MAIN;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.Warehouse;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Orders are settled once, whatever the order of steps, and whoever dies in between. {@link Explorer} says what that covers. */
class OrderInterleavingsTest extends WithSmallSystem {

    @Test
    void oneOrderWithFaults() {
        assertHolds(SCENARIOS.orders(2, 1, 1, "29").with(FAULTS, 1));
    }

    @Test
    void oneOrderAndTwoCopiesOfItsMessageForEachReplica() {
        assertHolds(SCENARIOS.orders(2, 2, 2, "29").with(0, 1));
    }

    @Test
    void twoOrdersForTheLastUnit() {
        assertHolds(SCENARIOS.twoOrders(1).with(0, 1));
    }

    @Test
    void twoOrdersForTheLastUnitWithFaults() {
        assertHolds(SCENARIOS.twoOrders(0).with(FAULTS, 0));
    }

    @Test
    void threeReplicas() {
        assertHolds(SCENARIOS.orders(3, 1, 1, "29").with(0, 1));
    }

    @Test
    void anOrderForLater() {
        assertHolds(SCENARIOS.scheduledOrder(2, 1, 1).with(0, 1));
    }

    @Test
    void anOrderForLaterThatTwoPollersFindWithFaults() {
        assertHolds(SCENARIOS.scheduledOrder(2, 0, 2).with(FAULTS, 1));
    }

    @Test
    void anOrderOfAnotherProducer() {
        assertHolds(SCENARIOS.orderOfAnotherProducer(2, 1, 1).with(FAULTS, 0));
    }

    @Test
    void anOrderThatIsCancelledWithFaults() {
        assertHolds(SCENARIOS.cancelledOrder(1, 1, 1, 1).with(FAULTS, 1));
    }

    @Test
    void anOrderThatIsCancelledWhileTwoReplicasHearOfItWithFaults() {
        assertHolds(SCENARIOS.cancelledOrder(2, 2, 0, 1).with(FAULTS, 1));
    }

    @Test
    void anOrderThatIsCancelledTwiceWhileTwoReplicasHearOfIt() {
        assertHolds(SCENARIOS.cancelledOrder(2, 1, 1, 2));
    }

    @Test
    void anOrderForLaterThatIsCancelledWhenItIsDue() {
        assertHolds(SCENARIOS.cancelledOrderForLater(1));
    }

    /**
     * The first replica to hear of it dies before its first command, before its second, and so on: the other one hears of it
     * too, and what that leaves in Redis is enough for a third.
     */
    @Test
    void whoDiesBeforeItRecordsAnOrderOfAnotherProducerLeavesThatToWhoeverHearsOfItToo() {
        SmallSystem system = new SmallSystem(2, RESOURCES);
        OrderInvariants invariants = new OrderInvariants(MAIN, SmallSystem.SKU, 1, List.of("29"));
        Map<String, Map<String, String>> stock = Map.of(RedisKeys.stock(MAIN), Map.of(SmallSystem.SKU, "1"));
        boolean hasDied = true;
        for (int commands = 0; hasDied; commands++) {
            Machine first = beginning(system.messagesOfAnotherProducer(0, 1, "29"));
            assertThat(first.next()).matches(command -> command.isOf("place-order"), "records it first");
            RedisImage redis = REDIS.begin(stock, List.of());
            for (int i = 0; i < commands && first.next() != null; i++) {
                Step.Outcome outcome = arrive(redis, first);
                redis = outcome.redis();
                first = first.hear(outcome.answer());
            }
            hasDied = first.next() != null;

            redis = run(redis, beginning(system.messagesOfAnotherProducer(1, 1, "29")));
            assertThat(redis.hash(RedisKeys.order(MAIN, "29")))
                    .as("%d commands of the first", commands)
                    .isNotEmpty();
            while (!redis.members(RedisKeys.jobs(MAIN)).isEmpty()) {
                redis = run(redis, beginning(system.healer()));
            }
            assertThat(invariants.brokenAtTheEnd(redis))
                    .as("%d commands of the first", commands)
                    .isEmpty();
        }
    }

    private static Machine beginning(Machine machine) {
        return machine.begin(machine.left().get(0));
    }

    private static RedisImage run(RedisImage redis, Machine machine) {
        while (machine.next() != null) {
            Step.Outcome outcome = arrive(redis, machine);
            redis = outcome.redis();
            machine = machine.hear(outcome.answer());
        }
        return redis;
    }

    private static Step.Outcome arrive(RedisImage redis, Machine machine) {
        return REDIS.outcome(redis, new Step.Arrival(machine.next(), Set.of()));
    }

    @Test
    void theSameIdInTwoWarehouses() {
        assertHolds(SCENARIOS.sameIdInTwoWarehouses(new Warehouse("berlin")).with(FAULTS, 1));
    }
}
