package io.github.exactlyonce.testbed.system;

import io.lettuce.core.RedisURI;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a {@link LocalSystem} is to be.
 *
 * @param run names the directory of its logs, {@code testbed/target/testbed/<run>}
 * @param redis the Redis that all of it shares
 * @param replicaPorts one inventory replica each, named {@code inventory-1} and so on
 * @param jvmOptions of every service
 * @param environment of every service, beyond ports, Redis and names
 * @param outOfReachOfCtrlC whether only this JVM hears Ctrl-C, see {@link ChildProcess#outOfReachOfCtrlC}
 */
public record SystemPlan(
        String run,
        RedisURI redis,
        int orderPort,
        List<Integer> replicaPorts,
        List<String> jvmOptions,
        Map<String, String> environment,
        boolean outOfReachOfCtrlC) {

    /** A JVM that starts fast and stays small rather than getting fast in the long run. */
    private static final String TEST_JVM = "-Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1";

    public SystemPlan {
        replicaPorts = List.copyOf(replicaPorts);
        jvmOptions = List.copyOf(jvmOptions);
        environment = Map.copyOf(environment);
    }

    /** For a test: free ports and {@link #testJvmOptions}. */
    public static SystemPlan forTests(String run, RedisURI redis, int replicas, Map<String, String> environment) {
        List<Integer> ports = Ports.free(1 + replicas);
        return new SystemPlan(
                run, redis, ports.get(0), ports.subList(1, ports.size()), testJvmOptions(), environment, false);
    }

    /** {@value #TEST_JVM}; for figures, {@code -Dtestbed.jvm="-Xmx256m"} chooses others, separated by spaces. */
    public static List<String> testJvmOptions() {
        return List.of(System.getProperty("testbed.jvm", TEST_JVM).trim().split(" +"));
    }

    /** Whether it is worth while to prepare for starting the services again and again: not while a person waits for the first time. */
    boolean startsOften() {
        return !outOfReachOfCtrlC;
    }

    Map<String, String> redisEnvironment() {
        Map<String, String> variables = new TreeMap<>();
        variables.put("SPRING_DATA_REDIS_HOST", redis.getHost());
        variables.put("SPRING_DATA_REDIS_PORT", String.valueOf(redis.getPort()));
        variables.put("SPRING_DATA_REDIS_DATABASE", String.valueOf(redis.getDatabase()));
        variables.put("SPRING_DATA_REDIS_SSL_ENABLED", String.valueOf(redis.isSsl()));
        var login = redis.getCredentialsProvider().resolveCredentials().block();
        if (login != null && login.hasUsername()) {
            variables.put("SPRING_DATA_REDIS_USERNAME", login.getUsername());
        }
        if (login != null && login.hasPassword()) {
            variables.put("SPRING_DATA_REDIS_PASSWORD", String.valueOf(login.getPassword()));
        }
        return variables;
    }
}
