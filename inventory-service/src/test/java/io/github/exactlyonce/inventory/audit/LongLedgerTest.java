package io.github.exactlyonce.inventory.audit;

import static io.github.exactlyonce.contracts.Warehouse.MAIN;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.exactlyonce.contracts.RedisKeys;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.springframework.data.redis.core.RedisCallback;
import org.springframework.data.redis.core.script.RedisScript;

/** A ledger of which an audit cannot read all at once; {@code -Daudit.entries=1000000} for a long one, with figures. */
class LongLedgerTest extends WithAudit {

    private static final int STEP = 1_000;
    private static final int SKUS = 1000;

    /** Ten entries a millisecond. A tenth of them are orders, with a record each; all others are restocks. */
    private static final RedisScript<Long> FILL = RedisScript.of("""
            for i = ARGV[1] + 1, ARGV[1] + ARGV[2] do
              local sku = 'sku-' .. i % ARGV[3]
              local at = string.format('%.0f', ARGV[4] + math.floor(i / 10))
              local entry = at .. '-' .. i % 10
              if i % 10 == 0 then
                redis.call('XADD', KEYS[1], entry, 'effect', 'CONFIRMED', 'id', 'o-' .. i, 'units', sku .. '=-1', 'by', 'inventory-1/x7Qa03_k')
                redis.call('HSET', 'order:{main}:o-' .. i, 'status', 'CONFIRMED', 'items', sku .. '=1', 'placedAt', at,
                  'settledAt', at, 'settledBy', 'inventory-1/x7Qa03_k')
                redis.call('HINCRBY', KEYS[2], sku, -1)
              else
                redis.call('XADD', KEYS[1], entry, 'effect', 'RESTOCKED', 'id', 'r-' .. i, 'units', sku .. '=1', 'by', 'inventory-1/x7Qa03_k')
                redis.call('HINCRBY', KEYS[2], sku, 1)
              end
            end
            return redis.call('XLEN', KEYS[1])
            """, Long.class);

    @Test
    void isReplayedPageByPageAndAnIntrusionFound() throws Exception {
        int entries = Integer.getInteger("audit.entries", 30_000);
        put("sku-1", 5);
        assertClean();
        long begin = redisNow() + 1;
        for (int from = 0; from < entries; from += STEP) {
            redis.execute(
                    FILL,
                    List.of(RedisKeys.ledger(MAIN), RedisKeys.stock(MAIN)),
                    String.valueOf(from),
                    String.valueOf(STEP),
                    String.valueOf(SKUS),
                    String.valueOf(begin));
        }
        Auditor auditor = anotherAuditor();
        AuditReport report = timed("first", auditor);
        for (int more = 0; !report.complete() && more < 20; more++) {
            report = timed("next", auditor);
        }

        assertThat(report.clean()).as("%s", report).isTrue();
        assertThat(report.replayed().entries()).isEqualTo(entries);

        redis.opsForHash().increment(RedisKeys.stock(MAIN), "sku-7", -2);
        addEntry("REJECTED", "o-10", "", "inventory-1/x7Qa03_k");
        report = timed("with two intrusions", auditor);
        assertThat(report.found().drift().units()).isEqualTo(2);
        assertThat(report.found().settledTwice().count()).isEqualTo(1);
        assertThat(report.found().entriesWithoutOrder().count()).isEqualTo(1);
        timed("nothing new", auditor);
    }

    private AuditReport timed(String what, Auditor auditor) throws InterruptedException {
        double before = redisSeconds();
        long begin = System.nanoTime();
        AuditReport report = auditor.audit();
        System.out.printf(
                "%s: %.1f s; Redis worked for %.2f s; %s%n",
                what, (System.nanoTime() - begin) / 1e9, redisSeconds() - before, report.replayed());
        return report;
    }

    /** What Redis has used of a processor so far. */
    private double redisSeconds() {
        Properties cpu = redis.execute((RedisCallback<Properties>)
                connection -> connection.serverCommands().info("cpu"));
        return Double.parseDouble(cpu.getProperty("used_cpu_sys"))
                + Double.parseDouble(cpu.getProperty("used_cpu_user"));
    }
}
