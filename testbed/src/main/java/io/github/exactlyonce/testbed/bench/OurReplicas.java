package io.github.exactlyonce.testbed.bench;

import static java.util.Objects.requireNonNull;

import io.github.exactlyonce.contracts.redis.RedisProcess;
import io.github.exactlyonce.testbed.load.Order;
import io.github.exactlyonce.testbed.system.ChildProcess;
import io.github.exactlyonce.testbed.system.LocalSystem;
import io.github.exactlyonce.testbed.system.Polling;
import io.github.exactlyonce.testbed.system.Ports;
import io.github.exactlyonce.testbed.system.RedisNodes;
import io.github.exactlyonce.testbed.system.ServiceProcess;
import io.github.exactlyonce.testbed.system.SystemPlan;
import io.lettuce.core.KillArgs;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The inventory service as it is delivered, with its defaults. Orders are placed by the order service's script, without the order service. */
final class OurReplicas extends Contender {

    private static final Duration LIMIT = Duration.ofMinutes(1);

    private final LocalSystem system;
    private @Nullable OurCommands commands;

    private OurReplicas(RedisProcess redis, LocalSystem system) {
        super(redis);
        this.system = system;
    }

    /** @param run names the directory of their logs */
    static OurReplicas launch(RedisProcess redis, String run, int replicas) {
        List<Integer> ports = Ports.free(1 + replicas);
        return new OurReplicas(
                redis,
                LocalSystem.launch(new SystemPlan(
                        run,
                        RedisNodes.uri(redis.port()),
                        ports.get(0),
                        ports.subList(1, ports.size()),
                        Jvm.options(),
                        Map.of(
                                "INVENTORY_AUDIT_INTERVAL",
                                "1d", // it would fall into one turn and not into the next
                                "INVENTORY_LEDGERLENGTH",
                                OurCommands.LEDGER_LENGTH), // the audit at the end needs all of it
                        false)));
    }

    @Override
    void awaitReady(RedisCommands<String, String> redis) {
        commands = OurCommands.load(redis);
        system.waitUntilReady();
        system.orderService().stop(); // nobody asks it
    }

    /**
     * So many of them, while the others hear nothing and cost nothing: they are paused (SIGSTOP), and cut off from their channels, or Redis would go on to write to
     * them. When they wake up they subscribe anew.
     */
    void use(int count, RedisCommands<String, String> redis) {
        List<ServiceProcess> all = system.replicas();
        all.subList(count, all.size()).forEach(ServiceProcess::pause);
        all.subList(0, count).forEach(ServiceProcess::resume);
        redis.clientKill(KillArgs.Builder.typePubsub());
        Map<String, Long> expected = Map.of(CHANNEL, (long) count);
        if (!Polling.until(LIMIT, () -> redis.pubsubNumsub(CHANNEL).equals(expected))) {
            throw new BenchException("Not all of %d replicas hear orders within %d s: %s; the logs are in %s."
                    .formatted(
                            count,
                            LIMIT.toSeconds(),
                            redis.pubsubNumsub(CHANNEL),
                            all.get(0).log().getParent()));
        }
        all.subList(0, count).forEach(replica -> replica.waitUntilReady(LIMIT));
    }

    @Override
    String title() {
        return "this project";
    }

    @Override
    String description() {
        return """
                The inventory service with its defaults, its log included. `place-order.lua` records the order and its due job and publishes it; the replicas do `SET lock:<id> NX PX 5000` and \
                `commit-order.lua`, in batches.""";
    }

    @Override
    String onCrash() {
        return "A crash neither loses nor repeats an order.";
    }

    @Override
    boolean isOurs() {
        return true;
    }

    @Override
    List<ServiceProcess> replicas() {
        return system.replicas();
    }

    @Override
    void restart(ChildProcess replica, RedisCommands<String, String> redis) {
        replica.start();
        replicas().forEach(each -> each.waitUntilReady(LIMIT));
    }

    @Override
    RedisFuture<?> send(RedisAsyncCommands<String, String> redis, Order order) {
        return requireNonNull(commands, "not ready").place(redis, order);
    }

    @Override
    public void close() {
        system.close();
        super.close();
    }
}
