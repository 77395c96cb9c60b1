package io.github.exactlyonce.inventory.interleavings;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The checker is checked: a bug is put into a script, in memory, and some schedule must break an invariant. Those that
 * nothing can notice, because another part makes up for them, are listed too: they say what the guarantee does not depend on.
 */
class MutantsTest extends WithSmallSystem {

    private static final Mutation SETTLES_AGAIN =
            new Mutation("settles what is settled", "commit-order", "if CODES[was] then", "if false then");
    private static final Mutation LEAVES_THE_JOB = new Mutation(
            "leaves the job of a settled order",
            "commit-order",
            "redis.pcall('ZREM', jobs, job) -- whatever",
            "-- whatever");
    private static final Mutation SELLS_WHAT_IS_NOT_THERE =
            new Mutation("sells what is not there", "commit-order", "#shortages == 0 and", "true and");
    private static final Mutation NO_LEDGER_FOR_A_REJECTION = new Mutation(
            "writes no ledger entry for a rejection",
            "commit-order",
            "redis.call('XADD'",
            "local _ = settled == 'CONFIRMED' and redis.call('XADD'");
    private static final Mutation TAKES_FOR_A_CANCELLED_ORDER = new Mutation(
            "takes the stock of an order that is cancelled",
            "commit-order",
            "if status ~= 'CANCELLED' then",
            "if true then");
    private static final Mutation CANCELLED_WHEN_IT_IS_CONFIRMED = new Mutation(
            "a confirmed order is cancelled like one that has taken nothing",
            "cancel-order",
            "if status == 'PLACED' then",
            "if status == 'PLACED' or status == 'CONFIRMED' then");
    private static final Mutation CANCELLED_WITHOUT_A_JOB = new Mutation(
            "cancels a confirmed order without a job", "cancel-order", "redis.call('ZADD', jobs, due, returning)", "");
    private static final Mutation CANCELLED_ORDER_EXPIRES = new Mutation(
            "a cancelled order expires before its stock has returned",
            "cancel-order",
            "redis.call('PERSIST', order)",
            "redis.call('PTTL', order)");
    private static final Mutation RETURNS_AGAIN = new Mutation(
            "returns the stock again",
            "commit-cancellation",
            "elseif status ~= 'CANCELLING' then",
            "elseif not cancelled_by and status ~= 'CANCELLING' then");
    private static final Mutation RETURN_LEAVES_THE_JOB = new Mutation(
            "leaves the job of stock that has returned",
            "commit-cancellation",
            "redis.pcall('ZREM', jobs, job) -- whatever",
            "-- whatever");
    private static final Mutation PLACED_WITHOUT_A_JOB = new Mutation(
            "places an order without a job",
            "place-order",
            "redis.call('ZADD', jobs, digits(due), job)\n  local refusal",
            "local refusal");
    private static final Mutation RELEASES_AGAIN = new Mutation(
            "announces an order that is announced already",
            "place-order",
            "if recorded.status ~= 'SCHEDULED' then",
            "if false then");
    private static final Mutation CLAIM_REMOVES = new Mutation(
            "a claim removes the job",
            "claim-jobs",
            "redis.call('ZADD', jobs, unpack(scores,",
            "redis.call('ZREM', jobs, unpack(scores,");
    private static final Mutation CLAIM_WITHOUT_A_LEASE = new Mutation(
            "a claim leaves the score as it is",
            "claim-jobs",
            "redis.call('ZADD', jobs, unpack(scores, i, math.min(i + 2 * STEP - 1, #scores)))",
            "");
    private static final Mutation FINISH_OF_A_LOST_LEASE = new Mutation(
            "a job is finished by who has lost its lease",
            "finish-jobs",
            "if score ~= token and tonumber(score or '-1') ~= tonumber(token) then",
            "if false then");
    private static final Mutation FINISH_LEAVES_THE_JOB =
            new Mutation("a finished job stays", "finish-jobs", "if #done > 0 then", "if false then");
    private static final Mutation PUT_BACK_BY_WHO_LOST_IT = new Mutation(
            "a job is put back by who has lost its lease",
            "reschedule-job",
            "if tonumber(redis.call('ZSCORE', jobs, member) or '-1') ~= token then",
            "if false then");

