package io.github.exactlyonce.inventory.interleavings;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Explores every interleaving of a small system: the service's own code and scripts, on a real Redis, one command at a time.
 * A model checker without a model. Sources: Godefroid, "Model Checking for Programming Languages using VeriSoft" (1997), and
 * Musuvathi, Qadeer et al., "Finding and Reproducing Heisenbugs in Concurrent Programs" (2008), which run the program itself
 * and choose who goes next. They keep no states, because a program's cannot be kept. Here they can: a replica's is
 * the answers that it has heard ({@link Rehearsal}), Redis's is an image of it, so each state is looked at once. And because
 * the nearest states come first, the first schedule that breaks an invariant is a shortest one.
 *
 * <p>What is left out, and why nothing is missed by that, up to the bound of the {@link Scenario}:
 *
 * <ul>
 *   <li><b>What happens inside a replica between two commands.</b> It touches nothing that others see. Two threads of one
 *       replica share no state of the protocol. So a step is one command, also where several are sent in one flush: Redis may run
 *       those of others in between. That such a flush is sent again as a whole, rather than each of its commands by itself, is
 *       not looked at.
 *   <li><b>Crashes as steps of their own.</b> Who has died takes no further step, and nobody is told. So a schedule in
 *       which a machine is not at its end is one in which it has died there, and as each state is looked at, so is the death of
 *       any of the machines at any point, before a command or after it. That all die is looked at in each state: a
 *       healthy replica then does what is due, and all must be well. It does so once for each content of Redis: the
 *       dead have no part in it.
 *   <li><b>Time.</b> Grace and lease are 1 ms, and before a step Redis's clock moves on until everything may be due. Of
 *       what is due, a claim may find any part; the rest is hidden from it ({@link Steps}). A lease that has not run out is a job that
 *       is hidden, and a claim that finds nothing changes nothing. So whatever can happen with some times can happen here, and more:
 *       nothing is shown to hold thanks to a time. The scores are real, so are the tokens: now + lease + attempts. A lock's TTL is long,
 *       and its end is a step of its own, at any time.
 *   <li><b>Scripts that Redis has lost</b> are a choice at each call, not a state: a replica notices only that its
 *       call is not known, and this changes nothing in Redis.
 *   <li><b>An answer that is lost</b> after its effect: the command stays next, for the client library sends it again, and others
 *       may come in between. Or it is given up: its sender goes on without an answer, and it may still arrive at any later
 *       time, or never.
 *   <li><b>Messages that are not delivered</b> are those that a machine never begins with; messages that come late,
 *       or before they are published, are those that it begins with at another time. It takes them one by one.
 *   <li><b>States that are alike</b>: see {@link CanonicalState}, also for the replicas, which are all alike.
 * </ul>
 *
 * Not looked at: Redis itself crashing or refusing to write (tests of their own do that), jobs with effects outside Redis,
 * whose threads are not under the checker's control, and recurring jobs.
 *
 * <p>The outcomes of all steps of some states are asked for in one flush, each after its image was put back. That an
 * image is as good as the real thing is shown by replaying some schedules from an empty Redis.
 */
final class Explorer {

    /** Ticks of the healthy replica at the end: one for each order, one more for each that has to be announced first, and spare. */
    private static final int HEALING_TICKS = 8;

    /** Complete schedules that are replayed after each exploration, spread over all of them. */
    private static final int REPLAYED = 20;

    /** So many share a round trip. */
    private static final int STATES_AT_ONCE = 16;

    private final Scenario scenario;
    private final RedisUnderTest redis;
    private final int limit;
    private final Map<String, Integer> numbers = new HashMap<>();
    private final List<int[]> successors = new ArrayList<>();
    private final List<State> complete = new ArrayList<>();
    private final Set<String> ends = new HashSet<>();
    private final long start = System.nanoTime();
    private long steps;
    private int longest;

    /** @param limit states after which it gives up, loudly */
    Explorer(Scenario scenario, RedisUnderTest redis, int limit) {
        this.scenario = scenario;
        this.redis = redis;
        this.limit = limit;
    }

    /** Takes every step of every state that can be reached, the nearest states first, until one breaks an invariant. */
    Exploration explore() {
        State beginning = scenario.beginning(redis);
        Deque<State> found = new ArrayDeque<>(List.of(beginning));
        numbers.put(CanonicalState.of(beginning), 0);
        Optional<Violation> violation = checkEnd(beginning);
        while (violation.isEmpty() && !found.isEmpty()) {
            List<State> states = new ArrayList<>();
            while (states.size() < STATES_AT_ONCE && !found.isEmpty()) {
                states.add(found.remove());
            }
            Iterator<List<State>> next = successors(states).iterator();
            for (int i = 0; i < states.size() && violation.isEmpty(); i++) {
                violation = visit(states.get(i), next.next(), found);
            }
            if (numbers.size() > limit) {
                throw new IllegalStateException("more than " + limit + " states, not explored");
            }
        }
        if (violation.isEmpty()) {
            replaySome();
        }
        return new Exploration(
                numbers.size(),
                steps,
                violation.isEmpty() ? schedules() : 0,
                longest,
                ends.size(),
                Duration.ofNanos(System.nanoTime() - start),
                violation);
    }

    /** The same steps again, from an empty Redis and without setting it back in between. */
    Optional<Violation> replay(Schedule schedule) {
        State state = scenario.beginning(redis);
        for (int choice : schedule.choices()) {
            State after = successor(state, choice);
            Optional<Violation> violation = check(state, after);
            if (violation.isPresent()) {
                return violation;
            }
            state = after;
        }
        return checkEnd(state);
    }

