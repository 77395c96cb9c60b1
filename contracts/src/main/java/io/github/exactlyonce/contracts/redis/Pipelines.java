package io.github.exactlyonce.contracts.redis;

import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/** Hands out pipelines; whoever opens one closes it. */
public final class Pipelines {

    private final LettuceConnectionFactory factory;

    Pipelines(LettuceConnectionFactory factory) {
        this.factory = factory;
    }

    public Pipeline open() {
        return new Pipeline(factory);
    }
}
