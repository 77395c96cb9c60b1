package io.github.exactlyonce.testbed.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.exactlyonce.contracts.OrderItem;
import io.github.exactlyonce.contracts.redis.RedisProcess;
import io.github.exactlyonce.testbed.load.Order;
import io.github.exactlyonce.testbed.load.OrderClient;
import io.github.exactlyonce.testbed.system.ChildProcess;
import io.github.exactlyonce.testbed.system.Ports;
import io.github.exactlyonce.testbed.system.Topology;
import java.io.IOException;
import java.io.OutputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code mvn -Prun} runs, as a process of its own. */
class LocalRunIT {

    /** Longer than the run itself waits for its services, and than it may take to end them. */
    private static final Duration PATIENCE = Duration.ofMinutes(4);

    @TempDir
    private Path directory;

    private final List<ChildProcess> started = new ArrayList<>();

    private final int redisPort = Ports.free();

    @AfterEach
    void endAll() {
        started.forEach(process -> process.stop(PATIENCE));
    }

    @Test
    void aTakenPortGivesOneSentence() throws IOException {
        List<Integer> ports = Ports.free(3);
        try (ServerSocket taken = new ServerSocket(ports.get(2))) {
            ChildProcess run = run("--port=" + ports.get(0), "--replicas=2");

            assertThat(outputOfFailure(run))
                    .singleElement()
                    .asString()
                    .matches("Port %d is taken: stop what listens there, or choose others with -Dport=\\d+\\."
                            .formatted(taken.getLocalPort()));
        }
    }

    @Test
    void aWrongOptionGivesOneSentence() throws IOException {
        assertThat(outputOfFailure(run("--replicas=many")))
                .containsExactly("-Dreplicas=many: must be a whole number from 1 to 50.");
    }

    @Test
    void aRedisThatCannotBeReachedGivesOneSentence() throws IOException {
        List<Integer> ports = Ports.free(3);

        ChildProcess run =
                run("--port=" + ports.get(0), "--replicas=1", "--redis.url=redis://:secret@127.0.0.1:" + ports.get(2));

        assertThat(outputOfFailure(run))
                .containsExactly("Redis at 127.0.0.1:%d cannot be used: Connection refused.".formatted(ports.get(2)));
    }

    @Test
    void itServesTheOrderOfTheInvitationOnARedisWithPasswordAndLeavesNothingBehind() throws Exception {
        List<Integer> ports = Ports.free(3);
        try (RedisProcess redis = RedisProcess.start(ports.get(2), directory, "--requirepass", "p@ss")) {
            ChildProcess run = run(
                    "--port=" + ports.get(0), "--replicas=1", "--redis.url=redis://:p%40ss@127.0.0.1:" + redis.port());
            awaitLine(run, "Ready.");

            place(ports.get(0), Order.of("29", new OrderItem("001", 2), new OrderItem("002", 1)));
            await().atMost(PATIENCE).until(() -> get(ports.get(0), "/orders/29").contains("\"CONFIRMED\""));
            assertThat(get(ports.get(1), "/inventory")).contains("{\"sku\":\"001\",\"quantity\":9998}");
            await().atMost(PATIENCE)
                    .until(() ->
                            Files.readString(run.log()).matches("(?s).*\ninventory-1 +\\|.*processed.*orderId=29.*"));

            run.stop(PATIENCE);
            assertThat(ports.subList(0, 2)).allMatch(Ports::isFree);
            assertThat(Files.readString(run.log())).contains("Stopping").doesNotContain("Exception");
        }
    }

    @Test
    void aClusterIsThereBeforeTheServicesAndEndsWithTheRun() throws IOException {
        List<Integer> ports = Ports.free(2);
        ChildProcess run = run("--port=" + ports.get(0), "--replicas=1", "--topology=cluster");
        awaitLine(run, "Starting the order service");
        List<Integer> nodes = Pattern.compile("on port (\\d+) \\(pid")
                .matcher(Files.readString(run.log()))
                .results()
                .map(port -> Integer.valueOf(port.group(1)))
                .toList();
        assertThat(nodes).hasSize(6).noneMatch(Ports::isFree);

        run.stop(PATIENCE);

        assertThat(nodes).allMatch(Ports::isFree);
        assertThat(ports).allMatch(Ports::isFree);
    }

    @Test
    void theRedisOfTheRunEndsWithItsHostAndTheHostWithItsParent() throws IOException {
        ChildProcess host = redisHost();

        OutputStream input = host.standardInput();
        input.close(); // as when the parent is killed

        await().atMost(PATIENCE).until(() -> !host.isAlive() && Ports.isFree(redisPort));
    }

    @Test
    void theHostEndsWithItsRedisSoThatSomebodyNotices() {
        ChildProcess host = redisHost();

        ProcessHandle.of(host.pid()).orElseThrow().children().forEach(ProcessHandle::destroyForcibly);

        await().atMost(PATIENCE).until(() -> !host.isAlive());
        assertThat(host.exitCode()).isEqualTo(1);
    }

    private ChildProcess redisHost() {
        ChildProcess host = RedisHost.process(Topology.STANDALONE, List.of(redisPort), directory);
        started.add(host);
        host.start();
        await().atMost(PATIENCE).until(() -> answersPing(redisPort));
        return host;
    }

    private static boolean answersPing(int port) {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
            return socket.getInputStream().read() == '+';
        } catch (IOException e) {
            return false;
        }
    }

    private ChildProcess run(String... arguments) {
        List<String> command = new ArrayList<>(
                List.of(ChildProcess.java(), "-cp", System.getProperty("java.class.path"), LocalRun.class.getName()));
        command.addAll(List.of(arguments));
        ChildProcess run = new ChildProcess("local-run", command, Map.of(), directory.resolve("local-run.log"));
        started.add(run);
        run.start();
        return run;
    }

    private static void awaitLine(ChildProcess run, String said) throws IOException {
        await().atMost(PATIENCE)
                .until(() -> !run.isAlive() || Files.readString(run.log()).contains(said));
        assertThat(run.log()).content().contains(said);
    }

    private static List<String> outputOfFailure(ChildProcess run) throws IOException {
        await().atMost(PATIENCE).until(() -> !run.isAlive());
        assertThat(run.exitCode()).isEqualTo(1);
        return Files.readAllLines(run.log());
    }

    private static void place(int port, Order order) throws InterruptedException {
        new OrderClient(URI.create("http://127.0.0.1:" + port)).place(order);
    }

    private static String get(int port, String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .build();
        return HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
    }
}
