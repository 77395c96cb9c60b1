package io.github.exactlyonce.testbed;

import io.lettuce.core.api.sync.RedisCommands;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** What a Redis is asked for, by whoever ({@code MONITOR}); what scripts ask for themselves is left out. */
final class RedisMonitor implements AutoCloseable {

    private static final String END = "end of what is watched";

    private final RedisCommands<String, String> redis;
    private final Socket socket;
    private final BufferedReader lines;

    /** Watches from now on. */
    RedisMonitor(RedisCommands<String, String> redis) {
        this.redis = redis;
        try {
            this.socket = new Socket(
                    "127.0.0.1", Integer.parseInt(redis.configGet("port").get("port")));
            socket.setSoTimeout((int) TestSystem.PATIENCE.toMillis());
            socket.getOutputStream().write("MONITOR\r\n".getBytes(StandardCharsets.US_ASCII));
            this.lines = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            lines.readLine(); // +OK
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Commands with this in them up to now, as Redis writes them: {@code "SET" "lock:29" …}. */
    List<String> commandsWith(String text) {
        redis.echo(END);
        List<String> commands = new ArrayList<>();
        try {
            for (String line = lines.readLine(); !line.contains(END); line = lines.readLine()) {
                String[] sides = line.split("] ", 2);
                if (sides[1].contains(text) && !sides[0].endsWith(" lua")) {
                    commands.add(sides[1]);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return commands;
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
