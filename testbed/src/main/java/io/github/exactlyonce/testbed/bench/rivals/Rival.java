package io.github.exactlyonce.testbed.bench.rivals;

import java.util.Locale;

/** The others, by what they do with an order that they hear of. */
public enum Rival {
    PUBLISHED_REFERENCE("SET NX PX, work, DEL", """
            The published reference's algorithm on Lettuce's asynchronous API, as its original is asynchronous, what is written at once sent at once: `SET lock:<id> locked NX PX 5000`, work, \
            `DEL lock:<id>`. It shows no stock, only a call; here that reads the levels (`HMGET`) and takes the units (`HINCRBY`).""", "A crash loses the order, or leaves a part of its effect."),
    REDISSON(
            "Redisson RTopic, RLock",
            """
            Redisson: `RTopic`, in parallel (`keepPubSubOrder` off, %d threads), and for each order an `RLock` with a lease of 5 s, tried once and \
            unlocked after the work; stock and ledger in one `RBatch`.""".formatted(RedissonReplica.THREADS),
            "A crash loses the order, or leaves a part of its effect."),
    SPRING_INTEGRATION(
            "Spring RedisLockRegistry",
            """
            Spring Data's `RedisMessageListenerContainer` with a pool of %d threads, and for each order a lock of Spring Integration's `RedisLockRegistry` \
            (5 s), tried once and unlocked after the work; one command after the other.""".formatted(LockRegistryReplica.THREADS),
            "A crash loses the order, or leaves a part of its effect."),
    STREAM_GROUP(
            "Redis Streams, group",
            """
            A stream with a consumer group instead of Pub/Sub: Spring Data's `StreamMessageListenerContainer` with %d consumers in each replica, on pooled connections; the stream is \
            trimmed to some %,d entries (`MAXLEN ~`). One script \
            marks the order as done (`SET NX PX`, 7 days), takes the stock, writes the ledger, and acknowledges (`XACK`).""".formatted(StreamReplica.CONSUMERS, RivalReplica.STREAM_LENGTH),
            "A crash repeats nothing. What the dead consumer had read waits until somebody claims it, which Spring's container does not do.");

    private final String title;
    private final String description;
    private final String onCrash;

    Rival(String title, String description, String onCrash) {
        this.title = title;
        this.description = description;
        this.onCrash = onCrash;
    }

    /** Short. */
    public String title() {
        return title;
    }

    /** What it does, in a sentence or two. */
    public String description() {
        return description;
    }

    /** What its commands promise if a replica dies. */
    public String onCrash() {
        return onCrash;
    }

    /** Whether orders come on a stream, and not on a channel. */
    public boolean readsStream() {
        return this == STREAM_GROUP;
    }

    /** Returns when it hears orders; works on them until the process ends. @param name of the replica */
    void start(String name, int redisPort) {
        switch (this) {
            case PUBLISHED_REFERENCE -> new PublishedReplica(name, redisPort).start();
            case REDISSON -> new RedissonReplica(name, redisPort).start();
            case SPRING_INTEGRATION -> new LockRegistryReplica(name, redisPort).start();
            case STREAM_GROUP -> new StreamReplica(name, redisPort).start();
        }
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
