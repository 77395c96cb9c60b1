package io.github.exactlyonce.testbed.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The order service and N inventory replicas as processes on this machine, on a Redis that someone else started. They end
 * with this JVM at the latest.
 */
public final class LocalSystem implements AutoCloseable {

    private static final Duration START_LIMIT = Duration.ofMinutes(3);

    private final SystemPlan plan;
    private final Function<String, Map<String, String>> environmentOf;
    private final Path directory;
    private final Path orderJar;
    private final Path inventoryJar;
    private final ServiceProcess orderService;
    private final List<ServiceProcess> guests = new ArrayList<>();
    private List<ServiceProcess> replicas;
    private boolean closed;

    private LocalSystem(SystemPlan plan, Function<String, Map<String, String>> environmentOf) {
        this.plan = plan;
        this.environmentOf = environmentOf;
        this.directory = emptyDirectory(plan.run());
        this.orderJar = ServiceJars.unpack("order-service");
        this.inventoryJar = ServiceJars.unpack("inventory-service");
        this.orderService = service("order-service", orderJar, plan.orderPort(), console(plan.replicaPorts()));
        this.replicas = replicas(Map.of());
    }

    /** Starts every process, without waiting until they are ready. */
    public static LocalSystem launch(SystemPlan plan) {
        return launch(plan, name -> Map.of());
    }

    /** @param environmentOf what one process has beyond what the plan gives to all, by its name */
    public static LocalSystem launch(SystemPlan plan, Function<String, Map<String, String>> environmentOf) {
        LocalSystem system = new LocalSystem(plan, environmentOf);
        Runtime.getRuntime().addShutdownHook(new Thread(system::close, "stop " + plan.run()));
        system.startAll(system.processes());
        return system;
    }

    /** Where the logs of this run are: {@code <name>.log}. */
    public static Path directoryOf(String run) {
        return ServiceJars.workDirectory().resolve(run);
    }

    /** A Lua script of the packaged inventory service, for who measures or tries it without the service. */
    public static String inventoryScript(String file) {
        return ServiceJars.script(ServiceJars.unpack("inventory-service"), file);
    }

    public ServiceProcess orderService() {
        return orderService;
    }

    public synchronized List<ServiceProcess> replicas() {
        return replicas;
    }

    /** The order service, then the replicas. */
    public synchronized List<ServiceProcess> processes() {
        return Stream.concat(Stream.of(orderService), replicas.stream()).toList();
    }

    public void waitUntilReady() {
        processes().forEach(process -> process.waitUntilReady(START_LIMIT));
    }

    /** New replicas with other settings in place of the old ones, on the same ports; does not wait until they are ready. */
    public void replaceReplicas(Map<String, String> environment) {
        stop(replicas());
        synchronized (this) {
            replicas = replicas(environment);
        }
        startAll(replicas());
    }

    /** A new replica with more settings in place of one; does not wait until it is ready. @param number counted from 1 */
    public ServiceProcess replaceReplica(int number, Map<String, String> environment) {
        stop(replicas().subList(number - 1, number));
        ServiceProcess replica = replica(number, plan.replicaPorts().get(number - 1), environment);
        synchronized (this) {
            List<ServiceProcess> changed = new ArrayList<>(replicas);
            changed.set(number - 1, replica);
            replicas = List.copyOf(changed);
        }
        startAll(List.of(replica));
        return replica;
    }

    /** One replica more than planned, until {@link #removeAddedReplicas}; does not wait until it is ready. */
    public ServiceProcess addReplica() {
        ServiceProcess replica;
        synchronized (this) {
            replica = replica(replicas.size() + 1, Ports.free(), Map.of());
            replicas = Stream.concat(replicas.stream(), Stream.of(replica)).toList();
        }
        startAll(List.of(replica));
        return replica;
    }

