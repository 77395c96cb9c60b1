package io.github.exactlyonce.testbed.run;

import io.github.exactlyonce.testbed.system.Ports;
import io.github.exactlyonce.testbed.system.Topology;
import java.util.List;
import java.util.Map;

/** A single Redis, on the usual port if it is free. */
final class OwnStandalone extends OwnRedis {

    private static final int USUAL_PORT = 6379;

    OwnStandalone(String run) {
        super(run, Topology.STANDALONE, List.of(Ports.isFree(USUAL_PORT) ? USUAL_PORT : Ports.free()));
    }

    @Override
    public void start(Terminal terminal) {
        int port = ports().get(0);
        if (port != USUAL_PORT) {
            terminal.say("Port %d is taken, so Redis listens on %d; -Dredis.url=redis://localhost:%d uses what is there"
                    .formatted(USUAL_PORT, port, USUAL_PORT));
        }
        super.start(terminal);
    }

    @Override
    String description() {
        return "Redis is ready on 127.0.0.1:%d; what it holds is gone at the end".formatted(ports().get(0));
    }

    @Override
    public Map<String, String> settings() {
        return Map.of();
    }

    @Override
    public String invitation(String key) {
        return """
                # what Redis has of it
                redis-cli -p %d hgetall '%s'
                """.formatted(ports().get(0), key);
    }
}
