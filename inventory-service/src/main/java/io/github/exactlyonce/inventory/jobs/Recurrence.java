package io.github.exactlyonce.inventory.jobs;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.scheduling.support.CronExpression;

/**
 * When a recurring job comes again. In Redis it is one string, {@code Europe/Berlin 0 0 8 * * *}: zone and expression.
 *
 * @param cron six fields from seconds to days of the week, or a macro such as {@code @daily}
 */
record Recurrence(String cron, ZoneId zone) {

    /** @throws IllegalArgumentException if one of them is not readable; its message is for a person */
    static Recurrence of(String cron, String zone) {
        try {
            CronExpression.parse(cron);
            return new Recurrence(cron, ZoneId.of(zone));
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("unknown time zone: " + zone, e);
        }
    }

    /** @throws IllegalArgumentException if {@link #toString()} did not write it */
    static Recurrence parse(String text) {
        int space = text.indexOf(' ');
        if (space < 0) {
            throw new IllegalArgumentException("not a time zone and a cron expression: " + text);
        }
        return of(text.substring(space + 1), text.substring(0, space));
    }

    /** @return null if {@link #toString()} did not write it, as when a job has none */
    static @Nullable Recurrence readable(String text) {
        try {
            return parse(text);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /**
     * A clock that is put back shows some times twice: an expression that names hours means the first of the two, one with
     * {@code *} for the hour both, as in Vixie cron. A time that a clock skips is no run.
     *
     * @return empty if there is none, as after {@code 0 0 0 30 2 *}
     */
    Optional<Instant> nextAfter(Instant time) {
        CronExpression expression = CronExpression.parse(cron);
        ZonedDateTime next = expression.next(time.atZone(zone));
        if (next != null && namesHours() && isSecondOfTwo(next)) {
            ZonedDateTime end = zone.getRules()
                    .getTransition(next.toLocalDateTime())
                    .getDateTimeBefore()
                    .atZone(zone);
            next = expression.next(end.minusNanos(1));
        }
        // Of a day that a month does not have, such as L-30, CronExpression finds one in the past: a run without end.
        return Optional.ofNullable(next).map(ZonedDateTime::toInstant).filter(time::isBefore);
    }

    private boolean namesHours() {
        String[] fields = cron.trim().split(" +");
        return fields.length == 1 ? !fields[0].equals("@hourly") : !fields[2].contains("*");
    }

    private static boolean isSecondOfTwo(ZonedDateTime time) {
        return !time.getOffset().equals(time.withEarlierOffsetAtOverlap().getOffset());
    }

    @Override
    public String toString() {
        return zone.getId() + " " + cron;
    }
}
