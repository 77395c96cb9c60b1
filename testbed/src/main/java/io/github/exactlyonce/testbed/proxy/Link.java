package io.github.exactlyonce.testbed.proxy;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import org.jspecify.annotations.Nullable;

/** One connection through a {@link RedisProxy}. If one side ends, so does the other. */
final class Link {

    private static final int BUFFER = 16 << 10;

    private final RedisProxy proxy;
    private final Socket service;
    private final Socket redis;
    private byte @Nullable [] heldBack;
    private int answers;

    Link(RedisProxy proxy, Socket service, Socket redis) {
        this.proxy = proxy;
        this.service = service;
        this.redis = redis;
    }

    void passCommands() {
        try {
            InputStream in = service.getInputStream();
            OutputStream out = redis.getOutputStream();
            byte[] buffer = new byte[BUFFER];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                proxy.awaitPassage();
                out.write(buffer, 0, read);
            }
        } catch (IOException | InterruptedException e) {
            // the connection is broken, which is what it is here for
        } finally {
            reset();
        }
    }

    void passAnswers() {
        try {
            RespReader in = new RespReader(redis.getInputStream());
            OutputStream out = new BufferedOutputStream(service.getOutputStream(), BUFFER);
            for (byte[] value = in.next(); value != null; value = in.next()) {
                proxy.awaitPassage();
                if (proxy.breaksOffAfter(++answers)) {
                    out.write(value, 0, value.length / 2);
                    out.flush();
                    return;
                }
                pass(value, out);
                if (!in.hasMore()) {
                    proxy.awaitDelay();
                    out.flush();
                }
            }
        } catch (IOException | InterruptedException e) {
            // as above
        } finally {
            reset();
        }
    }

    private void pass(byte[] value, OutputStream out) throws IOException {
        boolean hint = proxy.isHint(value);
        if (hint && proxy.loses(value)) {
            return;
        }
        if (hint && heldBack == null && proxy.isSwapping()) {
            heldBack = value;
            return;
        }
        out.write(value);
        if (hint && heldBack != null) {
            out.write(heldBack);
            heldBack = null;
        }
    }

    /** Ends both sides with a reset instead of a farewell. */
    void reset() {
        proxy.ended(this);
        for (Socket socket : new Socket[] {service, redis}) {
            try {
                socket.setSoLinger(true, 0);
                socket.close();
            } catch (IOException e) {
                // it is closed
            }
        }
    }
}