    private static final Mutation ANYBODY_RELEASES_A_LOCK =
            new Mutation("anybody releases the lock", "release-lock", "redis.call('GET', KEYS[1]) == ARGV[1]", "true");
    private static final Mutation OWN_TOKEN_UNKNOWN =
            new Mutation("does not know its own token again", "commit-order", "settled_by == token and 0 or 3", "3");
    private static final Mutation RESTOCK_WITHOUT_A_MARK =
            new Mutation("a restock is not remembered", "finish-jobs", "if done then", "if false then");

    static List<Mutation> mutantsOfAnOrder() {
        return List.of(SETTLES_AGAIN, LEAVES_THE_JOB, PLACED_WITHOUT_A_JOB, CLAIM_REMOVES, PUT_BACK_BY_WHO_LOST_IT);
    }

    @ParameterizedTest
    @MethodSource("mutantsOfAnOrder")
    void isFoundWithOneOrder(Mutation mutation) {
        REDIS.mutate(mutation);
        assertBreaks(SCENARIOS.orders(2, 1, 1, "29").with(1, 0));
    }

    @ParameterizedTest
    @MethodSource
    void isFoundWithTwoOrdersForTheLastUnit(Mutation mutation) {
        REDIS.mutate(mutation);
        assertBreaks(SCENARIOS.twoOrders(0));
    }

    static Stream<Mutation> isFoundWithTwoOrdersForTheLastUnit() {
        return Stream.of(SELLS_WHAT_IS_NOT_THERE, NO_LEDGER_FOR_A_REJECTION);
    }

    @ParameterizedTest
    @MethodSource
    void isFoundWithACancelledOrder(Mutation mutation) {
        REDIS.mutate(mutation);
        assertBreaks(SCENARIOS.cancelledOrder(2, 1, 1, 1));
    }

    static Stream<Mutation> isFoundWithACancelledOrder() {
        return Stream.of(
                TAKES_FOR_A_CANCELLED_ORDER,
                CANCELLED_WHEN_IT_IS_CONFIRMED,
                CANCELLED_WITHOUT_A_JOB,
                CANCELLED_ORDER_EXPIRES,
                RETURNS_AGAIN,
                RETURN_LEAVES_THE_JOB);
    }

    @Test
    void isFoundWithAnOrderForLater() {
        REDIS.mutate(RELEASES_AGAIN);
        assertBreaks(SCENARIOS.scheduledOrder(2, 1, 1));
    }

    @ParameterizedTest
    @MethodSource
    void isFoundWithARestock(Mutation mutation) {
        REDIS.mutate(mutation);
        assertBreaks(SCENARIOS.restock(2, 2).with(1, 0));
    }

    static Stream<Mutation> isFoundWithARestock() {
        return Stream.of(CLAIM_WITHOUT_A_LEASE, FINISH_OF_A_LOST_LEASE, FINISH_LEAVES_THE_JOB);
    }

    /** The lock is not the guarantee: the commit script turns away who passes a gate that stands open. */
    @Test
    void aLockThatAnybodyReleasesChangesNoOutcome() {
        REDIS.mutate(ANYBODY_RELEASES_A_LOCK);
        assertHolds(SCENARIOS.scheduledOrder(2, 1, 1));
    }

    /** Whoever repeats its commit is told that somebody did it: its line in the log is wrong, and Redis is not. */
    @Test
    void aCommitThatDoesNotKnowItselfAgainChangesNoOutcome() {
        REDIS.mutate(OWN_TOKEN_UNKNOWN);
        assertHolds(SCENARIOS.orders(2, 1, 1, "29").with(1, 0));
    }

    /** The lease does it alone. The mark is for restocks over HTTP, which have none, and for ids that are used twice. */
    @Test
    void aRestockWithoutAMarkIsStillDoneOnce() {
        REDIS.mutate(RESTOCK_WITHOUT_A_MARK);
        assertHolds(SCENARIOS.restock(2, 2).with(1, 0));
    }
}
