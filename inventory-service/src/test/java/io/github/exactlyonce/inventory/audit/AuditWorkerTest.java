package io.github.exactlyonce.inventory.audit;

import static io.github.exactlyonce.contracts.Warehouse.MAIN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.github.exactlyonce.contracts.RedisKeys;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Of several replicas one audits each interval, and all show the result. */
class AuditWorkerTest extends WithAudit {

    private final SimpleMeterRegistry firstMeters = new SimpleMeterRegistry();
    private final SimpleMeterRegistry secondMeters = new SimpleMeterRegistry();
    private final Logger logger = (Logger) LoggerFactory.getLogger("audit");
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
    private AuditWorker first;
    private AuditWorker second;

    @BeforeEach
    void twoReplicas() {
        first = worker(firstMeters);
        second = worker(secondMeters);
        put("001", 10);
        lines.start();
        logger.addAppender(lines);
    }

    @AfterEach
    void hearNoMore() {
        logger.detachAppender(lines);
    }

    @Test
    void oneAuditsAndBothShowTheResult() throws Exception {
        assertThat(firstMeters.getMeters()).as("NaN is no JSON").isEmpty();

        first.tick(pipeline);
        second.tick(pipeline);
        redis.opsForHash().put(RedisKeys.stock(MAIN), "001", "7");
        first.tick(pipeline);
        second.tick(pipeline);

        assertThat(lines.list)
                .as("one line for each audit of the first, none of the second")
                .extracting(ILoggingEvent::getLevel, ILoggingEvent::getMessage)
                .containsExactly(
                        tuple(Level.INFO, "stock, orders and ledger agree"),
                        tuple(Level.ERROR, "stock, orders and ledger do not agree: GET /audit says where"));
        for (SimpleMeterRegistry meters : new SimpleMeterRegistry[] {firstMeters, secondMeters}) {
            assertThat(gauge(meters, "drift.units")).isEqualTo(3);
            assertThat(gauge(meters, "drift.skus")).isEqualTo(1);
            assertThat(gauge(meters, "settled.twice")).isZero();
            assertThat(gauge(meters, "entries.without.order")).isZero();
            assertThat(gauge(meters, "settled.without.entry")).isZero();
            assertThat(gauge(meters, "oldest.unsettled")).isZero();
            assertThat(gauge(meters, "age")).isBetween(0.0, (double) DEADLINE.toSeconds());
        }
    }

    @Test
    void anotherTakesOverWhenItDoesNotComeAnyMore() throws Exception {
        first.tick(pipeline);
        redis.opsForHash().put(RedisKeys.stock(MAIN), "001", "7");
        second.tick(pipeline);
        assertThat(gauge(secondMeters, "drift.units")).isZero();

        redis.opsForHash().put(RedisKeys.audit(MAIN), "heldUntil", String.valueOf(redisNow() - 1));
        second.tick(pipeline);
        assertThat(gauge(secondMeters, "drift.units")).isEqualTo(3);
        redis.opsForHash().put(RedisKeys.stock(MAIN), "001", "10");
        first.tick(pipeline);
        assertThat(gauge(firstMeters, "drift.units"))
                .as("it has lost its lease")
                .isEqualTo(3);
    }

    @Test
    void aResultThatIsOutOfDateIsNotKept() throws Exception {
        Auditor auditor = anotherAuditor();
        AuditBook book = new AuditBook(MAIN, properties, replica, json);
        AuditReport stale = auditor.audit();
        String begunAt = String.valueOf(stale.replayed().begunAt().toEpochMilli());
        redis.opsForHash().put(RedisKeys.stock(MAIN), "001", "7");
        auditor.audit();

        book.conclude(pipeline, begunAt, stale);
        assertThat(book.hold(pipeline).last().orElseThrow().clean())
                .as("a later audit has ended")
                .isFalse();

        redis.opsForHash().put(RedisKeys.audit(MAIN), "begunAt", "1");
        redis.opsForHash().delete(RedisKeys.audit(MAIN), "verdict", "auditedAt");
        book.conclude(pipeline, begunAt, stale);
        assertThat(book.hold(pipeline).last()).as("everything was forgotten").isEmpty();
    }

    /** As after a failover to a node whose clock is behind. */
    @Test
    void aClockThatWentBackKeepsNeitherTheResultNorTheLeaseOfTheFuture() throws Exception {
        first.tick(pipeline);
        String later = String.valueOf(redisNow() + Duration.ofDays(30).toMillis());
        redis.opsForHash().putAll(RedisKeys.audit(MAIN), Map.of("auditedAt", later, "heldUntil", later));
        redis.opsForHash().put(RedisKeys.stock(MAIN), "001", "7");

        second.tick(pipeline);

        assertThat(gauge(secondMeters, "drift.units")).isEqualTo(3);
        assertThat(gauge(secondMeters, "age")).isBetween(0.0, (double) DEADLINE.toSeconds());
    }

    @Test
    void aResultOfAnotherReleaseIsNone() throws Exception {
        redis.opsForHash()
                .putAll(
                        RedisKeys.audit(MAIN),
                        Map.of(
                                "holder",
                                "inventory-0/x",
                                "heldUntil",
                                String.valueOf(redisNow() + 60_000),
                                "verdict",
                                "[1,"));

        first.tick(pipeline);

        assertThat(firstMeters.getMeters()).isEmpty();
    }

    @Test
    void whileRedisIsAwayItWarnsAndThenGoesOn() throws Exception {
        first.tick(pipeline);
        REDIS.kill();
        try {
            first.tick(pipeline);
            assertThat(lines.list.get(1).getFormattedMessage()).startsWith("the audit of main failed and goes on in");
            assertThat(gauge(firstMeters, "drift.units")).as("what it knew").isZero();
        } finally {
            REDIS.restart();
        }
        stock("001", 5);
        first.tick(pipeline);
        stock("001", 4);
        first.tick(pipeline);

        assertThat(gauge(firstMeters, "drift.units")).isEqualTo(1);
    }

    private AuditWorker worker(SimpleMeterRegistry meters) {
        return anotherProcess(new AuditMeters(meters)).open(() -> Set.of(MAIN));
    }

    private static double gauge(SimpleMeterRegistry meters, String name) {
        return meters.get("inventory.audit." + name).gauge().value();
    }
}
