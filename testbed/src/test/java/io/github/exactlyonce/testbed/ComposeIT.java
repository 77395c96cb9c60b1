package io.github.exactlyonce.testbed;

import static io.github.exactlyonce.contracts.Warehouse.MAIN;
import static io.github.exactlyonce.testbed.load.Load.FULL_SPEED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.exactlyonce.contracts.OrderItem;
import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.testbed.audit.Audit;
import io.github.exactlyonce.testbed.audit.AuditReport;
import io.github.exactlyonce.testbed.load.Load;
import io.github.exactlyonce.testbed.load.Order;
import io.github.exactlyonce.testbed.load.OrderClient;
import io.github.exactlyonce.testbed.load.RandomOrders;
import io.github.exactlyonce.testbed.system.Inventory;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The images and docker-compose.yml as somebody uses them who has Docker and nothing else: built, started, hurt, stopped and
 * started again. Skipped where there is no Docker with Compose. {@code -Dcompose.orders} is how many orders it takes.
 */
class ComposeIT {

    private static final int ORDERS = Integer.getInteger("compose.orders", 20_000);

    /** For four JVMs that start at once on two busy cores. */
    private static final Duration START_LIMIT = Duration.ofMinutes(3);

    /** For a machine that is busy with something else: the first thousands find cold JVMs. */
    private static final Duration LOAD_LIMIT = Duration.ofMinutes(5);

    private static final int TERMINATED = 128 + 15;

    /** As docker-compose.yml gives it. */
    private static final Map<String, String> FIRST_STOCK = Map.of("001", "100", "002", "50", "003", "10");

    @TempDir
    private Path directory;

    private ComposeProject project;
    private RedisClient client;
    private OrderClient orders;

    @BeforeEach
    void start() {
        Optional<ComposeProject> found = ComposeProject.find(directory);
        assumeTrue(found.isPresent(), "there is no Docker with Compose here");
        project = found.get();
        client = RedisClient.create(RedisURI.create("127.0.0.1", project.redisPort()));
        orders = new OrderClient(orderService());
        project.compose("up", "--detach", "--build");
        awaitHealthy();
    }

    @AfterEach
    void end() {
        if (project != null) {
            client.shutdown();
            project.close();
        }
    }

    @Test
    void everyOrderIsSettledOnceThoughAReplicaIsKilledAndAllIsStillThereAfterDownAndUp() throws Exception {
        assertThat(stock()).isEqualTo(FIRST_STOCK);
        TestSystem.STOCK.forEach(new Inventory(replica())::set);
        Load load = Load.start(orders, randomOrders(), FULL_SPEED);
        await().atMost(LOAD_LIMIT).until(() -> load.accepted() > ORDERS / 2);

        String killed = replicas().get(1);
        ComposeProject.docker("kill", killed);

        List<Order> accepted = new ArrayList<>(load.await());
        assertThat(accepted).hasSize(ORDERS);
        accepted.add(awaitQuiet(killed));
        AuditReport report = audit(accepted);
        assertThat(report.confirmed()).isPositive();
        assertThat(report.rejected()).isPositive();
        Order order = accepted.get(0);
        String settled = get(order).body();
        Map<String, String> stock = stock();

        project.compose("stop");
        assertThat(project.containers("order-service", "inventory-service"))
                .hasSize(1 + TestSystem.REPLICAS)
                .filteredOn(container -> !container.equals(killed))
                .allSatisfy(container -> assertThat(
                                ComposeProject.docker("inspect", "--format", "{{.State.ExitCode}}", container)
                                        .strip())
                        .isEqualTo(String.valueOf(TERMINATED)));
        project.compose("down");
        project.compose("up", "--detach");
        awaitHealthy();

        assertThat(stock()).isEqualTo(stock);
        audit(accepted);
        assertThat(get(order).body()).isEqualTo(settled);
        HttpResponse<String> repeated = post(order);
        assertThat(repeated.statusCode()).isEqualTo(200);
        assertThat(repeated.body()).isEqualTo(settled);
        assertThat(stock()).isEqualTo(stock);
    }

    private Iterator<Order> randomOrders() {
        long seed = Long.getLong("testbed.seed", System.nanoTime());
        System.out.println("random orders: replay with -Dtestbed.seed=" + seed);
        Iterator<Order> all = new RandomOrders(
                "compose", TestSystem.STOCK.keySet().stream().sorted().toList(), seed);
        return IntStream.range(0, ORDERS).mapToObj(i -> all.next()).iterator();
    }

    /**
     * Waits until no order is open, and the living replicas have nothing left in them that could settle one again: they work
     * on messages in the order in which they came, so a message that came last is one that came after all others.
     *
     * @return the order that was the last
     */
    private Order awaitQuiet(String killed) throws InterruptedException {
        awaitNoJobs();
        Order last = Order.of("the-last", new OrderItem("nothing", 1));
        orders.place(last);
        List<String> living =
                replicas().stream().filter(replica -> !replica.equals(killed)).toList();
        await().atMost(TestSystem.PATIENCE)
                .until(() -> living.stream().allMatch(replica -> hasDecidedAbout(last, replica)));
        awaitNoJobs();
        return last;
    }

    private void awaitNoJobs() {
        try (StatefulRedisConnection<String, String> redis = client.connect()) {
            await().atMost(TestSystem.PATIENCE).until(() -> redis.sync().zcard(RedisKeys.jobs(MAIN)) == 0);
        }
    }

    private static boolean hasDecidedAbout(Order order, String replica) {
        return ComposeProject.docker("logs", "--tail", "100", replica)
                .contains("\"orderId\":\"" + order.orderId() + "\"");
    }

    private AuditReport audit(List<Order> accepted) {
        try (StatefulRedisConnection<String, String> redis = client.connect()) {
            AuditReport report = Audit.of(redis, accepted, TestSystem.STOCK);
            System.out.println(report);
            assertThat(report).matches(AuditReport::isClean, "is clean");
            return report;
        }
    }

    private Map<String, String> stock() {
        try (StatefulRedisConnection<String, String> redis = client.connect()) {
            return redis.sync().hgetall(RedisKeys.stock(MAIN));
        }
    }

    private void awaitHealthy() {
        await().atMost(START_LIMIT)
                .until(() -> project.containers("redis", "order-service", "inventory-service").stream()
                        .map(container ->
                                ComposeProject.docker("inspect", "--format", "{{.State.Health.Status}}", container))
                        .allMatch(status -> status.strip().equals("healthy")));
    }

    private List<String> replicas() {
        return project.containers("inventory-service");
    }

    private URI replica() {
        String address = ComposeProject.docker("port", replicas().get(0), "3002/tcp");
        return URI.create("http://" + address.lines().findFirst().orElseThrow());
    }

    private URI orderService() {
        return URI.create("http://127.0.0.1:" + project.orderPort());
    }

    private HttpResponse<String> get(Order order) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(orderService().resolve("/orders/" + order.orderId())));
    }

    private HttpResponse<String> post(Order order) throws IOException, InterruptedException {
        String items = String.join(
                ",",
                order.items().list().stream()
                        .map(item -> "{\"id\":\"%s\",\"quantity\":%d}".formatted(item.id(), item.quantity()))
                        .toList());
        return send(HttpRequest.newBuilder(orderService().resolve("/orders"))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(
                        "{\"orderId\":\"%s\",\"items\":[%s]}".formatted(order.orderId(), items))));
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return HttpClient.newHttpClient().send(request.build(), BodyHandlers.ofString());
    }
}
