package io.github.exactlyonce.inventory.jobs;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
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

    /** On 30 February. */
    static final Recurrence NEVER = new Recurrence("0 0 0 30 2 *", ZoneOffset.UTC);

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
     * An expression that names hours means times of the clock on the wall: a time that it shows twice, as it is put back, is
     * one run, the first; a time that it skips is a run too, when it has been put forward. With {@code *} for the hour it
     * means equal distances. Source: cron(8) of Paul Vixie.
     *
     * @return empty if there is none, as after {@code 0 0 0 30 2 *}
     */
    Optional<Instant> nextAfter(Instant time) {
        CronExpression expression = CronExpression.parse(cron);
        Instant next = namesHours() ? nextOnTheWall(expression, time) : nextAmongInstants(expression, time);
        // Of a day that a month does not have, such as L-30, CronExpression finds one in the past: a run without end.
        return Optional.ofNullable(next).filter(time::isBefore);
    }

    private @Nullable Instant nextAmongInstants(CronExpression expression, Instant time) {
        ZonedDateTime next = expression.next(time.atZone(zone));
        return next == null ? null : next.toInstant();
    }

    private @Nullable Instant nextOnTheWall(CronExpression expression, Instant time) {
        LocalDateTime wall = LocalDateTime.ofInstant(time, zone);
        while (true) {
            LocalDateTime next = expression.next(wall);
            if (next == null || !next.isAfter(wall)) {
                return null;
            }
            Instant instant = zone.getRules().getValidOffsets(next).isEmpty()
                    ? zone.getRules().getTransition(next).getInstant()
                    : next.atZone(zone).withEarlierOffsetAtOverlap().toInstant();
            if (instant.isAfter(time)) {
                return instant;
            }
            wall = next; // the clock shows it for the second time
        }
    }

    private boolean namesHours() {
        String[] fields = cron.trim().split(" +");
        return fields.length == 1 ? !fields[0].equals("@hourly") : !fields[2].contains("*");
    }

    @Override
    public String toString() {
        return zone.getId() + " " + cron;
    }
}
