package io.github.exactlyonce.helm;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The scripts of helm test and of the stock job, as they are rendered, against a service that answers as it is told. */
class HookScriptsTest {

    private final ConcurrentLinkedQueue<String> requests = new ConcurrentLinkedQueue<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private HttpServer service;
    private volatile Answers answers;

    private interface Answers {
        Answer to(String request);
    }

    private record Answer(int status, String body) {}

    @BeforeAll
    static void needsAShellAndCurl() throws InterruptedException {
        try {
            Process curl = new ProcessBuilder("sh", "-c", "curl --version")
                    .redirectErrorStream(true)
                    .start();
            curl.getInputStream().readAllBytes();
            Assumptions.assumeTrue(curl.waitFor() == 0, "curl is not installed");
        } catch (IOException e) {
            Assumptions.abort("there is no sh: " + e.getMessage());
        }
    }

    @BeforeEach
    void start() throws IOException {
        service = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        service.setExecutor(threads);
        service.createContext("/", this::answer);
        service.start();
    }

    @AfterEach
    void stop() {
        service.stop(0);
        threads.shutdownNow();
    }

    private void answer(HttpExchange exchange) throws IOException {
        String request = exchange.getRequestMethod() + " " + exchange.getRequestURI() + " "
                + new String(exchange.getRequestBody().readAllBytes(), UTF_8);
        requests.add(request.strip());
        Answer answer = answers.to(request.strip());
        byte[] body = answer.body().getBytes(UTF_8);
        exchange.sendResponseHeaders(answer.status(), body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @Test
    void theOrderTestPassesWhenItsOrderIsSettled() throws Exception {
        answers = request -> request.startsWith("POST")
                ? new Answer(201, "{\"status\":\"PLACED\"}")
                : new Answer(200, "{\"status\":\"REJECTED\"}");

        Run run = run(orderTest(), 20);

        assertThat(run.output()).contains("PASSED").contains("REJECTED");
        assertThat(run.exitCode()).isZero();
        assertThat(requests).first().asString().contains("\"id\":\"helm-test\"").startsWith("POST /orders ");
        assertThat(requests).element(1).asString().startsWith("GET /orders/helm-test-");
    }

    @Test
    void theOrderTestRepeatsTheSameOrderUntilItIsPlaced() throws Exception {
        answers = request -> requests.size() == 1
                ? new Answer(503, "{\"title\":\"Redis is away\"}")
                : new Answer(200, "{\"status\":\"CONFIRMED\"}");

        Run run = run(orderTest(), 20);

        assertThat(run.exitCode()).as(run.output()).isZero();
        assertThat(requests).hasSize(2);
        assertThat(requests.poll()).isEqualTo(requests.poll());
    }

    @Test
    void theOrderTestSaysThatNobodySettlesTheOrder() throws Exception {
        answers = request -> new Answer(200, "{\"status\":\"PLACED\"}");

        Run run = run(orderTest(), 1);

        assertThat(run.output()).contains("was placed, but no inventory replica settled it within 1 s");
        assertThat(run.exitCode()).isEqualTo(1);
    }

    @Test
    void theOrderTestSaysThatNoOrderCanBePlacedAndWhy() throws Exception {
        answers = request -> new Answer(503, "{\"title\":\"Redis is away\"}");

        Run run = run(orderTest(), 1);

        assertThat(run.output()).contains("could not be placed").contains("Redis is away");
        assertThat(run.exitCode()).isEqualTo(1);
    }

    @Test
    void theInventoryTestReadsTheStock() throws Exception {
        answers = request -> new Answer(200, "{\"items\":[]}");

        Run run = run(inventoryTest(), 20);

        assertThat(run.output()).contains("PASSED");
        assertThat(run.exitCode()).isZero();
    }

    @Test
    void theInventoryTestSaysThatNobodyAnswers() throws Exception {
        answers = request -> new Answer(503, "");

        Run run = run(inventoryTest(), 1);

        assertThat(run.output()).contains("FAILED").contains("503");
        assertThat(run.exitCode()).isEqualTo(1);
    }

    @Test
    void theStockJobSetsOnlyWhatIsNotThere() throws Exception {
        answers = request -> requests.size() == 1
                ? new Answer(503, "")
                : new Answer(request.startsWith("GET /inventory/002") ? 404 : 200, "{}");

        Run run = run(stockJob(), 20);

        assertThat(run.exitCode()).as(run.output()).isZero();
        assertThat(requests)
                .containsExactly(
                        "GET /inventory/001",
                        "GET /inventory/001",
                        "GET /inventory/002",
                        "PUT /inventory/002 {\"quantity\":50}");
    }

    @Test
    void theStockJobSaysThatNobodyAnswers() throws Exception {
        answers = request -> new Answer(503, "");

        Run run = run(stockJob(), 1);

        assertThat(run.output()).contains("FAILED: no replica said within 1 s whether there is stock of 001");
        assertThat(run.exitCode()).isEqualTo(1);
    }

    @Test
    void theStockJobSaysThatItNeedsAKey() throws Exception {
        answers = request -> new Answer(401, "{}");

        Run run = run(stockJob(), 20);

        assertThat(run.output()).contains("FAILED").contains("hooks.keyExistingSecret");
        assertThat(run.exitCode()).isEqualTo(1);
    }

    private static Container orderTest() {
        return Chart.ORDER_SERVICE
                .render("")
                .the(Pod.class)
                .getSpec()
                .getContainers()
                .get(0);
    }

    private static Container inventoryTest() {
        return Chart.INVENTORY_SERVICE
                .render("")
                .the(Pod.class)
                .getSpec()
                .getContainers()
                .get(0);
    }

    private static Container stockJob() {
        return Chart.INVENTORY_SERVICE
                .render("stock: {seed: {'002': 50, '001': 100}}")
                .the(Job.class)
                .getSpec()
                .getTemplate()
                .getSpec()
                .getContainers()
                .get(0);
    }

    private record Run(int exitCode, String output) {}

    /** As a kubelet would, but with another address of the service and another deadline. */
    private Run run(Container container, int timeoutSeconds) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(container.getCommand());
        command.addAll(container.getArgs());
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        container.getEnv().forEach(it -> builder.environment().put(it.getName(), it.getValue()));
        builder.environment()
                .put("SERVICE", "http://127.0.0.1:" + service.getAddress().getPort());
        builder.environment().put("TIMEOUT_SECONDS", "" + timeoutSeconds);
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return new Run(process.exitValue(), output);
    }
}
