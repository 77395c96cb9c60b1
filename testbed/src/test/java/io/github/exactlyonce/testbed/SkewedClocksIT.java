package io.github.exactlyonce.testbed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.exactlyonce.testbed.audit.JobReport;
import io.github.exactlyonce.testbed.system.ServiceProcess;
import io.github.exactlyonce.testbed.system.WrongClock;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The replicas' clocks disagree by two hours, and only Redis's counts. Needs libfaketime (Debian: {@code apt-get install
 * libfaketime}) and is skipped where it is not.
 */
@ExtendWith(SharedSystem.class)
class SkewedClocksIT {

    private static final Duration HOUR = Duration.ofHours(1);

    /** Longer than a busy machine needs, and far less than the clocks are wrong. */
    private static final Duration LATE = Duration.ofMinutes(1);

    @Test
    void jobsAreDoneWhenRedisSaysSoWhateverTheReplicasClocksSay(TestSystem system) throws Exception {
        Optional<WrongClock> clock = WrongClock.find();
        assumeTrue(clock.isPresent(), "libfaketime is not installed, so no clock can be put wrong");
        ServiceProcess fast = system.replaceReplica(1, clock.get().environment(HOUR));
        ServiceProcess slow = system.replaceReplica(2, clock.get().environment(HOUR.negated()));
        List.of(fast, slow).forEach(replica -> replica.waitUntilReady(TestSystem.START_LIMIT));
        assertClock(fast, HOUR);
        assertClock(slow, HOUR.negated());

        JobRun jobs = system.jobs();
        jobs.schedule(300, Duration.ofSeconds(1), Duration.ofSeconds(2));
        jobs.assertEachDoneOnce();
        for (ServiceProcess replica : List.of(fast, slow)) {
            system.only(replica, () -> {
                jobs.schedule(100, Duration.ofSeconds(1), Duration.ofSeconds(1));
                jobs.awaitNoneLeft();
            });
        }

        JobReport report = jobs.assertEachDoneOnce(); // which says as well that none was done before its time
        assertThat(report.lateness(100)).isLessThan(LATE.toMillis());
    }

    /** HTTP answers carry the time of the server. */
    private static void assertClock(ServiceProcess replica, Duration offset) throws IOException, InterruptedException {
        String date = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(replica.uri().resolve("/inventory"))
                                .build(),
                        BodyHandlers.discarding())
                .headers()
                .firstValue("Date")
                .orElseThrow();
        Instant shown =
                ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
        assertThat(Duration.between(Instant.now(), shown).toSeconds())
                .isCloseTo(offset.toSeconds(), within(Duration.ofMinutes(1).toSeconds()));
    }
}
