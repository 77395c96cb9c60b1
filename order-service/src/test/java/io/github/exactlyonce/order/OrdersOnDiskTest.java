package io.github.exactlyonce.order;

import static io.github.exactlyonce.contracts.Warehouse.MAIN;
import static io.github.exactlyonce.order.OrdersClient.order;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.redis.RedisProcess;
import io.github.exactlyonce.order.OrdersClient.Answer;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class OrdersOnDiskTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final String DISK = "--orders.durability=disk";

    @TempDir
    private Path directory;

    @Test
    void anOrderIsAcknowledgedWhenItIsInTheAppendOnlyFile() {
        try (RedisProcess redis = RedisProcess.start("--appendonly", "yes", "--appendfsync", "always");
                ObservedRedis observed = new ObservedRedis(redis.url())) {
            assumeWaitAof(observed);
            try (RunningOrderService service = RunningOrderService.start(redis.port(), DISK)) {
                Answer placed = service.client().place(order("on-disk", "001", 1));
                Answer repeated = service.client().place(order("on-disk", "001", 1));

                assertThat(placed.status()).as(placed.text()).isEqualTo(201);
                assertThat(placed.header("Durability")).isEqualTo("disk");
                assertThat(repeated.status()).isEqualTo(200);
                assertThat(repeated.header("Durability")).isEqualTo("disk");
                assertThat(service.client()
                                .place(order("elsewhere", "001", 1), "Durability", "memory")
                                .header("Durability"))
                        .isEqualTo("memory");
                assertThat(service.client().get("/actuator/health/readiness").status())
                        .isEqualTo(200);
            }
        }
    }

    /** Nothing is written to the disk then, and Redis goes on. */
    @Test
    void whatIsNotOnDiskInTimeIsAnsweredWith503AndAFileThatWasSwitchedOffIsNoticed() {
        try (RedisProcess redis = RedisProcess.start("--appendonly", "yes", "--appendfsync", "no");
                ObservedRedis observed = new ObservedRedis(redis.url())) {
            assumeWaitAof(observed);
            try (RunningOrderService service = RunningOrderService.start(redis.port(), DISK)) {
                Answer late = service.client().place(order("late", "001", 1));
                assertThat(late.status()).as(late.text()).isEqualTo(503);
                assertThat(late.text("type")).isEqualTo("urn:exactly-once:problem:durability-not-reached");
                assertThat(late.text("wanted")).isEqualTo("disk");

                observed.commands().configSet("appendonly", "no");

                Answer off = service.client().place(order("off", "001", 1));
                assertThat(off.status()).as(off.text()).isEqualTo(503);
                assertThat(off.text("type")).isEqualTo("urn:exactly-once:problem:redis-unavailable");
                assertThat(observed.commands().exists(RedisKeys.order(MAIN, "off")))
                        .isZero();
                assertThat(service.client().get("/actuator/health/readiness").text())
                        .contains("set appendonly to yes");
            }
        }
    }

    @Test
    void aRequestForDiskIsRefusedByARedisThatKeepsNoFile() {
        try (RedisProcess redis = RedisProcess.start();
                ObservedRedis observed = new ObservedRedis(redis.url());
                RunningOrderService service = RunningOrderService.start(redis.port())) {
            Answer answer = service.client().place(order("no-file", "001", 1), "Durability", "disk");

            assertThat(answer.status()).as(answer.text()).isEqualTo(400);
            assertThat(answer.text("type")).isEqualTo("urn:exactly-once:problem:invalid-input");
            assertThat(answer.json().at("/errors/0/field").asString()).isEqualTo("Durability");
            assertThat(answer.json().at("/errors/0/reason").asString())
                    .startsWith("cannot be disk: Redis ")
                    .contains(reason(observed));
            assertThat(observed.commands().exists(RedisKeys.order(MAIN, "no-file")))
                    .isZero();
            assertThat(service.client().get("/actuator/health/readiness").status())
                    .isEqualTo(200);
        }
    }

    @Test
    void theServiceDoesNotStartIfEveryOrderHasToBeOnTheDiskOfARedisThatKeepsNoFile(CapturedOutput output) {
        try (RedisProcess redis = RedisProcess.start();
                ObservedRedis observed = new ObservedRedis(redis.url())) {
            assertThatThrownBy(
                            () -> RunningOrderService.start(redis.port(), DISK).close())
                    .hasRootCauseInstanceOf(DiskUnavailableException.class)
                    .rootCause()
                    .hasMessageContaining(reason(observed));
            String reason = reason(observed);
            await().atMost(Duration.ofSeconds(10)) // a queue stands between a line and the console
                    .untilAsserted(() -> assertThat(output)
                            .contains("APPLICATION FAILED TO START", "orders.durability is disk. Redis ", reason));
        }
    }

    @Test
    void aRedisThatComesLaterAndKeepsNoFileLeavesTheServiceUnready() {
        int port = RedisProcess.freePort();
        try (RunningOrderService service = RunningOrderService.start(port, DISK)) {
            OrdersClient client = service.client();
            assertThat(client.place(order("early", "001", 1)).status()).isEqualTo(503);
            assertThat(client.place(order("early", "001", 1), "Durability", "disk")
                            .status())
                    .isEqualTo(503);

            try (RedisProcess redis = RedisProcess.start(port, directory);
                    ObservedRedis observed = new ObservedRedis(redis.url())) {
                await().atMost(LIMIT)
                        .untilAsserted(() -> assertThat(client.get("/actuator/health/readiness"))
                                .satisfies(readiness ->
                                        assertThat(readiness.text()).contains(reason(observed)))
                                .extracting(Answer::status)
                                .isEqualTo(503));
                await().atMost(LIMIT)
                        .until(
                                () -> client.place(order("early", "001", 1), "Durability", "memory")
                                        .status(),
                                status -> status == 201 || status == 200);
                assertThat(client.place(order("late", "001", 1)).status()).isEqualTo(503);
                assertThat(client.place(order("late", "001", 1), "Durability", "disk")
                                .status())
                        .isEqualTo(400);
                assertThat(observed.commands().exists(RedisKeys.order(MAIN, "late")))
                        .isZero();
            }
        }
    }

    private static String reason(ObservedRedis redis) {
        return hasWaitAof(redis) ? "keeps no append-only file: set appendonly to yes" : "7.2 or newer";
    }

    private static void assumeWaitAof(ObservedRedis redis) {
        assumeTrue(hasWaitAof(redis), "this Redis has no WAITAOF: it came with 7.2");
    }

    private static boolean hasWaitAof(ObservedRedis redis) {
        return !redis.commands().commandInfo("waitaof").isEmpty()
                && redis.commands().commandInfo("waitaof").get(0) != null
                && !redis.commands().commandInfo("waitaof").get(0).toString().equals("[]");
    }
}
