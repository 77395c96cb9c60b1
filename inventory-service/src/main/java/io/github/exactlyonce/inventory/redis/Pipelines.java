package io.github.exactlyonce.inventory.redis;

import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.stereotype.Component;

/** Hands out pipelines; whoever opens one closes it. */
@Component
public final class Pipelines {

    private final LettuceConnectionFactory factory;

    Pipelines(LettuceConnectionFactory factory) {
        this.factory = factory;
    }

    public Pipeline open() {
        return new Pipeline(factory);
    }
}
