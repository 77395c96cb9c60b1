package io.github.exactlyonce.testbed;

import static io.github.exactlyonce.contracts.Warehouse.MAIN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.redis.RedisProcess;
import io.github.exactlyonce.testbed.system.LocalSystem;
import io.github.exactlyonce.testbed.system.SystemPlan;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.sync.RedisCommands;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * What an acknowledgement is worth when the primary is cut off from its replica, which is 50 ms behind, dies a moment later,
 * and the replica takes over: every order that was answered with {@code 201} is looked up there.
 *
 * <p>Speed is printed and not asserted. {@code -Ddurability.orders=5000 -Ddurability.rounds=3} for figures.
 */
class DurabilityIT {

    private static final Duration LAG = Duration.ofMillis(50);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int CLIENTS = 16;
    private static final int ORDERS = Integer.getInteger("durability.orders", 200);
    private static final int ROUNDS = Integer.getInteger("durability.rounds", 1);

    @Test
    void aFailoverToALaggingReplicaLosesOrdersInMemoryAndNoneOnTheReplica() throws Exception {
        try (RedisProcess primary = RedisProcess.start("--repl-diskless-sync-delay", "0");
                LocalSystem system = LocalSystem.launch(
                        SystemPlan.forTests("durability", RedisURI.create(primary.url()), 0, Map.of()))) {
            system.waitUntilReady();
            for (int round = 1; round <= ROUNDS; round++) {
                Outcome memory = placeAndFailOver(system, primary, "memory", round);
                Outcome replica = placeAndFailOver(system, primary, "replica", round);

                assertThat(memory.lost())
                        .as("of %s lost in memory: or the test could not see any", memory)
                        .isPositive();
                assertThat(replica.lost()).as("of %s", replica).isZero();
            }
        }
    }

    private static Outcome placeAndFailOver(LocalSystem system, RedisProcess primary, String durability, int round)
            throws InterruptedException {
        primary.restart(); // empty
        try (LaggingLink link = new LaggingLink(primary.port(), LAG);
                RedisProcess replica = RedisProcess.start("--replicaof", "127.0.0.1", String.valueOf(link.port()));
                Client ofPrimary = new Client(primary);
                Client ofReplica = new Client(replica)) {
            await().atMost(PATIENCE)
                    .until(() -> ofPrimary.redis().info("replication").contains("state=online"));
            system.waitUntilReady();
            Orders orders = new Orders(system.orderService().uri(), durability, round);
            await().atMost(PATIENCE).until(() -> orders.acknowledged().size() >= ORDERS);
            double perSecond = orders.perSecond();

            link.cut();
            // A primary that is cut off does not know it yet. However slow the machine is, some orders come in now.
            int answers = orders.answers();
            await().atMost(PATIENCE).until(() -> orders.answers() >= answers + CLIENTS);
            primary.kill();
            orders.stop();
            ofReplica.redis().replicaofNoOne();

            long lost = orders.acknowledged().stream()
                    .filter(id -> ofReplica.redis().exists(RedisKeys.order(MAIN, id)) == 0)
                    .count();
            Outcome outcome = new Outcome(durability, orders.acknowledged().size(), lost, perSecond);
            System.out.println("failover to a replica " + LAG.toMillis() + " ms behind: " + outcome);
            return outcome;
        }
    }

    private record Outcome(String durability, int acknowledged, long lost, double perSecond) {}

    private record Client(RedisClient client, RedisCommands<String, String> redis) implements AutoCloseable {

        Client(RedisProcess process) {
            this(RedisClient.create(process.url()));
        }

        private Client(RedisClient client) {
            this(client, client.connect().sync());
        }

        @Override
        public void close() {
            client.shutdown();
        }
    }

    /** Clients that place one order after the other and repeat none, until they are stopped. */
    private static final class Orders {

        private final HttpClient http = HttpClient.newHttpClient();
        private final URI uri;
        private final String durability;
        private final String prefix;
        private final AtomicInteger next = new AtomicInteger();
        private final AtomicInteger answers = new AtomicInteger();
        private final Queue<String> acknowledged = new ConcurrentLinkedQueue<>();
        private final ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
        private final long start = System.nanoTime();
        private volatile boolean stopped;

        Orders(URI orderService, String durability, int round) {
            this.uri = orderService.resolve("/orders");
            this.durability = durability;
            this.prefix = durability + "-" + round + "-";
            for (int i = 0; i < CLIENTS; i++) {
                threads.execute(this::placeOneByOne);
            }
        }

        Queue<String> acknowledged() {
            return acknowledged;
        }

        /** Of any status. */
        int answers() {
            return answers.get();
        }

        double perSecond() {
            return acknowledged.size() * 1e9 / (System.nanoTime() - start);
        }

        void stop() throws InterruptedException {
            stopped = true;
            threads.shutdown();
            assertThat(threads.awaitTermination(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
        }

        private void placeOneByOne() {
            while (!stopped) {
                String id = prefix + next.incrementAndGet();
                try {
                    HttpResponse<String> answer = http.send(request(id), BodyHandlers.ofString());
                    if (answer.statusCode() == 201) {
                        assertThat(answer.headers().firstValue("Durability")).contains(durability);
                        acknowledged.add(id);
                    }
                    answers.incrementAndGet();
                } catch (IOException e) {
                    // not acknowledged
                } catch (InterruptedException e) {
                    return;
                }
            }
        }

        private HttpRequest request(String id) {
            return HttpRequest.newBuilder(uri)
                    .timeout(Duration.ofSeconds(10))
                    .header("Content-Type", "application/json")
                    .header("Durability", durability)
                    .POST(BodyPublishers.ofString(
                            "{\"orderId\":\"" + id + "\",\"items\":[{\"id\":\"001\",\"quantity\":1}]}"))
                    .build();
        }
    }
}
