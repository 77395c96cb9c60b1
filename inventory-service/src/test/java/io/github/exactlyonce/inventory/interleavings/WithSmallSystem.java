package io.github.exactlyonce.inventory.interleavings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInfo;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;

/**
 * A Redis of its own and up to three replicas, for all tests of interleavings.
 *
 * <p>{@code -Dinterleavings.faults=2} lets two faults happen to commands in one schedule, where one is the default: some
 * ten times as many states. {@code -Dinterleavings.schedule=0.3.1} with {@code -Dtest=Class#method} replays one schedule
 * instead, and shows it.
 */
abstract class WithSmallSystem {

    /** What is looked at by default, and what a person may ask for. */
    static final int FAULTS = Integer.getInteger("interleavings.faults", 1);

    private static final String SCHEDULE = System.getProperty("interleavings.schedule");

    /** Far beyond what is explored by default, and few enough for the heap. */
    private static final int MOST_STATES = 2_000_000;

    private static final Map<String, LogLevel> QUIET = new TreeMap<>(
            Map.of("io.github.exactlyonce", LogLevel.OFF, "decisions", LogLevel.OFF, "jobs", LogLevel.OFF));

    static final ClientResources RESOURCES = DefaultClientResources.create();
    static final RedisUnderTest REDIS = new RedisUnderTest(RESOURCES);
    static final Scenarios SCENARIOS = new Scenarios(new SmallSystem(3, RESOURCES));

    /** As {@code -Dtest} takes it. */
    private String name = "";

    /** What the test is run with; empty if it is run once. */
    private String display = "";

    /** Each operation is run again for each of its commands, and would say each time what it did. */
    @BeforeAll
    static void beQuiet() {
        LoggingSystem logging = LoggingSystem.get(WithSmallSystem.class.getClassLoader());
        QUIET.forEach(logging::setLogLevel);
    }

    @AfterAll
    static void speak() {
        LoggingSystem logging = LoggingSystem.get(WithSmallSystem.class.getClassLoader());
        QUIET.keySet().forEach(logger -> logging.setLogLevel(logger, null));
    }

    @BeforeEach
    void remember(TestInfo test) {
        name = test.getTestClass().orElseThrow().getSimpleName() + "#"
                + test.getTestMethod().orElseThrow().getName();
        display = test.getDisplayName().startsWith("[") ? " " + test.getDisplayName() : "";
        REDIS.mutateNothing();
    }

    /** No schedule breaks an invariant. */
    void assertHolds(Scenario scenario) {
        Optional<Violation> violation = SCHEDULE == null ? explore(scenario).violation() : replay(scenario, SCHEDULE);
        violation.ifPresent(found -> fail(described(found)));
    }

    /** Some schedule does, and again when it is replayed. */
    Violation assertBreaks(Scenario scenario) {
        Violation violation = explore(scenario)
                .violation()
                .orElseThrow(() -> new AssertionError(name + display + ": no schedule breaks an invariant"));
        assertThat(new Explorer(scenario, REDIS, MOST_STATES).replay(Schedule.to(violation.state())))
                .as("replayed from an empty Redis:%n%s", described(violation))
                .hasValueSatisfying(again -> assertThat(again.broken()).hasSameSizeAs(violation.broken()));
        return violation;
    }

    private static Optional<Violation> replay(Scenario scenario, String schedule) {
        Explorer explorer = new Explorer(scenario, REDIS, MOST_STATES);
        System.out.println(explorer.retrace(Schedule.parse(schedule)));
        return explorer.replay(Schedule.parse(schedule));
    }

    private Exploration explore(Scenario scenario) {
        Exploration exploration = new Explorer(scenario, REDIS, MOST_STATES).explore();
        System.out.println("interleavings " + name + display + ": " + exploration);
        return exploration;
    }

    private String described(Violation violation) {
        return "the shortest schedule that breaks an invariant; -Dtest=" + name + " -Dinterleavings.schedule="
                + Schedule.to(violation.state()) + System.lineSeparator() + violation.trace();
    }
}
