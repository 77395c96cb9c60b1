package io.github.exactlyonce.order;

import static io.github.exactlyonce.contracts.Warehouse.MAIN;
import static io.github.exactlyonce.order.OrdersClient.order;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.redis.Pipelines;
import io.github.exactlyonce.contracts.redis.RedisProcess;
import io.github.exactlyonce.contracts.redis.Wait;
import io.github.exactlyonce.order.CommitLane.Waiting;
import io.github.exactlyonce.order.OrdersClient.Answer;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** A primary with one replica. While the replica is frozen it stays connected, and hears of nothing. */
@ExtendWith(OutputCaptureExtension.class)
class DurableOrdersTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final Duration TIMEOUT = Duration.ofSeconds(5); // the longest that is allowed
    private static final int MAX_IN_FLIGHT = 40;

    private static RedisProcess primary;
    private static RedisProcess replica;
    private static ObservedRedis observed;
    private static ObservedRedis observedReplica;
    private static RunningOrderService service;
    private static OrdersClient client;

    private final ExecutorService clients = Executors.newCachedThreadPool();

    @BeforeAll
    static void start() {
        primary = RedisProcess.start("--repl-diskless-sync-delay", "0");
        replica = RedisProcess.start("--replicaof", "127.0.0.1", String.valueOf(primary.port()));
        observed = new ObservedRedis(primary.url());
        observedReplica = new ObservedRedis(replica.url());
        service = start("replica");
        client = service.client();
        // So that the limits below are those of a wait, not of a JVM that loads classes and connects.
        await().atMost(LIMIT)
                .until(() -> client.place(order("warm-up", "001", 1)).header("Durability"), "replica"::equals);
    }

    @AfterAll
    static void stop() {
        service.close();
        observedReplica.close();
        observed.close();
        replica.close();
        primary.close();
    }

    @BeforeEach
    void replicaIsThere() {
        await().atMost(LIMIT)
                .until(() -> observed.commands().info("replication").contains("state=online"));
    }

    @AfterEach
    void replicaWorks() {
        replica.thaw();
        clients.shutdownNow();
    }

    @Test
    void anOrderIsOnTheReplicaWhenItIsAcknowledged() {
        Answer placed = client.place(order("on-replica", "001", 1));
        assertThat(observedReplica.commands().hget(RedisKeys.order(MAIN, "on-replica"), "status"))
                .isEqualTo("PLACED");

        Answer repeated = client.place(order("on-replica", "001", 1));

        assertThat(placed.status()).as(placed.text()).isEqualTo(201);
        assertThat(placed.header("Durability")).isEqualTo("replica");
        assertThat(repeated.status()).isEqualTo(200);
        assertThat(repeated.header("Durability")).isEqualTo("replica");
    }

    @Test
    void aRequestMayAskForLess() {
        replica.freeze();

        Answer answer = client.place(order("memory", "001", 1), "Durability", "memory");

        assertThat(answer.status()).isEqualTo(201);
        assertThat(answer.header("Durability")).isEqualTo("memory");
    }

    @Test
    void aRequestMayAskForMoreThanIsUsual() {
        try (RunningOrderService other = start("memory")) {
            other.client().place(order("first", "001", 1), "Durability", "replica");
            replica.freeze();
            assertThat(other.client().place(order("usual", "001", 1)).header("Durability"))
                    .isEqualTo("memory");
            assertNotReached(other.client().place(order("more", "001", 1), "Durability", "replica"), "more");
        }
    }

    /** The connection that waits never wrote this order, so the script has to write something. */
    @Test
    void anOrderThatOnlyThePrimaryHasIsRepeatedUntilTheReplicaHasItToo() {
        replica.freeze();
        assertThat(client.place(order("behind", "001", 1), "Durability", "memory")
                        .status())
                .isEqualTo(201);

        assertNotReached(client.place(order("behind", "001", 1)), "behind");
        assertNotReached(client.place(order("behind", "001", 1)), "behind");

        replica.thaw();
        Answer answer = client.place(order("behind", "001", 1));
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Durability")).isEqualTo("replica");
        assertThat(observedReplica.commands().exists(RedisKeys.order(MAIN, "behind")))
                .isOne();
    }

    @Test
    void whatTheReplicaHasNotInTimeIsRecordedAndAnsweredWith503() throws InterruptedException {
        double missed = durability("missed");
        replica.freeze();

        assertNotReached(client.place(order("late", "001", 1)), "late");

        assertThat(observed.commands().hget(RedisKeys.order(MAIN, "late"), "status"))
                .isEqualTo("PLACED");
        assertThat(observed.messagesOf("late")).hasSize(1);
        assertThat(durability("missed")).isEqualTo(missed + 1);
    }

    @Test
    void anOrderForLaterWaitsLikeAnyOther() {
        String later = order("for-later", "001", 1).replaceFirst("}$", ",\"scheduledFor\":\"2100-01-01T00:00:00Z\"}");
        replica.freeze();
        assertNotReached(client.place(later), "for-later");
        replica.thaw();
        assertThat(client.place(later).header("Durability")).isEqualTo("replica");
    }

    @Test
    void aConflictWaitsForNobody() throws Exception {
        client.place(order("conflict", "001", 1));
        replica.freeze();

        Future<Answer> answer = clients.submit(() -> client.place(order("conflict", "001", 2)));

        assertThat(answer.get(TIMEOUT.toMillis() * 2 / 3, TimeUnit.MILLISECONDS).status())
                .isEqualTo(409);
    }

    @Test
    void whileOneBatchWaitsTheNextOneGathers() throws Exception {
        double reached = durability("reached");
        replica.freeze();
        observed.commands().configResetstat();
        Future<Answer> first = clients.submit(() -> client.place(order("batch-0", "001", 1)));
        awaitWaiting();
        List<Future<Answer>> others = placeMany("batch", 30);
        awaitQueued(30);

        replica.thaw();

        assertThat(first.get().status()).isEqualTo(201);
        assertThat(others).extracting(Future::get).extracting(Answer::status).containsOnly(201);
        assertThat(observed.commands().info("commandstats")).contains("cmdstat_wait:calls=2,");
        assertThat(durability("reached")).isEqualTo(reached + 31);
    }

    @Test
    void onlySoManyWaitAndTheOthersFailAtOnce() throws Exception {
        replica.freeze();
        Future<Answer> first = clients.submit(() -> client.place(order("full-0", "001", 1)));
        awaitWaiting();
        List<Future<Answer>> others = placeMany("full", MAX_IN_FLIGHT);
        awaitQueued(MAX_IN_FLIGHT);

        Answer oneTooMany = client.place(order("full-too-many", "001", 1));
        replica.thaw();

        assertThat(oneTooMany.status()).isEqualTo(503);
        assertThat(oneTooMany.text("type")).isEqualTo("urn:exactly-once:problem:redis-unavailable");
        assertThat(observed.commands().exists(RedisKeys.order(MAIN, "full-too-many")))
                .isZero();
        assertThat(first.get().status()).isEqualTo(201);
        assertThat(others).extracting(Future::get).extracting(Answer::status).containsOnly(201);
    }

    /** A batch of such orders alone is none. */
    @Test
    void anOrderThatNobodyWaitsForAnyMoreIsDropped(CapturedOutput output) throws Exception {
        PlaceOrder script = service.context().getBean(PlaceOrder.class);
        OrderRequest request = OrderRequest.read(order("given-up", "001", 1).getBytes(UTF_8), null, null);
        CommitLane lane = new CommitLane(
                "lane",
                Durability.REPLICA,
                Wait.forReplicas(1, TIMEOUT),
                MAX_IN_FLIGHT,
                service.context().getBean(Pipelines.class),
                idle -> false);
        lane.start();
        lane.offer(new Waiting(request, script.call(request, true), CompletableFuture.failedFuture(new Exception())));
        await().atMost(LIMIT).until(() -> lane.queued() == 0);
        OrderRequest next = OrderRequest.read(order("not-given-up", "001", 1).getBytes(UTF_8), null, null);
        CompletableFuture<Placement> placement = new CompletableFuture<>();
        lane.offer(new Waiting(next, script.call(next, true), placement));

        assertThat(placement.get(LIMIT.toSeconds(), TimeUnit.SECONDS).reached()).isEqualTo(Durability.REPLICA);
        lane.stop();
        assertThat(observed.commands().exists(RedisKeys.order(MAIN, "given-up")))
                .isZero();
        assertThat(output).doesNotContain("failed and goes on");
    }

    @Test
    void aConnectionThatBreaksWhileItWaitsHasConfirmedNothing() throws Exception {
        client.place(order("before-the-break", "001", 1));
        replica.freeze();
        Future<Answer> answer = clients.submit(() -> client.place(order("broken", "001", 1)));
        awaitWaiting();

        observed.commands().clientKill(field(waiting().findFirst().orElseThrow(), "addr"));

        assertNotReached(answer.get(), "broken");
        replica.thaw();
        await().atMost(LIMIT)
                .until(() -> client.place(order("broken", "001", 1)).header("Durability"), "replica"::equals);
    }

    @Test
    void whatWasTakenIsFinishedOnShutdown() throws Exception {
        RunningOrderService other = start("replica");
        other.client().place(order("before-the-shutdown", "001", 1));
        replica.freeze();
        Future<Answer> first = clients.submit(() -> other.client().place(order("shutdown-1", "001", 1)));
        awaitWaiting();
        Future<Answer> second = clients.submit(() -> other.client().place(order("shutdown-2", "001", 1)));
        await().atMost(LIMIT).until(() -> queued(other) == 1);

        Future<?> closed = clients.submit(other::close);
        await().atMost(LIMIT).until(() -> other.context().isClosed()); // which is said at the beginning
        replica.thaw();

        assertThat(first.get().status()).isEqualTo(201);
        assertThat(second.get().status()).isEqualTo(201);
        closed.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    }

    private static RunningOrderService start(String durability) {
        return RunningOrderService.start(
                primary.port(),
                "--orders.durability=" + durability,
                "--orders.durability-timeout=" + TIMEOUT.toMillis() + "ms",
                "--orders.max-in-flight=" + MAX_IN_FLIGHT);
    }

    private List<Future<Answer>> placeMany(String prefix, int count) {
        return IntStream.rangeClosed(1, count)
                .mapToObj(i -> clients.submit(() -> client.place(order(prefix + "-" + i, "001", 1))))
                .toList();
    }

    private static void awaitWaiting() {
        await().atMost(LIMIT).until(() -> waiting().count() == 1);
    }

    private static void awaitQueued(int orders) {
        await().atMost(TIMEOUT).until(() -> queued(service) == orders);
    }

    private static int queued(RunningOrderService service) {
        return service.context().getBean("replicaCommits", GroupCommit.class).queued();
    }

    private static Stream<String> waiting() {
        return observed.commands().clientList().lines().filter(line -> line.contains(" flags=b "));
    }

    private static String field(String line, String name) {
        return Arrays.stream(line.split(" "))
                .filter(field -> field.startsWith(name + "="))
                .map(field -> field.substring(name.length() + 1))
                .findFirst()
                .orElseThrow();
    }

    private static double durability(String outcome) {
        return service.context()
                .getBean(MeterRegistry.class)
                .get("orders.durability")
                .tags("level", "replica", "outcome", outcome)
                .counter()
                .count();
    }

    private static void assertNotReached(Answer answer, String id) {
        assertThat(answer.status()).as(answer.text()).isEqualTo(503);
        assertThat(answer.text("type")).isEqualTo("urn:exactly-once:problem:durability-not-reached");
        assertThat(answer.header("Retry-After")).isEqualTo("1");
        assertThat(answer.header("Durability")).isEmpty();
        assertThat(answer.text("orderId")).isEqualTo(id);
        assertThat(answer.text("wanted")).isEqualTo("replica");
        assertThat(answer.text("reached")).isEqualTo("memory");
        assertThat(answer.text("detail"))
                .contains("recorded", "will be settled if Redis keeps it")
                .contains("Repeating the request with orderId " + id + " is safe");
    }
}