    /** What a replay of this schedule does, one step a line. */
    String retrace(Schedule schedule) {
        return new Violation(reached(schedule), List.of(), List.of()).trace();
    }

    private State reached(Schedule schedule) {
        State state = scenario.beginning(redis);
        for (int choice : schedule.choices()) {
            state = successor(state, choice);
        }
        return state;
    }

    /** Images of Redis, put back, must lead to where the schedule leads without them. */
    private void replaySome() {
        for (int i = 0; i < complete.size(); i += Math.max(1, complete.size() / REPLAYED)) {
            Schedule schedule = Schedule.to(complete.get(i));
            String replayed = CanonicalState.of(reached(schedule));
            if (!replayed.equals(CanonicalState.of(complete.get(i)))) {
                throw new IllegalStateException("replayed, " + schedule + " ends elsewhere:\n" + retrace(schedule));
            }
        }
    }

    private Optional<Violation> visit(State state, List<State> next, Deque<State> found) {
        longest = state.depth();
        if (next.isEmpty()) {
            complete.add(state);
        }
        int[] reached = new int[next.size()];
        successors.add(reached);
        steps += reached.length;
        for (int i = 0; i < reached.length; i++) {
            State after = next.get(i);
            Integer known = numbers.putIfAbsent(CanonicalState.of(after), numbers.size());
            reached[i] = known == null ? numbers.size() - 1 : known;
            Optional<Violation> violation = check(state, after);
            if (known == null && violation.isEmpty()) {
                violation = checkEnd(after);
                found.add(after);
            }
            if (violation.isPresent()) {
                return violation;
            }
        }
        return Optional.empty();
    }

    /** Where each step of each of these states leads to. */
    private List<List<State>> successors(List<State> states) {
        List<List<Step>> possible = states.stream().map(Steps::of).toList();
        List<RedisUnderTest.Question> questions = new ArrayList<>();
        for (int i = 0; i < states.size(); i++) {
            for (Step step : possible.get(i)) {
                if (step.event() != null) {
                    questions.add(new RedisUnderTest.Question(states.get(i).redis(), step.event()));
                }
            }
        }
        Iterator<Step.Outcome> outcomes = redis.outcomes(questions).iterator();
        List<List<State>> successors = new ArrayList<>();
        for (int i = 0; i < states.size(); i++) {
            List<State> next = new ArrayList<>();
            for (Step step : possible.get(i)) {
                Step.Outcome outcome = step.event() == null
                        ? new Step.Outcome(Step.NO_ANSWER, states.get(i).redis())
                        : outcomes.next();
                next.add(after(states.get(i), next.size(), step, outcome));
            }
            successors.add(next);
        }
        return successors;
    }

    /** As Redis is, not set back. */
    private State successor(State state, int choice) {
        Step step = Steps.of(state).get(choice);
        Step.Outcome outcome = step.event() == null
                ? new Step.Outcome(Step.NO_ANSWER, state.redis())
                : redis.outcome(state.redis(), step.event());
        return after(state, choice, step, outcome);
    }

    private static State after(State before, int choice, Step step, Step.Outcome outcome) {
        return step.leadsTo()
                .apply(outcome.answer())
                .withRedis(outcome.redis())
                .after(before, choice, step.line().apply(outcome.answer()));
    }

    private Optional<Violation> check(State before, State after) {
        List<String> broken = scenario.invariants().brokenBy(before.redis(), after.redis());
        return broken.isEmpty() ? Optional.empty() : Optional.of(new Violation(after, List.of(), broken));
    }

    /** What if everybody dies here, and what is on its way is lost? */
    private Optional<Violation> checkEnd(State state) {
        if (!scenario.isEnd().test(state) || !ends.add(CanonicalState.ofRedis(state.redis()))) {
            return Optional.empty();
        }
        List<String> lines = new ArrayList<>(List.of("whoever is not at its end dies; a replica starts anew"));
        RedisImage image = state.redis();
        redis.restore(image);
        for (int tick = 0; scenario.healer() != null && tick < HEALING_TICKS; tick++) {
            Operation look = scenario.healer().left().get(0);
            if (!look.mayBegin().test(image)) {
                break;
            }
            Machine healer = scenario.healer().begin(look);
            while (healer.next() != null) {
                Step.Outcome outcome = redis.outcome(image, new Step.Arrival(healer.next(), Set.of()));
                lines.add(healer.name() + ": " + healer.next() + " → " + outcome.answer());
                List<String> broken = scenario.invariants().brokenBy(image, outcome.redis());
                if (!broken.isEmpty()) {
                    return Optional.of(new Violation(state, lines, broken));
                }
                image = outcome.redis();
                healer = healer.hear(outcome.answer());
            }
        }
        List<String> broken = scenario.invariants().brokenAtTheEnd(image);
        return broken.isEmpty() ? Optional.empty() : Optional.of(new Violation(state, lines, broken));
    }

    /** Every step spends something that is never given back, so the states are a graph without circles. */
    private double schedules() {
        double[] paths = new double[successors.size()];
        Arrays.fill(paths, -1);
        Deque<Integer> open = new ArrayDeque<>(List.of(0));
        while (!open.isEmpty()) {
            int state = open.peek();
            double sum = 0;
            boolean isComplete = true;
            for (int next : successors.get(state)) {
                if (paths[next] < 0) {
                    open.push(next);
                    isComplete = false;
                } else {
                    sum += paths[next];
                }
            }
            if (isComplete) {
                paths[state] = successors.get(state).length == 0 ? 1 : sum;
                open.pop();
            }
        }
        return paths[0];
    }
}
