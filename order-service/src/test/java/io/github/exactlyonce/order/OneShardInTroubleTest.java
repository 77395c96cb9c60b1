package io.github.exactlyonce.order;

import static io.github.exactlyonce.order.SmallCluster.slot;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.order.OrdersClient.Answer;
import io.github.exactlyonce.order.SmallCluster.Node;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** While a shard of a cluster hangs or its slots are being moved, its own orders wait, and nobody else's. */
class OneShardInTroubleTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    /** So long that it is the test that ends the trouble. */
    private static final String FOR_LONG = "15s";

    private static final String NOT_FOR_LONG = "3s";
    private static final Duration QUICKLY = Duration.ofSeconds(6);
    private static final int WEB_THREADS = 20;

    private static SmallCluster cluster;
    private static RunningOrderService patientService;
    private static RunningOrderService hastyService;
    private static OrdersClient patient;
    private static OrdersClient hasty;

    private final ExecutorService clients = Executors.newCachedThreadPool();

    @BeforeAll
    static void start() {
        cluster = new SmallCluster();
        patientService = start(FOR_LONG);
        hastyService = start(NOT_FOR_LONG);
        patient = patientService.client();
        hasty = hastyService.client();
    }

    @AfterAll
    static void stop() {
        hastyService.close();
        patientService.close();
        cluster.close();
    }

    @AfterEach
    void end() {
        cluster.plain.process.thaw();
        clients.shutdownNow();
    }

    @Test
    void aShardThatHangsTakesHalfOfTheThreadsAndOrdersOfOthersArePlaced() {
        Warehouse hanging = used(cluster.plain, patient, "memory");
        Warehouse fine = used(cluster.listing, patient, "memory");
        cluster.plain.process.freeze();

        List<Future<Answer>> waiting = new ArrayList<>(submit(hanging, 0, WEB_THREADS / 2));
        await().pollDelay(Duration.ofSeconds(1)).until(() -> true); // by then it is known to be silent
        waiting.addAll(submit(hanging, WEB_THREADS / 2, 3 * WEB_THREADS));
        await().atMost(LIMIT).until(() -> done(waiting) == 3 * WEB_THREADS - WEB_THREADS / 2);
        List<Answer> refused =
                waiting.stream().filter(Future::isDone).map(this::get).toList();
        List<Answer> placed = IntStream.range(0, 30)
                .mapToObj(i -> quickly(() -> place(patient, fine, "fine-" + i, "memory")))
                .toList();
        cluster.plain.process.thaw();

        assertThat(placed).extracting(Answer::status).containsOnly(201);
        assertThat(refused).allSatisfy(OneShardInTroubleTest::assertSafeToRepeat);
        assertThat(waiting.stream().map(this::get).filter(answer -> !refused.contains(answer)))
                .hasSize(WEB_THREADS / 2)
                .extracting(Answer::status)
                .containsAnyOf(201, 404)
                .doesNotContain(503);
    }

    @Test
    void durableOrdersWaitForTheirOwnShardOnly() {
        Warehouse hanging = used(cluster.plain, patient, "memory");
        Warehouse fine = used(cluster.replicated, patient, "replica");
        cluster.plain.process.freeze();

        Future<Answer> sent = clients.submit(() -> place(patient, hanging, "sent", "replica"));
        List<Future<Answer>> others = new ArrayList<>();
        GroupCommit commits = patientService.context().getBean("replicaCommits", GroupCommit.class);
        await().atMost(LIMIT)
                .until(
                        () -> { // the next one may still have gone with the first
                            others.add(
                                    clients.submit(() -> place(patient, hanging, "other-" + others.size(), "replica")));
                            return commits.queued() > 0;
                        });
        List<Answer> placed = IntStream.range(0, 10)
                .mapToObj(i -> quickly(() -> place(patient, fine, "fine-" + i, "replica")))
                .toList();
        boolean areWaiting = !sent.isDone() && others.stream().noneMatch(Future::isDone);
        cluster.plain.process.thaw();

        assertThat(areWaiting).isTrue();
        assertThat(placed).extracting(answer -> answer.header("Durability")).containsOnly("replica");
        assertThat(get(sent).text("type")).isEqualTo("urn:exactly-once:problem:durability-not-reached");
    }

    @Test
    void anOrderForASlotThatHasMovedUnnoticedIsDurableWhereItIsNow() {
        Warehouse moving = cluster.warehouseOn(cluster.plain);
        int redirected = cluster.plain.errors("MOVED");
        cluster.endMove(slot(moving), cluster.plain, cluster.replicated);

        Answer placed = place(patient, moving, "29", "replica");

        assertThat(placed.status()).as(placed.text()).isEqualTo(201);
        assertThat(placed.header("Durability")).isEqualTo("replica");
        assertThat(cluster.plain.errors("MOVED")).isGreaterThan(redirected);
        assertThat(cluster.replica.has(RedisKeys.order(moving, "29"))).isTrue();
    }

    @Test
    void whileASlotIsBeingMovedItsOrdersWaitAndThenArePlacedOnce() {
        Warehouse moving = betweenTwoShards(patient);
        int asked = cluster.plain.errors("ASK");

        Future<Answer> memory = clients.submit(() -> place(patient, moving, "memory", "memory"));
        Future<Answer> replica = clients.submit(() -> place(patient, moving, "replica", "replica"));
        await().atMost(LIMIT).until(() -> cluster.plain.errors("ASK") >= asked + 6);
        cluster.endMove(slot(moving), cluster.plain, cluster.replicated);

        assertThat(get(memory).status()).as(get(memory).text()).isEqualTo(201);
        assertThat(get(replica).status()).as(get(replica).text()).isEqualTo(201);
        assertPlacedOnce(moving, "memory");
        assertPlacedOnce(moving, "replica");
    }

    @Test
    void aMoveThatTakesTooLongIsAnsweredWith503AndTheOrderPlacedOnceWhenItIsRepeated() {
        Warehouse moving = betweenTwoShards(hasty);

        Future<Answer> memory = clients.submit(() -> place(hasty, moving, "memory", "memory"));
        Future<Answer> replica = clients.submit(() -> place(hasty, moving, "replica", "replica"));
        assertSafeToRepeat(get(memory));
        assertSafeToRepeat(get(replica));
        cluster.endMove(slot(moving), cluster.plain, cluster.replicated);

        assertThat(place(hasty, moving, "memory", "memory").status()).isEqualTo(201);
        assertThat(place(hasty, moving, "replica", "replica").status()).isEqualTo(201);
        assertPlacedOnce(moving, "memory");
        assertPlacedOnce(moving, "replica");
    }

    @Test
    void whileNobodyHoldsASlotItsOrdersWait() {
        Warehouse orphaned = used(cluster.replicated, patient, "replica");
        int refused = cluster.replicated.errors("CLUSTERDOWN");
        cluster.replicated.redis.commands().clusterDelSlots(slot(orphaned));

        Future<Answer> memory = clients.submit(() -> place(patient, orphaned, "memory", "memory"));
        Future<Answer> replica = clients.submit(() -> place(patient, orphaned, "replica", "replica"));
        Future<Answer> read = clients.submit(() -> read(patient, orphaned, "first"));
        await().atMost(LIMIT).until(() -> cluster.replicated.errors("CLUSTERDOWN") >= refused + 9);
        cluster.replicated.redis.commands().clusterAddSlots(slot(orphaned));

        assertThat(get(memory).status()).as(get(memory).text()).isEqualTo(201);
        assertThat(get(replica).status()).as(get(replica).text()).isEqualTo(201);
        assertThat(get(read).status()).as(get(read).text()).isEqualTo(200);
        assertPlacedOnce(orphaned, "memory");
        assertPlacedOnce(orphaned, "replica");
    }

    /** Sharded channels are Redis 7's. */
    @Test
    void whoWaitsForAnOrderHearsItsShardAndTheOneThatItsSlotMovesTo() {
        Warehouse moving = used(cluster.plain, patient, "memory");
        assumeThat(cluster.plain.redis.commands().info("server")).doesNotContain("redis_version:6.");
        CompletableFuture<Answer> here = placeAndWait(moving, "here");
        settle(moving, "here", cluster.plain);
        assertThat(here.orTimeout(10, TimeUnit.SECONDS).join().text("status")).isEqualTo("CONFIRMED");

        CompletableFuture<Answer> there = placeAndWait(moving, "there");
        cluster.beginToMove(slot(moving), cluster.plain, cluster.replicated);
        cluster.endMove(slot(moving), cluster.plain, cluster.replicated);
        settle(moving, "there", cluster.replicated);
        assertThat(there.orTimeout(10, TimeUnit.SECONDS).join().text("status")).isEqualTo("CONFIRMED");
    }

    private static CompletableFuture<Answer> placeAndWait(Warehouse warehouse, String id) {
        return patient.placeLater(json(warehouse, id), "Prefer", "wait=19");
    }

    /** As a replica does, when the service hears it. */
    private static void settle(Warehouse warehouse, String id, Node node) {
        RedisCommands<String, String> redis = node.redis.commands();
        String channel = RedisKeys.shardedInventoryUpdates(warehouse);
        await().atMost(LIMIT)
                .until(() -> redis.exists(RedisKeys.order(warehouse, id)) == 1
                        && redis.pubsubShardNumsub(channel).get(channel) == 1);
        redis.hset(
                RedisKeys.order(warehouse, id),
                Map.of("status", "CONFIRMED", "settledAt", "1767225600000", "settledBy", "inventory-1/x7"));
        redis.spublish(channel, "{\"eventType\":\"OrderConfirmed\",\"id\":\"" + id + "\"}");
    }

    private static RunningOrderService start(String timeout) {
        return RunningOrderService.start(
                cluster.plain.process.port(),
                cluster.setting(),
                "--spring.data.redis.timeout=" + timeout,
                "--spring.data.redis.lettuce.cluster.refresh.period=1h", // so that it learns of a move from its
                // commands
                "--orders.durability-timeout=4s",
                "--spring.threads.virtual.enabled=false",
                "--server.tomcat.threads.max=" + WEB_THREADS);
    }

    /** In which an order has been placed, so that classes are loaded and connections are open. */
    private static Warehouse used(Node node, OrdersClient client, String durability) {
        Warehouse warehouse = cluster.warehouseOn(node);
        await().atMost(LIMIT)
                .until(() -> place(client, warehouse, "first", durability).status(), status -> status < 300);
        return warehouse;
    }

    /** Its first order is on one shard still, and the list of its jobs on another one already. */
    private static Warehouse betweenTwoShards(OrdersClient client) {
        Warehouse moving = used(cluster.plain, client, "memory");
        cluster.beginToMove(slot(moving), cluster.plain, cluster.replicated);
        SmallCluster.moveKey(RedisKeys.jobs(moving), cluster.plain, cluster.replicated);
        return moving;
    }

    private static Answer placeOrRead(Warehouse warehouse, int i) {
        return i % 3 == 0
                ? read(patient, warehouse, "unknown-" + i)
                : place(patient, warehouse, "hanging-" + i, "memory");
    }

    private static Answer place(OrdersClient client, Warehouse warehouse, String id, String durability) {
        return client.place(json(warehouse, id), "Durability", durability);
    }

    private static String json(Warehouse warehouse, String id) {
        return OrdersClient.order(id, "001", 1).replaceFirst("}$", ",\"warehouse\":\"" + warehouse + "\"}");
    }

    private static Answer read(OrdersClient client, Warehouse warehouse, String id) {
        return client.get("/orders/" + id + "?warehouse=" + warehouse);
    }

    private static void assertPlacedOnce(Warehouse warehouse, String id) {
        assertThat(cluster.replicated.redis.commands().zrange(RedisKeys.jobs(warehouse), 0, -1))
                .containsOnlyOnce("order " + id);
        assertThat(place(patient, warehouse, id, "memory").status()).isEqualTo(200);
    }

    private static void assertSafeToRepeat(Answer answer) {
        assertThat(answer.status()).as(answer.text()).isEqualTo(503);
        assertThat(answer.header("Retry-After")).isEqualTo("1");
        assertThat(answer.text("type")).isEqualTo("urn:exactly-once:problem:redis-unavailable");
        assertThat(answer.text("detail")).contains("Repeating", "is safe");
    }

    private static Answer quickly(Supplier<Answer> request) {
        long start = System.nanoTime();
        Answer answer = request.get();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(QUICKLY);
        return answer;
    }

    private List<Future<Answer>> submit(Warehouse warehouse, int from, int to) {
        return IntStream.range(from, to)
                .mapToObj(i -> clients.submit(() -> placeOrRead(warehouse, i)))
                .toList();
    }

    private static long done(List<Future<Answer>> answers) {
        return answers.stream().filter(Future::isDone).count();
    }

    private Answer get(Future<Answer> answer) {
        try {
            return answer.get();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
