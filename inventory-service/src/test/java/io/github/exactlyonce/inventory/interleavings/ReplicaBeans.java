package io.github.exactlyonce.inventory.interleavings;

import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.contracts.redis.Channels;
import io.github.exactlyonce.contracts.redis.Pipeline;
import io.github.exactlyonce.contracts.redis.Pipelines;
import io.github.exactlyonce.contracts.redis.Shards;
import io.github.exactlyonce.contracts.redis.WarehouseRegistry;
import io.github.exactlyonce.inventory.Replica;
import io.github.exactlyonce.inventory.jobs.JobPoller;
import io.github.exactlyonce.inventory.jobs.PollerTick;
import io.github.exactlyonce.inventory.processing.OrderHint;
import io.github.exactlyonce.inventory.processing.OrderProcessor;
import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.resource.ClientResources;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.context.LifecycleProcessor;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.ClassPathBeanDefinitionScanner;
import org.springframework.core.env.MapPropertySource;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.core.StringRedisTemplate;

/**
 * One replica: the service's own beans, wired as in the service, without its threads and with a {@link Rehearsal} for a
 * client. All times that it is configured with are the shortest that are allowed, except the lock's; {@link Explorer} says why.
 */
final class ReplicaBeans {

    /** Locks expire by a step of the schedule, never by themselves. */
    static final Duration LOCK_TTL = Duration.ofHours(1);

    private static final String SERVICE = "io.github.exactlyonce.inventory.";

    private final String name;
    private final Rehearsal client;

    /** What an operation begins with, which is asked for in each state in which it may begin. */
    private final Map<Operation, Map<String, Command>> first = new HashMap<>();

    private final AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();

    ReplicaBeans(String name, ClientResources resources) {
        this.name = name;
        this.client = new Rehearsal(resources);
        Map<String, Object> settings = Map.of(
                "inventory.replica", name,
                "inventory.lock.ttl", LOCK_TTL.toMillis() + "ms",
                "orders.grace", "1ms",
                "jobs.lease", "1ms",
                "jobs.backoff.initial", "1ms",
                "jobs.backoff.max", "1ms",
                "jobs.max-attempts", "1000"); // no schedule is so long that a job is given up
        context.getEnvironment().getPropertySources().addFirst(new MapPropertySource("replica", settings));
        context.register(
                Settings.class, Replica.class, Pipelines.class, Shards.class, Channels.class, WarehouseRegistry.class);
        context.registerBean(Clock.class, Clock::systemUTC);
        context.registerBean(SimpleMeterRegistry.class);
        context.registerBean(LettuceConnectionFactory.class, () -> new RehearsedConnections(client));
        context.registerBean(
                StringRedisTemplate.class,
                () -> new StringRedisTemplate(context.getBean(LettuceConnectionFactory.class)));
        context.registerBean("lifecycleProcessor", LifecycleProcessor.class, NothingStarts::new);
        ClassPathBeanDefinitionScanner scanner = new ClassPathBeanDefinitionScanner(context);
        scanner.getBeanDefinitionDefaults().setLazyInit(true);
        scanner.scan(
                SERVICE + "activity",
                SERVICE + "warehouses",
                SERVICE + "jobs",
                SERVICE + "processing",
                SERVICE + "stock",
                SERVICE + "deadletters");
        context.refresh();
    }

    String name() {
        return name;
    }

    /** @return the command that is next; null if the operation has come to its end */
    @Nullable
    Command rehearse(Operation operation, String tokens, List<Answer> answers) {
        return answers.isEmpty()
                ? first.computeIfAbsent(operation, any -> new HashMap<>())
                        .computeIfAbsent(tokens, any -> run(operation, tokens, answers))
                : run(operation, tokens, answers);
    }

    private @Nullable Command run(Operation operation, String tokens, List<Answer> answers) {
        return client.run(operation, context.getBean(Pipelines.class).open(), tokens, answers);
    }

    /** As the thread {@code order-batches} does with a batch. */
    void hear(Pipeline pipeline, OrderHint... hints) {
        context.getBean(OrderProcessor.class).process(pipeline, List.of(hints));
    }

    /** As the thread {@code due-jobs} does each time it wakes up. */
    void lookForDueJobs(Pipeline pipeline, Warehouse... warehouses) {
        PollerTick.of(context.getBean(JobPoller.class), pipeline, warehouses);
    }

    @ConfigurationPropertiesScan("io.github.exactlyonce.inventory")
    static class Settings {}

    private static final class RehearsedConnections extends LettuceConnectionFactory {

        private final AbstractRedisClient client;

        RehearsedConnections(AbstractRedisClient client) {
            this.client = client;
            setEarlyStartup(false);
        }

        @Override
        public AbstractRedisClient getRequiredNativeClient() {
            return client;
        }

        /** A claim says until when Redis may run it; here nothing is ever too late, and a late claim is one that finds nothing. */
        @Override
        public long getTimeout() {
            return Duration.ofDays(1).toMillis();
        }
    }

    private static final class NothingStarts implements LifecycleProcessor {
        @Override
        public void onRefresh() {}

        @Override
        public void onClose() {}

        @Override
        public void start() {}

        @Override
        public void stop() {}

        @Override
        public boolean isRunning() {
            return false;
        }
    }
}
