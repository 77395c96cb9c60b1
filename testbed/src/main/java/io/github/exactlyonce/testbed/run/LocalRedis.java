package io.github.exactlyonce.testbed.run;

import io.github.exactlyonce.testbed.system.ChildProcess;
import io.lettuce.core.RedisURI;
import java.util.Map;
import java.util.Optional;

/** The Redis of a local run. */
interface LocalRedis {

    /** Starts it, if it is ours, and waits until it can be used. */
    void start(Terminal terminal);

    /** Where it is; if it is several processes, the first primary. */
    RedisURI uri();

    /** What the services have to be told beyond that. */
    Map<String, String> settings();

    /** For a person at a terminal: how to look at what this key holds, and what else can be tried. */
    String invitation(String key);

    /** Empty if it is not ours. */
    Optional<ChildProcess> process();
}
