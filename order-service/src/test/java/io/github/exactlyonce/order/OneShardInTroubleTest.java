package io.github.exactlyonce.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.order.OrdersClient.Answer;
import io.github.exactlyonce.order.SmallCluster.Node;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** While a shard of a cluster hangs, its own orders wait, and nobody else's. */
class OneShardInTroubleTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    /** So long that it is the test that ends the trouble. */
    private static final String FOR_LONG = "15s";

    private static final Duration QUICKLY = Duration.ofSeconds(2);
    private static final int WEB_THREADS = 20;

    private static SmallCluster cluster;
    private static RunningOrderService patientService;
    private static OrdersClient patient;

    private final ExecutorService clients = Executors.newCachedThreadPool();

    @BeforeAll
    static void start() {
        cluster = new SmallCluster();
        patientService = start(FOR_LONG);
        patient = patientService.client();
    }

    @AfterAll
    static void stop() {
        patientService.close();
        cluster.close();
    }

    @AfterEach
    void end() {
        cluster.plain.process.thaw();
        clients.shutdownNow();
    }

    @Test
    void durableOrdersWaitForTheirOwnShardOnly() {
        Warehouse hanging = used(cluster.plain, patient, "memory");
        Warehouse fine = used(cluster.replicated, patient, "replica");
        cluster.plain.process.freeze();

        Future<Answer> sent = clients.submit(() -> place(patient, hanging, "sent", "replica"));
        Future<Answer> queued = clients.submit(() -> place(patient, hanging, "queued", "replica"));
        GroupCommit commits = patientService.context().getBean("replicaCommits", GroupCommit.class);
        await().atMost(LIMIT).until(() -> commits.queued() == 1);
        List<Answer> placed = IntStream.range(0, 10)
                .mapToObj(i -> quickly(() -> place(patient, fine, "fine-" + i, "replica")))
                .toList();
        boolean areWaiting = !sent.isDone() && !queued.isDone();
        cluster.plain.process.thaw();

        assertThat(areWaiting).isTrue();
        assertThat(placed).extracting(answer -> answer.header("Durability")).containsOnly("replica");
        assertThat(get(sent).text("type")).isEqualTo("urn:exactly-once:problem:durability-not-reached");
    }

    private static RunningOrderService start(String timeout) {
        return RunningOrderService.start(
                cluster.plain.process.port(),
                cluster.setting(),
                "--spring.data.redis.timeout=" + timeout,
                "--spring.data.redis.lettuce.cluster.refresh.period=1h", // so that it learns of a move from its
                // commands
                "--orders.durability-timeout=1s",
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

    private static Answer place(OrdersClient client, Warehouse warehouse, String id, String durability) {
        String order = OrdersClient.order(id, "001", 1).replaceFirst("}$", ",\"warehouse\":\"" + warehouse + "\"}");
        return client.place(order, "Durability", durability);
    }

    private static Answer quickly(Supplier<Answer> request) {
        long start = System.nanoTime();
        Answer answer = request.get();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(QUICKLY);
        return answer;
    }

    private Answer get(Future<Answer> answer) {
        try {
            return answer.get();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
