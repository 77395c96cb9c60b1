package io.github.exactlyonce.inventory.interleavings;

import static io.github.exactlyonce.contracts.Warehouse.MAIN;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.inventory.interleavings.Step.Arrival;
import io.github.exactlyonce.inventory.interleavings.Step.Expiry;
import io.lettuce.core.RedisCommandTimeoutException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** All steps that are possible in a state, in an order that is always the same. */
final class Steps {

    private static final String CLAIM = "claim-jobs";
    private static final Answer NONE_IN_TIME = new Answer(null, new RedisCommandTimeoutException("no answer in time"));

    private final State state;
    private final List<Step> steps = new ArrayList<>();

    private Steps(State state) {
        this.state = state;
    }

    static List<Step> of(State state) {
        Steps possible = new Steps(state);
        for (int i = 0; i < state.machines().size(); i++) {
            possible.addThoseOf(i, state.machines().get(i));
        }
        for (int i = 0; i < state.inFlight().size(); i++) {
            possible.addArrivalOfWhatWasGivenUp(i);
        }
        if (state.expiries() > 0) {
            state.redis().keys().keySet().stream()
                    .filter(key -> key.startsWith(RedisKeys.lock(MAIN, "")))
                    .forEach(possible::addExpiry);
        }
        return possible.steps;
    }

    /** Its next command, or the first one of anything that it may begin. */
    private void addThoseOf(int index, Machine machine) {
        if (machine.next() != null) {
            add(index, machine, machine.next());
            return;
        }
        for (Operation operation : new LinkedHashSet<>(machine.left())) {
            if (operation.mayBegin().test(state.redis())) {
                Machine begun = machine.begin(operation);
                add(index, begun, begun.next());
            }
        }
    }

    private void add(int index, Machine machine, Command command) {
        for (Set<String> hidden : whatIsNotDue(command)) {
            Arrival arrival = new Arrival(command, hidden);
            String line = line(machine, command, hidden);
            steps.add(new Step(arrival, answer -> state.with(index, machine.hear(answer)), answer -> line + answer));
            if (state.faults() > 0) {
                State waiting = state.with(index, machine).afterFault();
                steps.add(new Step(
                        arrival, answer -> waiting, answer -> line + answer + ": LOST on its way, to be sent again"));
            }
        }
        if (state.faults() > 0) {
            String line = line(machine, command, Set.of());
            State without = state.with(index, machine.hear(NONE_IN_TIME)).afterFault();
            steps.add(new Step(
                    null,
                    answer -> without.withInFlight(plus(state.inFlight(), command)),
                    answer -> line + "GIVEN UP, and still on its way"));
            if (command.isScriptByHash()) {
                steps.add(new Step(
                        new Arrival(command.withUnknownScript(), Set.of()),
                        answer -> state.with(index, machine.hear(answer)).afterFault(),
                        answer -> line + answer));
            }
        }
    }

    private void addArrivalOfWhatWasGivenUp(int index) {
        List<Command> others = new ArrayList<>(state.inFlight());
        Command command = others.remove(index);
        steps.add(new Step(
                new Arrival(command, Set.of()),
                answer -> state.withInFlight(others),
                answer -> "what was given up ARRIVES: " + command + " → " + answer));
    }

    private void addExpiry(String lock) {
        steps.add(new Step(new Expiry(lock), answer -> state.afterExpiry(), answer -> lock + " EXPIRES"));
    }

    /** A claim may find any of the jobs due. One that finds none changes nothing: it might as well not have been sent. */
    private List<Set<String>> whatIsNotDue(Command command) {
        List<String> jobs = state.redis().members(RedisKeys.jobs(MAIN));
        if (!command.isOf(CLAIM) || jobs.isEmpty()) {
            return List.of(Set.of());
        }
        List<Set<String>> choices = new ArrayList<>();
        for (int due = (1 << jobs.size()) - 1; due > 0; due--) {
            Set<String> hidden = new HashSet<>(jobs);
            for (int job = 0; job < jobs.size(); job++) {
                if ((due >> job & 1) == 1) {
                    hidden.remove(jobs.get(job));
                }
            }
            choices.add(hidden);
        }
        return choices;
    }

    private static String line(Machine machine, Command command, Set<String> hidden) {
        return machine.name()
                + (machine.answers().isEmpty() ? ", " + machine.running() + ": " : ": ")
                + command
                + (hidden.isEmpty() ? "" : ", not due: " + String.join(", ", hidden))
                + " → ";
    }

    private static List<Command> plus(List<Command> commands, Command command) {
        List<Command> all = new ArrayList<>(commands);
        all.add(command);
        return all;
    }
}
