package io.github.exactlyonce.testbed.bench.http;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.Warehouse;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Hears, as a client of ours would, when which order was settled: a plain connection to the channel of outcomes. */
public final class Settlements implements AutoCloseable {

    private static final String CHANNEL = RedisKeys.inventoryUpdates(Warehouse.MAIN);
    private static final String ID = "\"id\":\"";

    private final Socket socket;
    private final Map<String, Long> heardAt = new ConcurrentHashMap<>();

    /** Returns when it is subscribed. */
    public Settlements(int redisPort) {
        try {
            socket = new Socket("127.0.0.1", redisPort);
            socket.getOutputStream().write(("SUBSCRIBE " + CHANNEL + "\r\n").getBytes(StandardCharsets.US_ASCII));
            BufferedReader lines =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
            while (!lines.readLine().startsWith(":")) {
                // the confirmation ends with the number of channels
            }
            Thread reader = new Thread(() -> read(lines), "settlements");
            reader.setDaemon(true);
            reader.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void read(BufferedReader lines) {
        try {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                long now = System.nanoTime();
                int id = line.indexOf(ID);
                if (id >= 0) {
                    int from = id + ID.length();
                    heardAt.putIfAbsent(line.substring(from, line.indexOf('"', from)), now);
                }
            }
        } catch (IOException e) {
            // closed
        }
    }

    /** Order id → when it was first heard of, by {@link System#nanoTime()}. */
    public Map<String, Long> heardAt() {
        return heardAt;
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
