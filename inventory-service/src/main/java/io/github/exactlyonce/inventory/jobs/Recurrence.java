package io.github.exactlyonce.inventory.jobs;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Optional;
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

    /** @return empty if there is none, as after {@code 0 0 0 30 2 *} */
    Optional<Instant> nextAfter(Instant time) {
        ZonedDateTime next = CronExpression.parse(cron).next(time.atZone(zone));
        return Optional.ofNullable(next).map(ZonedDateTime::toInstant);
    }

    @Override
    public String toString() {
        return zone.getId() + " " + cron;
    }
}
