package io.github.exactlyonce.order;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.RedisConnectionFailureException;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.stereotype.Component;

/**
 * Opens the connection that all requests share, once before the service listens, and if Redis is away then, again and
 * again in a thread of its own. Were it left to the requests, each of them would wait for the connect timeout, one after
 * the other, because the connection factory lets one thread at a time try. Once it is open, Lettuce keeps it open.
 */
@Component
final class FirstConnection implements SmartLifecycle {

    /** After the connection factory, before the web server. */
    static final int PHASE = 1;

    private static final Logger log = LoggerFactory.getLogger(FirstConnection.class);

    private final RedisConnectionFactory connections;
    private final long retryMillis;
    private final CountDownLatch established = new CountDownLatch(1);
    private final CountDownLatch stopped = new CountDownLatch(1);
    private volatile boolean running;

    FirstConnection(RedisConnectionFactory connections, OrderProperties properties) {
        this.connections = connections;
        this.retryMillis = properties.connectRetry().toMillis();
    }

    /**
     * Waits for the next attempt, at most twice {@code orders.connect-retry}, if there is no connection yet.
     *
     * @throws RedisConnectionFailureException if Redis has not been reached since the start
     */
    void require() {
        try {
            if (established.await(2 * retryMillis, TimeUnit.MILLISECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw new RedisConnectionFailureException("Redis has not been reached since the start");
    }

    boolean isEstablished() {
        return established.getCount() == 0;
    }

    @Override
    public void start() {
        running = true;
        try {
            connect();
        } catch (DataAccessException e) {
            log.warn("Redis cannot be reached yet, so orders are answered with 503: {}", e.getMessage());
            Thread thread = new Thread(this::keepTrying, "first-redis-connection");
            thread.setDaemon(true);
            thread.start();
        }
    }

    @Override
    public void stop() {
        running = false;
        stopped.countDown();
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }

    private void keepTrying() {
        try {
            while (!stopped.await(retryMillis, TimeUnit.MILLISECONDS)) {
                try {
                    connect();
                    log.info("Redis has been reached");
                    return;
                } catch (DataAccessException e) {
                    log.debug("Redis cannot be reached yet", e);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void connect() {
        try (RedisConnection connection = connections.getConnection()) {
            connection.serverCommands().time(); // of a cluster, any node: PING would ask them all, and one may be down
            established.countDown();
        }
    }
}
