package io.github.exactlyonce.contracts.redis;

import java.time.Duration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/** Hands out pipelines; whoever opens one closes it. */
public final class Pipelines {

    private final LettuceConnectionFactory factory;

    Pipelines(LettuceConnectionFactory factory) {
        this.factory = factory;
    }

    /** How long a pipeline waits for answers: {@code spring.data.redis.timeout}. */
    public Duration timeout() {
        return Duration.ofMillis(factory.getTimeout());
    }

    public Pipeline open() {
        return new Pipeline(factory);
    }
}
