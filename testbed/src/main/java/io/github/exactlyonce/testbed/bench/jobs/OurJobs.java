package io.github.exactlyonce.testbed.bench.jobs;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.contracts.redis.RedisProcess;
import io.github.exactlyonce.testbed.system.ChildProcess;
import io.github.exactlyonce.testbed.system.LocalSystem;
import io.github.exactlyonce.testbed.system.Ports;
import io.github.exactlyonce.testbed.system.RedisNodes;
import io.github.exactlyonce.testbed.system.SystemPlan;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** The inventory service as it is delivered, with its defaults. Jobs are scheduled by its script, as it does for {@code POST /jobs}. */
final class OurJobs extends RedisContender {

    private static final String LATEST =
            String.valueOf(Instant.parse("2200-01-01T00:00:00Z").toEpochMilli());

    private final LocalSystem system;
    private final String scheduleJob;

    private OurJobs(RedisProcess redis, LocalSystem system) {
        super(redis);
        this.system = system;
        this.scheduleJob = redis().scriptLoad(LocalSystem.inventoryScript("schedule-job.lua"));
    }

    static OurJobs launch(List<String> jvmOptions) {
        RedisProcess redis = RedisProcess.start();
        List<Integer> ports = Ports.free(1 + WORKERS);
        return new OurJobs(
                redis,
                LocalSystem.launch(new SystemPlan(
                        "bench-jobs",
                        RedisNodes.uri(redis.port()),
                        ports.get(0),
                        ports.subList(1, ports.size()),
                        jvmOptions,
                        Map.of(
                                "INVENTORY_AUDIT_INTERVAL", "1d", // it would fall into one turn and not into the next
                                "INVENTORY_LEDGERLENGTH", "100000000"), // the count at the end needs all of it
                        false)));
    }

    @Override
    void awaitReady() {
        system.waitUntilReady();
        system.orderService().stop(); // nobody asks it
    }

    @Override
    String title() {
        return "this project";
    }

    @Override
    String description() {
        return """
                The inventory service with its defaults, its log included. `schedule-job.lua` records a restock job and wakes whoever sleeps too long for it; a replica claims up to 256 due jobs for 10 s \
                (`claim-jobs.lua`), and one script takes them from the set, raises the stock and writes the ledger.""";
    }

    @Override
    String onCrash() {
        return "A crash neither loses nor repeats a job: what was claimed comes due again after 10 s.";
    }

    @Override
    boolean isOurs() {
        return true;
    }

    @Override
    RedisFuture<?> schedule(RedisAsyncCommands<String, String> redis, Job job) {
        String[] keys = {
            RedisKeys.jobs(Warehouse.MAIN), RedisKeys.job(Warehouse.MAIN, job.id()), RedisKeys.recurring(Warehouse.MAIN)
        };
        return redis.<List<Object>>evalsha(
                scheduleJob,
                ScriptOutputType.MULTI,
                keys,
                "restock " + job.id() + " " + job.sku() + " 1",
                "at",
                String.valueOf(job.dueMillis()),
                LATEST,
                Instant.ofEpochMilli(job.dueMillis()).toString(),
                "",
                RedisKeys.jobUpdates(Warehouse.MAIN),
                "sku",
                job.sku(),
                "quantity",
                "1");
    }

    @Override
    List<ChildProcess> workers() {
        return List.copyOf(system.replicas());
    }

    @Override
    public void close() {
        system.close();
        super.close();
    }
}
