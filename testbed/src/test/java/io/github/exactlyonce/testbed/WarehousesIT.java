package io.github.exactlyonce.testbed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.exactlyonce.contracts.OrderItem;
import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.contracts.redis.RedisProcess;
import io.github.exactlyonce.testbed.audit.Audit;
import io.github.exactlyonce.testbed.audit.AuditReport;
import io.github.exactlyonce.testbed.load.Load;
import io.github.exactlyonce.testbed.load.Order;
import io.github.exactlyonce.testbed.load.OrderClient;
import io.github.exactlyonce.testbed.load.RandomOrders;
import io.github.exactlyonce.testbed.system.Inventory;
import io.github.exactlyonce.testbed.system.LocalSystem;
import io.github.exactlyonce.testbed.system.SystemPlan;
import io.lettuce.core.api.StatefulRedisConnection;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Six warehouses, two on each shard of a cluster, and two groups of replicas which serve three of them each. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WarehousesIT {

    private static final Map<String, Long> STOCK = Map.of("001", 100_000L, "002", 100L);
    private static final int ORDERS_EACH = 100;
    private static final int WAREHOUSES = 6;

    private final Map<Warehouse, List<Order>> accepted = new TreeMap<>();
    private ThreePrimaries cluster;
    private List<Warehouse> warehouses;
    private LocalSystem system;
    private OrderClient orders;

    @BeforeAll
    void start() throws Exception {
        cluster = new ThreePrimaries();
        warehouses = twoOnEachShard();
        Map<String, String> group = Map.of(
                "inventory-1", names(0), "inventory-2", names(0), "inventory-3", names(1), "inventory-4", names(1));
        system = LocalSystem.launch(
                SystemPlan.forTests("warehouses", cluster.uri(), group.size(), cluster.settings()),
                name -> group.containsKey(name) ? Map.of("INVENTORY_WAREHOUSES", group.get(name)) : Map.of());
        system.waitUntilReady();
        orders = new OrderClient(system.orderService().uri());
        for (Warehouse warehouse : warehouses) {
            accepted.put(warehouse, new ArrayList<>());
            Inventory inventory = new Inventory(system.replicas().get(0).uri(), warehouse);
            STOCK.forEach((sku, units) -> inventory.set(sku, units, TestSystem.PATIENCE));
        }
    }

    @AfterAll
    void stop() {
        system.close();
        cluster.close();
    }

    @Test
    void theSameOrdersInEachWarehouseAreSettledOnceInEachByTheGroupThatServesIt() throws Exception {
        place("same", warehouses);

        assertEachSettledOnce();
        for (Warehouse warehouse : warehouses) {
            Set<String> group =
                    group(warehouse) == 0 ? Set.of("inventory-1", "inventory-2") : Set.of("inventory-3", "inventory-4");
            assertThat(settlers(warehouse)).isSubsetOf(group);
        }
        assertThat(get(system.replicas().get(0).uri().resolve("/warehouses")))
                .contains("{\"name\":\"" + warehouses.get(0)
                        + "\",\"served\":true,\"skus\":2,\"jobs\":0,\"deadLetters\":0,")
                .contains("{\"name\":\"" + warehouses.get(1) + "\",\"served\":false,\"skus\":2,\"jobs\":0,");
    }

    /** A primary that is dead is refused at once, one that hangs is waited for. */
    enum Outage {
        DEAD {
            @Override
            void begin(RedisProcess node) {
                node.kill();
            }

            @Override
            void end(RedisProcess node) {
                node.restart();
            }
        },
        HANGING {
            @Override
            void begin(RedisProcess node) {
                node.freeze();
            }

            @Override
            void end(RedisProcess node) {
                node.thaw();
            }
        };

        abstract void begin(RedisProcess node);

        abstract void end(RedisProcess node);
    }

    @ParameterizedTest
    @EnumSource
    void whileAShardIsDownItsOrdersCanBeRepeatedAndAllOthersGoOn(Outage outage) throws Exception {
        Warehouse broken = warehouses.get(0);
        RedisProcess node = cluster.holderOf(broken);
        List<Warehouse> others = warehouses.stream()
                .filter(warehouse -> cluster.holderOf(warehouse) != node)
                .toList();
        String id = "waits-" + outage;
        outage.begin(node);
        try {
            assertThat(post(broken, id).statusCode()).isEqualTo(503);
            assertThat(post(broken, id).body()).contains("Repeating the request with orderId " + id + " is safe");

            place("others-" + outage, others);

            for (Warehouse other : others) {
                awaitNothingToDo(other);
            }
            URI readiness = system.orderService().uri().resolve("/actuator/health/readiness");
            await().atMost(TestSystem.PATIENCE).until(() -> get(readiness).contains("\"status\":\"UP\""));
        } finally {
            outage.end(node);
            cluster.awaitWhole();
        }
        Order waiting = Order.of(id, new OrderItem("001", 1)).in(broken);
        orders.place(waiting);
        accepted.get(broken).add(waiting);
        assertEachSettledOnce();
    }

    /** Random orders, the same ones in each of these warehouses. */
    private void place(String prefix, List<Warehouse> where) throws InterruptedException {
        long seed = Long.getLong("testbed.seed", System.nanoTime());
        System.out.println("random orders: replay with -Dtestbed.seed=" + seed);
        RandomOrders random = new RandomOrders(prefix, List.of("001", "002"), seed);
        List<Order> all = new ArrayList<>();
        for (int i = 0; i < ORDERS_EACH; i++) {
            Order order = random.next();
            where.forEach(warehouse -> all.add(order.in(warehouse)));
        }
        Load.start(orders, all.iterator(), Load.FULL_SPEED)
                .await()
                .forEach(order -> accepted.get(order.warehouse()).add(order));
        assertThat(accepted.values().stream().mapToInt(List::size).sum()).isGreaterThanOrEqualTo(all.size());
    }

    private void assertEachSettledOnce() {
        for (Warehouse warehouse : warehouses) {
            awaitNothingToDo(warehouse);
            AuditReport report = Audit.of(redis(warehouse), warehouse, accepted.get(warehouse), STOCK);
            System.out.println(warehouse + ": " + report);
            assertThat(report).matches(AuditReport::isClean, "is clean");
        }
    }

    private void awaitNothingToDo(Warehouse warehouse) {
        await().atMost(TestSystem.PATIENCE).until(() -> redis(warehouse).sync().zcard(RedisKeys.jobs(warehouse)) == 0);
    }

    /** Names of replicas. */
    private Set<String> settlers(Warehouse warehouse) {
        return accepted.get(warehouse).stream()
                .map(order -> redis(warehouse).sync().hget(RedisKeys.order(warehouse, order.orderId()), "settledBy"))
                .map(token -> token.substring(0, token.indexOf('/')))
                .collect(Collectors.toSet());
    }

    private StatefulRedisConnection<String, String> redis(Warehouse warehouse) {
        return cluster.connection(cluster.holderOf(warehouse));
    }

    private HttpResponse<String> post(Warehouse warehouse, String id) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(system.orderService().uri().resolve("/orders"))
                .header("Content-Type", "application/json")
                .timeout(Duration.ofSeconds(20))
                .POST(HttpRequest.BodyPublishers.ofString("{\"orderId\":\"" + id + "\",\"warehouse\":\"" + warehouse
                        + "\",\"items\":[{\"id\":\"001\",\"quantity\":1}]}"))
                .build();
        return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    }

    private static String get(URI uri) throws Exception {
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private int group(Warehouse warehouse) {
        return warehouses.indexOf(warehouse) % 2;
    }

    private String names(int group) {
        return warehouses.stream()
                .filter(warehouse -> group(warehouse) == group)
                .map(Warehouse::name)
                .collect(Collectors.joining(","));
    }

    private List<Warehouse> twoOnEachShard() {
        Map<RedisProcess, Integer> found = new HashMap<>();
        List<Warehouse> chosen = new ArrayList<>();
        for (int i = 1; chosen.size() < WAREHOUSES; i++) {
            Warehouse warehouse = new Warehouse("w" + i);
            if (found.merge(cluster.holderOf(warehouse), 1, Integer::sum) <= 2) {
                chosen.add(warehouse);
            }
        }
        return chosen;
    }
}
