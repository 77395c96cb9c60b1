package io.github.exactlyonce.order;

import io.github.exactlyonce.contracts.redis.RedisRequirements;
import java.util.Optional;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;

/**
 * Whether Redis can say that an order is on its disk. If every order has to be there and Redis cannot say so, the service does
 * not start; if Redis is away at the start, that is left to readiness.
 */
@Component
final class AppendOnlyFile implements SmartLifecycle {

    /** After the first connection, before the web server. */
    private static final int PHASE = FirstConnection.PHASE + 1;

    private final RedisRequirements redis;
    private final FirstConnection connection;
    private final boolean wantedByAll;
    private volatile boolean known;
    private volatile boolean running;

    AppendOnlyFile(RedisRequirements redis, FirstConnection connection, OrderProperties properties) {
        this.redis = redis;
        this.connection = connection;
        this.wantedByAll = properties.durability() == Durability.DISK;
    }

    /**
     * Asks until the answer is yes.
     *
     * @throws DiskUnavailableException if Redis cannot
     * @throws DataAccessException if it cannot be asked
     */
    void require() {
        if (!known) {
            Optional<String> problem = redis.problemWithDisk();
            if (problem.isPresent()) {
                throw new DiskUnavailableException(problem.get());
            }
            known = true;
        }
    }

    void askAgain() {
        known = false;
    }

    @Override
    public void start() {
        running = true;
        if (wantedByAll && connection.isEstablished()) {
            try {
                require();
            } catch (DataAccessException e) {
                // it has gone away again
            }
        }
    }

    @Override
    public void stop() {
        running = false;
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }
}
