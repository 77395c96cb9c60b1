package io.github.exactlyonce.testbed.storm;

import io.github.exactlyonce.contracts.redis.RedisProcess;
import io.github.exactlyonce.testbed.proxy.RedisProxy;
import io.github.exactlyonce.testbed.system.ChildProcess;
import io.github.exactlyonce.testbed.system.ServiceProcess;
import io.github.exactlyonce.testbed.system.Topology;
import io.github.exactlyonce.testbed.system.WrongClock;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What can break, how it is broken, and, as what that returns, how it is mended. The services run with a lock TTL and a lease
 * of {@link Scene#LEASE}, and a pause is longer than both.
 */
enum Fault {
    REPLICA_KILLED("replica killed", Domain.SERVICES, (scene, strike) -> {
        scene.replica(strike).kill();
        return scene.system()::repair;
    }),
    REPLICAS_KILLED("all replicas killed", Domain.SERVICES, (scene, strike) -> {
        scene.system().replicas().forEach(ChildProcess::kill);
        return scene.system()::repair;
    }),
    ORDER_SERVICE_KILLED("order service killed", Domain.SERVICES, (scene, strike) -> {
        scene.system().orderService().kill();
        return scene.system()::repair;
    }),
    REPLICA_PAUSED("replica paused past its lock and lease", Domain.SERVICES, (scene, strike) -> {
        scene.replica(strike).pause();
        return scene.system()::repair;
    }),
    ORDER_SERVICE_PAUSED("order service paused", Domain.SERVICES, (scene, strike) -> {
        scene.system().orderService().pause();
        return scene.system()::repair;
    }),
    SCALED("3 replicas, 6, 2, 3", Domain.SERVICES, (scene, strike) -> {
        scene.scale(Scene.REPLICAS + 3);
        scene.scale(Scene.REPLICAS - 1);
        return scene.system()::repair;
    }),
    ROLLING_RESTART("rolling restart", Domain.SERVICES, (scene, strike) -> {
        scene.system().processes().forEach(scene::restart);
        return () -> {};
    }),
    CLOCK_WRONG("a replica's clock an hour off", Domain.SERVICES, (scene, strike) -> {
        Duration offset = Duration.ofHours(strike.target() % 2 == 0 ? 1 : -1);
        scene.replace(strike, WrongClock.find().orElseThrow().environment(offset));
        return () -> scene.replace(strike, Map.of());
    }),

    REDIS_KILLED("Redis killed", Domain.REDIS, (scene, strike) -> {
        scene.redis().primary().kill();
        return scene.redis().primary()::restart;
    }),
    SUBSCRIBERS_DISCONNECTED("subscribers disconnected (CLIENT KILL)", Domain.REDIS, (scene, strike) -> {
        scene.control().disconnectSubscribers();
        return scene.control()::disconnectSubscribers;
    }),
    CLIENTS_PAUSED("CLIENT PAUSE", Domain.REDIS, (scene, strike) -> {
        scene.control().pauseClients(strike.duration());
        return () -> {};
    }),
    SCRIPTS_FLUSHED("SCRIPT FLUSH", Domain.REDIS, (scene, strike) -> {
        scene.control().flushScripts();
        return scene.control()::flushScripts;
    }),
    SUBSCRIBER_TOO_SLOW("subscriber too slow for its buffer", Domain.REDIS, (scene, strike) -> {
        ServiceProcess replica = scene.replica(strike);
        RedisProxy proxy = scene.proxyOf(replica);
        proxy.stall();
        scene.control().overflow(replica.name());
        return () -> {
            scene.control().restoreBuffers();
            proxy.heal();
        };
    }),
    MEMORY_FULL("memory limit reached", Domain.REDIS, (scene, strike) -> {
        scene.control().limitMemory(1);
        return () -> scene.control().limitMemory(0);
    }),
    PRIMARY_KILLED("primary killed, a replica takes over", Domain.REDIS, (scene, strike) -> {
        RedisProcess primary = scene.redis().primary();
        primary.kill();
        scene.control().awaitSuccessorOf(primary);
        return () -> {
            primary.restart();
            scene.control().awaitReplica(primary);
        };
    }),
    PRIMARY_FROZEN("primary frozen, a replica takes over", Domain.REDIS, (scene, strike) -> {
        RedisProcess primary = scene.redis().primary();
        primary.freeze();
        scene.control().awaitSuccessorOf(primary);
        return () -> {
            primary.thaw(); // and takes itself for the primary until it is told
            scene.control().awaitReplica(primary);
        };
    }),
    SLOT_MOVED("slot of the orders moved to another node", Domain.REDIS, (scene, strike) -> {
        ((ClusterRedis) scene.redis()).moveSlot();
        return () -> {};
    }),

    CUT_OFF("replica cut off from Redis", Domain.NETWORK, onTarget(RedisProxy::cut)),
    ALL_CUT_OFF("all cut off from Redis", Domain.NETWORK, onAll(RedisProxy::cut)),
    HALF_OPEN("replica's connections half open", Domain.NETWORK, onTarget(RedisProxy::stall)),
    ALL_HALF_OPEN("all connections half open", Domain.NETWORK, onAll(RedisProxy::stall)),
    SLOW("answers of Redis late", Domain.NETWORK, onAll(proxy -> proxy.delay(Scene.SLOW))),
    BROKEN_ANSWERS("connections reset amid an answer", Domain.NETWORK, onAll(proxy -> proxy.breakOffAfter(100))),

    MESSAGES_REPEATED("messages published 3 times", Domain.MESSAGES, (scene, strike) -> scene.republish()),
    MESSAGES_SWAPPED("messages out of order", Domain.MESSAGES, onAll(RedisProxy::swapHints)),
    FEW_MESSAGES_LOST("1 % of the messages lost", Domain.MESSAGES, onAll(proxy -> proxy.loseHints(0.01))),
    HALF_OF_MESSAGES_LOST("50 % of the messages lost", Domain.MESSAGES, onAll(proxy -> proxy.loseHints(0.5))),
    ALL_MESSAGES_LOST("all messages lost", Domain.MESSAGES, onAll(proxy -> proxy.loseHints(1)));

    /** Faults of one domain share the means of mending. */
    enum Domain {
        SERVICES,
        REDIS,
        NETWORK,
        MESSAGES
    }

    @FunctionalInterface
    private interface Blow {
        Mending strike(Scene scene, Strike strike);
    }

    private static final Set<Fault> WITH_A_TARGET =
            EnumSet.of(REPLICA_KILLED, REPLICA_PAUSED, CLOCK_WRONG, SUBSCRIBER_TOO_SLOW, CUT_OFF, HALF_OPEN);

    private static final Set<Fault> WITH_FAILOVER = EnumSet.of(PRIMARY_KILLED, PRIMARY_FROZEN);

    /** What needs neither a proxy, for the nodes announce their own addresses, nor a single Redis. */
    private static final Set<Fault> WITH_SEVERAL_NODES = EnumSet.of(
            REPLICA_KILLED,
            REPLICAS_KILLED,
            ORDER_SERVICE_KILLED,
            REPLICA_PAUSED,
            ORDER_SERVICE_PAUSED,
            SCALED,
            ROLLING_RESTART,
            CLOCK_WRONG,
            SUBSCRIBERS_DISCONNECTED,
            SCRIPTS_FLUSHED,
            PRIMARY_KILLED,
            PRIMARY_FROZEN,
            MESSAGES_REPEATED);

    private final String text;
    private final Domain domain;
    private final Blow blow;

    Fault(String text, Domain domain, Blow blow) {
        this.text = text;
        this.domain = domain;
        this.blow = blow;
    }

    Mending strike(Scene scene, Strike strike) {
        return blow.strike(scene, strike);
    }

    Domain domain() {
        return domain;
    }

    boolean strikes(Topology topology) {
        return switch (topology) {
            case STANDALONE -> !WITH_FAILOVER.contains(this) && this != SLOT_MOVED;
            case SENTINEL -> WITH_SEVERAL_NODES.contains(this);
            case CLUSTER -> WITH_SEVERAL_NODES.contains(this) || this == SLOT_MOVED;
        };
    }

    /** Whether its strike lasts until processes have started. */
    boolean startsProcesses() {
        return this == SCALED || this == ROLLING_RESTART;
    }

    boolean hasTarget() {
        return WITH_A_TARGET.contains(this);
    }

    /** Why it cannot happen on this machine, or "". */
    String impossibleBecause() {
        return this == CLOCK_WRONG && WrongClock.find().isEmpty() ? "libfaketime is not installed" : "";
    }

    Duration atLeast() {
        return this == REPLICA_PAUSED || this == HALF_OPEN ? Scene.LEASE.plusSeconds(1) : Duration.ofSeconds(1);
    }

    @Override
    public String toString() {
        return text;
    }

    private static Blow onTarget(Consumer<RedisProxy> failure) {
        return (scene, strike) -> {
            RedisProxy proxy = scene.proxyOf(scene.replica(strike));
            failure.accept(proxy);
            return proxy::heal;
        };
    }

    private static Blow onAll(Consumer<RedisProxy> failure) {
        return (scene, strike) -> {
            scene.proxies().forEach(failure);
            return () -> scene.proxies().forEach(RedisProxy::heal);
        };
    }
}
