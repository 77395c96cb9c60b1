package io.github.exactlyonce.inventory.audit;

import static io.github.exactlyonce.contracts.Warehouse.MAIN;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.exactlyonce.contracts.OrderItem;
import io.github.exactlyonce.contracts.OrderItems;
import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.redis.Pipeline;
import io.github.exactlyonce.contracts.redis.Reply;
import io.github.exactlyonce.inventory.stock.Settlement;
import io.github.exactlyonce.inventory.stock.StockLedger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.core.RedisCallback;

/** Two replicas audit while others settle: never a false finding, and each entry is counted once. */
class AuditWhileOrdersFlowTest extends WithAudit {

    private static final int ORDERS = 10_000;
    private static final int BATCH = 100;
    private static final int SKUS = 700; // more than are compared at one instant

    @Test
    void twoAuditorsAreNeverWrongAndCountEachEntryOnce() throws Exception {
        long seed = Long.getLong("audit.seed", System.nanoTime());
        System.out.println("-Daudit.seed=" + seed);
        for (int sku = 0; sku < SKUS; sku++) {
            stock("sku-" + sku, 40);
        }
        assertClean();
        AtomicBoolean done = new AtomicBoolean();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<List<AuditReport>>> audits = List.of(
                    threads.submit(auditsUntil(done, anotherAuditor())),
                    threads.submit(auditsUntil(done, anotherAuditor())));
            List<Future<Boolean>> settling = new ArrayList<>();
            for (int half = 0; half < 2; half++) {
                int from = half * ORDERS / 2;
                Random random = new Random(seed + half);
                settling.add(threads.submit(() -> settle(from, from + ORDERS / 2, random)));
            }
            for (Future<Boolean> each : settling) {
                assertThat(each.get()).isTrue();
            }
            done.set(true);
            for (Future<List<AuditReport>> each : audits) {
                assertThat(each.get())
                        .isNotEmpty()
                        .allSatisfy(report -> assertThat(report.found().nothing())
                                .as("%s", report)
                                .isTrue());
            }
        } finally {
            done.set(true);
            threads.shutdown();
        }

        AuditReport last = audit();
        assertThat(last.clean()).as("%s", last).isTrue();
        assertThat(last.replayed().entries())
                .isEqualTo(redis.opsForStream().size(RedisKeys.ledger(MAIN)))
                .isGreaterThan(ORDERS);
        assertThat(redis.opsForHash().entries(RedisKeys.auditStock(MAIN)))
                .isEqualTo(redis.opsForHash().entries(RedisKeys.stock(MAIN)));
    }

    /** Redis fails over to a replica that is a little behind: what followed is settled again, elsewhere in the ledger. */
    @Test
    void whatAFailoverTookBackRaisesNothing() throws Exception {
        put("001", 100);
        settle("29", "001", 1);
        Auditor other = anotherAuditor();
        assertThat(other.audit().clean()).isTrue();
        Map<String, byte[]> behind = everything();
        settle("30", "001", 2);
        settle("31", "001", 3);
        assertClean();
        assertThat(other.audit().clean()).isTrue();

        restore(behind);
        assertClean();
        assertThat(other.audit().clean()).isTrue();
        settle("31", "001", 3);
        assertClean();
        assertThat(other.audit().clean()).isTrue();
        settle("30", "001", 2);

        assertClean();
        AuditReport report = other.audit();
        assertThat(report.clean()).as("%s", report).isTrue();
        assertThat(report.replayed().entries())
                .as("one was before the beginning")
                .isEqualTo(2);
    }

    /** The same commands, from a process that was paused, or from Lettuce after a reconnect. */
    @Test
    void anAuditorThatWasPausedMovesNothingTwice() {
        put("001", 100);
        LedgerReplay replay = new LedgerReplay(MAIN, properties);
        Deadline deadline = Deadline.in(DEADLINE);
        replay.advance(pipeline, deadline);
        settle("29", "001", 1);
        put("002", 7);
        for (int i = 0; i < 3; i++) {
            assertThat(replay.advance(pipeline, deadline)).isPresent();
        }

        assertThat(redis.opsForHash().entries(RedisKeys.auditStock(MAIN)))
                .isEqualTo(redis.opsForHash().entries(RedisKeys.stock(MAIN)));
        assertThat(redis.opsForHash().get(RedisKeys.audit(MAIN), "entries")).isEqualTo("2");
    }

    @Test
    void manyRequestsAtOnceShareAudits() throws Exception {
        put("001", 100);

        assertThat(atOnce(20, this::audit))
                .allSatisfy(report -> assertThat(report.clean()).isTrue());
    }

    private boolean settle(int from, int to, Random random) throws InterruptedException {
        try (Pipeline own = openPipeline()) {
            for (int first = from; first < to; first += BATCH) {
                List<StockLedger.Order> orders = new ArrayList<>();
                for (int id = first; id < first + BATCH; id++) {
                    OrderItems items = OrderItems.of(
                            new OrderItem("sku-" + random.nextInt(SKUS), 1 + random.nextInt(3)),
                            new OrderItem("sku-" + random.nextInt(SKUS), 1 + random.nextInt(3)));
                    orders.add(
                            new StockLedger.Order(MAIN, "o-" + id, "", items.packed(), replica.newOwnerToken(), false));
                }
                settleUntilAnswered(own, orders);
                String sku = "/inventory/sku-" + random.nextInt(SKUS);
                if (random.nextInt(3) == 0) {
                    send("PUT", sku, "{\"quantity\":" + random.nextInt(200) + "}");
                } else {
                    send("POST", sku + "/restocks", "{\"quantity\":9,\"restockId\":\"r-" + first + "\"}");
                }
            }
            return true;
        }
    }

    /** An answer that does not come in time is asked for again, with the same token, as the service does. */
    private void settleUntilAnswered(Pipeline own, List<StockLedger.Order> orders) {
        List<StockLedger.Order> left = orders;
        for (int tries = 0; !left.isEmpty(); tries++) {
            assertThat(tries).as("tries").isLessThan(20);
            List<Reply<Settlement>> replies = stockLedger.settleAll(own, left);
            List<StockLedger.Order> again = new ArrayList<>();
            for (int i = 0; i < replies.size(); i++) {
                if (replies.get(i).isFailure()) {
                    again.add(left.get(i));
                }
            }
            left = again;
        }
    }

    private static Callable<List<AuditReport>> auditsUntil(AtomicBoolean done, Auditor auditor) {
        return () -> {
            List<AuditReport> reports = new ArrayList<>();
            while (!done.get()) {
                try {
                    reports.add(auditor.audit());
                } catch (DataAccessException e) {
                    System.out.println("no answer in time: " + e.getMessage()); // the next one goes on
                }
            }
            return reports;
        };
    }

    private Map<String, byte[]> everything() {
        return redis.execute((RedisCallback<Map<String, byte[]>>) connection -> {
            Map<String, byte[]> dumps = new HashMap<>();
            for (byte[] key : connection.keyCommands().keys("*".getBytes())) {
                dumps.put(new String(key), connection.keyCommands().dump(key));
            }
            return dumps;
        });
    }

    private void restore(Map<String, byte[]> dumps) {
        redis.execute((RedisCallback<Object>) connection -> {
            connection.serverCommands().flushAll();
            dumps.forEach((key, dump) -> connection.keyCommands().restore(key.getBytes(), 0, dump));
            return null;
        });
    }
}