    /**
     * One order service more, beside the system, with settings of its own; does not wait until it is ready. Whoever asked for it stops it,
     * and the end of the system does at the latest.
     */
    public ServiceProcess addOrderService(String name, Map<String, String> environment) {
        Map<String, String> variables = new HashMap<>(console(plan.replicaPorts()));
        variables.putAll(environment);
        ServiceProcess guest = service(name, orderJar, Ports.free(), variables);
        synchronized (this) {
            guests.add(guest);
        }
        startAll(List.of(guest));
        return guest;
    }

    public void removeAddedReplicas() {
        int planned = plan.replicaPorts().size();
        List<ServiceProcess> all = replicas();
        stop(all.subList(planned, all.size()));
        synchronized (this) {
            replicas = List.copyOf(all.subList(0, planned));
        }
    }

    /** Starts what does not run and wakes what is paused; does not wait until they are ready. */
    public void repair() {
        List<ServiceProcess> dead = new ArrayList<>();
        for (ServiceProcess process : processes()) {
            if (process.isAlive()) {
                process.resume();
            } else {
                dead.add(process);
            }
        }
        startAll(dead);
    }

    /** First the order service, so that no order comes in that nobody settles, then the replicas. */
    @Override
    public synchronized void close() {
        closed = true;
        orderService.stop();
        stop(guests);
        stop(replicas);
    }

    private synchronized void startAll(List<ServiceProcess> processes) {
        if (closed) {
            throw new IllegalStateException("the system was closed");
        }
        processes.forEach(ServiceProcess::start);
    }

    private static void stop(List<ServiceProcess> processes) {
        processes.parallelStream().forEach(ServiceProcess::stop);
    }

    /** It asks the first replica, whichever others there are. */
    private static Map<String, String> console(List<Integer> replicaPorts) {
        return replicaPorts.isEmpty()
                ? Map.of()
                : Map.of("CONSOLE_INVENTORYURL", "http://127.0.0.1:" + replicaPorts.get(0));
    }

    private List<ServiceProcess> replicas(Map<String, String> environment) {
        List<ServiceProcess> created = new ArrayList<>();
        for (int port : plan.replicaPorts()) {
            created.add(replica(created.size() + 1, port, environment));
        }
        return List.copyOf(created);
    }

    private ServiceProcess replica(int number, int port, Map<String, String> environment) {
        String name = "inventory-" + number;
        Map<String, String> variables = new HashMap<>(environment);
        variables.put("INVENTORY_REPLICA", name);
        return service(name, inventoryJar, port, variables);
    }

    private ServiceProcess service(String name, Path jar, int port, Map<String, String> environment) {
        Map<String, String> variables = new HashMap<>(plan.redisEnvironment());
        variables.putAll(plan.environment());
        variables.putAll(environmentOf.apply(name));
        variables.putAll(environment);
        variables.put("SERVER_ADDRESS", "127.0.0.1");
        variables.put("SERVER_PORT", String.valueOf(port));
        return new ServiceProcess(name, port, command(jar, variables), variables, directory.resolve(name + ".log"));
    }

    private List<String> command(Path jar, Map<String, String> environment) {
        List<String> command = new ArrayList<>(List.of(ChildProcess.java()));
        command.addAll(plan.jvmOptions());
        command.add("-Dspring.main.banner-mode=off");
        if (plan.startsOften() && !environment.containsKey("JDK_JAVA_OPTIONS")) { // which may say otherwise
            command.add("-XX:SharedArchiveFile=" + ServiceJars.classArchive(jar, plan.jvmOptions()));
        }
        command.addAll(List.of("-jar", jar.toString()));
        return plan.outOfReachOfCtrlC() ? ChildProcess.outOfReachOfCtrlC(command) : command;
    }

    private static Path emptyDirectory(String run) {
        Path directory = directoryOf(run);
        try {
            Files.createDirectories(directory);
            try (Stream<Path> old = Files.list(directory)) {
                for (Path file :
                        old.filter(path -> path.toString().endsWith(".log")).toList()) {
                    Files.delete(file);
                }
            }
            return directory;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
