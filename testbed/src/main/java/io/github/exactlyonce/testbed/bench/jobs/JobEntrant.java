package io.github.exactlyonce.testbed.bench.jobs;

import io.github.exactlyonce.testbed.bench.WarmUp;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** A contender and all that it has done so far. */
final class JobEntrant {

    private static final Duration POLL = Duration.ofMillis(20);

    /** While jobs are being done; a store of many processes takes time to be asked. */
    private static final Duration CPU_POLL = Duration.ofMillis(250);

    /** When all are done: until none has a second effect any more. */
    private static final Duration QUIET = Duration.ofMillis(300);

    /** When some are not: who has had no effect for so long has lost them. Longer than our lease, and than anybody's poll. */
    private static final Duration GIVEN_UP = Duration.ofSeconds(12);

    /** Jobs, in a sentence. */
    private static final int NAMED = 5;

    private final JobContender contender;
    private final List<Turn> bursts = new ArrayList<>();
    private final List<Turn> streams = new ArrayList<>();
    private final WarmUp warmUp;
    private long jobs;
    private int lateLots;
    private final List<String> wrong = new ArrayList<>();

    private JobEntrant(JobContender contender, WarmUp warmUp) {
        this.contender = contender;
        this.warmUp = warmUp;
    }

    /** Returns when its workers look for jobs. */
    static JobEntrant ready(JobContender contender, WarmUp warmUp) {
        contender.awaitReady();
        return new JobEntrant(contender, warmUp);
    }

    JobContender contender() {
        return contender;
    }

    /** Jobs that were due at once. */
    List<Turn> bursts() {
        return bursts;
    }

    /** Jobs that were due one after the other. */
    List<Turn> streams() {
        return streams;
    }

    WarmUp warmUp() {
        return warmUp;
    }

    /** Those that were not all scheduled when they were due: their figures are too good or too bad. */
    int lateLots() {
        return lateLots;
    }

    /** The warm-up counts too. */
    boolean wasExact() {
        return wrong.isEmpty();
    }

    /** What must never happen to ours, in sentences; the warm-up counts too, and what came after the last turn. */
    List<String> violations() {
        contender.forgetEffects();
        wrong.addAll(Outcome.of(List.of(), contender.effects()).wrong());
        List<String> violations = new ArrayList<>();
        if (!wrong.isEmpty()) {
            violations.add("This project lost or repeated jobs, or did them before they were due, among them "
                    + wrong.stream().limit(NAMED).collect(Collectors.joining(", ")) + ".");
        }
        long drift = Math.abs(contender.units() - jobs);
        if (drift != 0) {
            violations.add(
                    "This project's stock is not what the jobs make of it: %d units are wrong.".formatted(drift));
        }
        return violations;
    }

    /** Due as soon as they are scheduled: nobody has to wait. */
    Turn warmUp(int lot) throws InterruptedException {
        long start = System.nanoTime();
        Turn turn = work("warm-up-" + warmUp.rates().size(), lot, Duration.ZERO, Duration.ZERO);
        warmUp.add(turn.rate(), (System.nanoTime() - start) / 1e9);
        return turn;
    }

    Turn burst(int lot, Duration ahead) throws InterruptedException {
        Turn turn = work("burst-" + bursts.size(), lot, ahead, Duration.ZERO);
        bursts.add(turn);
        return turn;
    }

    Turn stream(int lot, Duration ahead, Duration span) throws InterruptedException {
        Turn turn = work("stream-" + streams.size(), lot, ahead, span);
        streams.add(turn);
        return turn;
    }

    private Turn work(String prefix, int lot, Duration ahead, Duration span) throws InterruptedException {
        contender.forgetEffects(); // what comes late of an earlier turn is one too many in this one
        List<Job> scheduled = Job.spread(prefix, lot, contender.clock() + ahead.toMillis(), span);
        contender.schedule(scheduled);
        jobs += lot;
        long firstDue = scheduled.get(0).dueMillis();
        long early = firstDue - contender.clock();
        lateLots += early < 0 && !ahead.isZero() ? 1 : 0;
        TimeUnit.MILLISECONDS.sleep(Math.max(0, early - POLL.toMillis()));
        Cpu before = Cpu.read(contender);
        Cpu after = awaitEffects(scheduled);
        Outcome outcome = Outcome.of(scheduled, contender.effects());
        wrong.addAll(outcome.wrong());
        return new Turn(
                outcome,
                Math.max(1, outcome.lastFirstMillis() - firstDue) / 1e3,
                after.workersSince(before),
                after.storeSince(before));
    }

    /** @return up to the last effect, without the waiting and the counting after it */
    private Cpu awaitEffects(List<Job> scheduled) throws InterruptedException {
        long lastDue = scheduled.get(scheduled.size() - 1).dueMillis();
        Cpu cpu = Cpu.read(contender);
        long readAt = System.nanoTime();
        long grownAt = readAt;
        int effects = 0;
        boolean isComplete = false;
        while (System.nanoTime() - grownAt < (isComplete ? QUIET : GIVEN_UP).toNanos()) {
            int count = contender.countEffects();
            boolean hasGrown = count > effects;
            if (hasGrown || contender.clock() < lastDue) {
                effects = count;
                grownAt = System.nanoTime();
            }
            boolean isFull = hasGrown && count >= scheduled.size();
            if (isFull || hasGrown && grownAt - readAt > CPU_POLL.toNanos()) {
                cpu = Cpu.read(contender);
                readAt = System.nanoTime();
            }
            isComplete |= isFull && Outcome.of(scheduled, contender.effects()).lost() == 0;
            TimeUnit.NANOSECONDS.sleep(POLL.toNanos());
        }
        return cpu;
    }
}
