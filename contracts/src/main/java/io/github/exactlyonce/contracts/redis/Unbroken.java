package io.github.exactlyonce.contracts.redis;

import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.api.StatefulConnection;
import java.net.SocketAddress;

/**
 * Whether a connection is still the one that it was when this was made. Lettuce reconnects behind the same object; it tells
 * of the new connection on the thread that then reads its answers, so before any of them.
 */
final class Unbroken implements RedisConnectionStateListener {

    private final StatefulConnection<?, ?> connection;
    private volatile boolean broken;

    private Unbroken(StatefulConnection<?, ?> connection) {
        this.connection = connection;
    }

    static Unbroken from(StatefulConnection<?, ?> connection) {
        Unbroken unbroken = new Unbroken(connection);
        connection.addListener(unbroken);
        return unbroken;
    }

    /** A connection that is closed, as to a node that has left its cluster, hands what it has not sent to another. */
    boolean isSo() {
        return !broken && connection.isOpen();
    }

    void forget() {
        connection.removeListener(this);
    }

    @Override
    public void onRedisConnected(RedisChannelHandler<?, ?> connection, SocketAddress address) {
        broken = true;
    }

    @Override
    public void onRedisDisconnected(RedisChannelHandler<?, ?> connection) {
        broken = true;
    }
}
