package io.github.exactlyonce.inventory.subscription;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.contracts.redis.Channels;
import io.github.exactlyonce.inventory.InventoryProperties;
import io.github.exactlyonce.inventory.Replica;
import io.github.exactlyonce.inventory.jobs.JobPoller;
import io.github.exactlyonce.inventory.processing.OrderLanes;
import io.github.exactlyonce.inventory.processing.OrdersProperties;
import io.github.exactlyonce.inventory.warehouses.ServedWarehouses;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.cluster.api.async.RedisAdvancedClusterAsyncCommands;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.data.redis.connection.RedisClusterConnection;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.stereotype.Component;

/**
 * Hears the sharded channels of the warehouses that this replica serves, where {@link Channels} are sharded: on a
 * {@link ShardedConnection} to each primary that has one of them. A few times a second it looks which warehouses it does not hear, for
 * whatever reason, and subscribes them at the node that has them now; a slot that has moved, a failover and a connection that
 * was cut are one case. A connection proves itself by probes to a channel of its own, and is given up when they stay away.
 *
 * <p>Neither Spring's listener container nor Lettuce's cluster subscription can be used. The one has no sharded channels; the other,
 * as of 7.5, stays deaf after a slot has moved, a failover, or a reconnect with channels of several slots.
 *
 * <p>Readiness does not depend on it: a warehouse that is not heard is late, until its due jobs are found, and others are not.
 */
@Component
class ShardedSubscription extends Watcher {

    private static final Duration LOOK = Duration.ofMillis(200);

    /** How often the cluster is asked at the most where everything is. */
    private static final Duration REFRESH = Duration.ofSeconds(1);

    private static final Logger log = LoggerFactory.getLogger(ShardedSubscription.class);

    private final InventoryProperties.Subscription properties;
    private final Replica replica;
    private final LettuceConnectionFactory connections;
    private final Channels channels;
    private final OrderLanes lanes;
    private final JobPoller jobs;
    private final ServedWarehouses served;
    private final OrdersProperties orders;

    /** By the address of the primary. */
    private final Map<String, ShardedConnection> open = new HashMap<>();

    private @Nullable RedisClient client;
    private volatile int unheard;
    private long probedAt;
    private long refreshedAt = System.nanoTime() - REFRESH.toNanos();

    ShardedSubscription(
            InventoryProperties properties,
            Replica replica,
            LettuceConnectionFactory connections,
            Channels channels,
            OrderLanes lanes,
            JobPoller jobs,
            ServedWarehouses served,
            OrdersProperties orders,
            MeterRegistry meters) {
        super("sharded-subscription", LOOK);
        this.properties = properties.subscription();
        this.replica = replica;
        this.connections = connections;
        this.channels = channels;
        this.lanes = lanes;
        this.jobs = jobs;
        this.served = served;
        this.orders = orders;
        Gauge.builder("inventory.subscription.unheard", () -> unheard)
                .description("Warehouses whose sharded channels this replica does not hear at the moment")
                .register(meters);
    }

    @Override
    void check() {
        try {
            Set<Warehouse> wanted =
                    served.known().stream().filter(channels::isSharded).collect(Collectors.toCollection(TreeSet::new));
            if (wanted.isEmpty()) {
                unsubscribe();
            } else {
                hear(wanted, (RedisClusterClient) connections.getRequiredNativeClient());
            }
        } catch (Exception | Error e) { // whatever it is, the next look must come
            log.warn("sharded channels could not be looked after, trying again", e);
        }
    }

    private void hear(Set<Warehouse> wanted, RedisClusterClient cluster) {
        open.values().removeIf(connection -> connection.isLost(properties.probeTimeout()) && connection.close());
        Set<Warehouse> missing = new TreeSet<>(wanted);
        open.values().forEach(connection -> missing.removeAll(connection.heard()));
        for (Warehouse warehouse : missing) {
            RedisClusterNode primary =
                    cluster.getPartitions().getPartitionBySlot(SlotHash.getSlot(RedisKeys.jobs(warehouse)));
            if (primary != null) {
                RedisURI uri = primary.getUri();
                open.computeIfAbsent(uri.getHost() + ":" + uri.getPort(), any -> connect(cluster, uri))
                        .subscribe(warehouse, properties.probeTimeout());
            }
        }
        if (!missing.isEmpty() && System.nanoTime() - refreshedAt > REFRESH.toNanos()) {
            refreshedAt = System.nanoTime();
            cluster.refreshPartitionsAsync(); // for the next look
        }
        unheard = missing.size();
        probe();
    }

    private void probe() {
        if (System.nanoTime() - probedAt < properties.probeInterval().toNanos()) {
            return;
        }
        probedAt = System.nanoTime();
        List<String> probes = open.values().stream()
                .map(ShardedConnection::probeChannel)
                .filter(channel -> !channel.isEmpty())
                .toList();
        try (RedisClusterConnection connection = connections.getClusterConnection()) {
            @SuppressWarnings("unchecked")
            RedisAdvancedClusterAsyncCommands<byte[], byte[]> redis =
                    (RedisAdvancedClusterAsyncCommands<byte[], byte[]>) connection.getNativeConnection();
            probes.forEach(channel -> redis.spublish(channel.getBytes(StandardCharsets.UTF_8), new byte[0]));
        }
    }

    private ShardedConnection connect(RedisClusterClient cluster, RedisURI uri) {
        RedisClient made = client;
        if (made == null) {
            made = RedisClient.create(cluster.getResources());
            ClusterClientOptions.Builder options = connections
                    .getClientConfiguration()
                    .getClientOptions()
                    .filter(ClusterClientOptions.class::isInstance)
                    .map(ClusterClientOptions.class::cast)
                    .orElseGet(ClusterClientOptions::create)
                    .mutate();
            made.setOptions(options.autoReconnect(false).build());
            client = made;
        }
        return new ShardedConnection(made, uri, replica.newOwnerToken(), lanes, jobs, orders);
    }

    @Override
    void unsubscribe() {
        open.values().forEach(ShardedConnection::close);
        open.clear();
        unheard = 0;
        RedisClient made = client;
        client = null;
        if (made != null) {
            made.shutdownAsync();
        }
    }
}
