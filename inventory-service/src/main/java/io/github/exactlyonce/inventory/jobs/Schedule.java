package io.github.exactlyonce.inventory.jobs;

import io.github.exactlyonce.contracts.JsonInput;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.scheduling.support.CronExpression;

/**
 * When a job is to run, as a request says it.
 *
 * @param isDelay whether it counts from now, which only Redis's clock knows
 * @param millis the due time in Unix milliseconds, or the delay
 * @param text what was asked for: the instant, the delay as it was given, or time zone and cron expression
 * @param recurrence null if it runs once
 */
record Schedule(
        boolean isDelay, long millis, String text, @Nullable Recurrence recurrence) {

    /** No job may be due then or later: the bound of {@link JsonInput#instant}. */
    static final Instant LATEST = Instant.parse("2200-01-01T00:00:00Z");

    private static final Duration LONGEST_DELAY = Duration.between(Instant.EPOCH, LATEST);
    private static final Schedule INVALID = new Schedule(false, 0, "", null);

    /**
     * Reads {@code dueAt}, {@code delay}, or {@code cron} and {@code zone}, and tells the input what is wrong with them.
     *
     * @param redisTime asked only if there is a cron expression
     */
    static Schedule read(JsonInput input, Supplier<Instant> redisTime) {
        return onlyOne(
                input,
                "or delay or cron must be given, exactly one of them",
                given(input, "dueAt", "delay", "cron"),
                dueAt(input),
                delay(input),
                cron(input, redisTime));
    }

    /** Reads {@code dueAt} or {@code delay}. */
    static Schedule readOnce(JsonInput input) {
        for (String field : new String[] {"cron", "zone"}) {
            if (input.has(field)) {
                input.problem(field, "cannot be changed: cancel the job and schedule another one");
            }
        }
        return onlyOne(
                input,
                "or delay must be given, exactly one of them",
                given(input, "dueAt", "delay"),
                dueAt(input),
                delay(input));
    }

    private static long given(JsonInput input, String... fields) {
        return Arrays.stream(fields).filter(input::has).count();
    }

    private static Schedule onlyOne(JsonInput input, String rule, long given, @Nullable Schedule... read) {
        if (given != 1) {
            input.problem("dueAt", rule);
        }
        return Stream.of(read).filter(Objects::nonNull).findFirst().orElse(INVALID);
    }

    private static @Nullable Schedule dueAt(JsonInput input) {
        Instant dueAt = input.instant("dueAt");
        if (dueAt == null) {
            return null;
        }
        return new Schedule(false, dueAt.toEpochMilli(), dueAt.toString(), null);
    }

    private static @Nullable Schedule delay(JsonInput input) {
        if (!input.has("delay")) {
            return null;
        }
        String text = String.valueOf(input.text("delay"));
        try {
            Duration delay = Duration.parse(text);
            if (!delay.isNegative() && delay.compareTo(LONGEST_DELAY) < 0) {
                return new Schedule(true, delay.toMillis(), text, null);
            }
        } catch (DateTimeException e) {
            // the same problem as a delay out of range
        }
        input.problem("delay", "must be a duration such as PT5S or P1D, from now to before the year 2200");
        return null;
    }

    private static @Nullable Schedule cron(JsonInput input, Supplier<Instant> redisTime) {
        ZoneId zone = zone(input);
        if (!input.has("cron")) {
            return null;
        }
        String cron = String.valueOf(input.text("cron"));
        if (!CronExpression.isValidExpression(cron)) {
            input.problem(
                    "cron",
                    "must be a cron expression of six fields, from seconds to days of the week, such as"
                            + " \"0 0 8 * * *\"");
        } else if (zone != null) {
            Recurrence recurrence = new Recurrence(cron, zone);
            Optional<Instant> first = recurrence.nextAfter(redisTime.get());
            if (first.isPresent()) {
                return new Schedule(false, first.get().toEpochMilli(), recurrence.toString(), recurrence);
            }
            input.problem("cron", "must have a next run; this expression has none");
        }
        return null;
    }

    private static @Nullable ZoneId zone(JsonInput input) {
        if (!input.has("zone")) {
            return ZoneId.of("UTC");
        }
        if (!input.has("cron")) {
            input.problem("zone", "goes with cron only");
            return null;
        }
        try {
            return ZoneId.of(String.valueOf(input.text("zone")));
        } catch (DateTimeException e) {
            input.problem("zone", "must be a time zone such as Europe/Berlin");
            return null;
        }
    }
}
