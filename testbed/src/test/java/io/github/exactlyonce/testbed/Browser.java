package io.github.exactlyonce.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.exactlyonce.testbed.system.ChildProcess;
import io.github.exactlyonce.testbed.system.Polling;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A Chromium without a window that shows one page. It is spoken to as its own developer tools do (Chrome DevTools Protocol), which takes a
 * WebSocket and no driver. Remembers what the page asked for and what went wrong in it.
 */
final class Browser implements AutoCloseable {

    private static final List<String> NAMES =
            List.of("chromium", "chromium-browser", "google-chrome-stable", "google-chrome");
    private static final Pattern LISTENING = Pattern.compile("DevTools listening on ws://([^/]+)/");

    /** Long enough for a machine that is busy with something else. */
    private static final Duration LIMIT = TestSystem.PATIENCE;

    private static final URI EMPTY = URI.create("about:blank");
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final ChildProcess process;
    private final Page page;

    private Browser(Path program) {
        Path directory = emptyDirectory();
        process =
                new ChildProcess("chromium", command(program, directory), Map.of(), directory.resolve("chromium.log"));
        process.start();
        page = new Page();
        HTTP.newWebSocketBuilder()
                .buildAsync(debugger(directory.resolve("chromium.log")), page)
                .join();
        List.of("Page", "Runtime", "Network", "Log").forEach(domain -> send(domain + ".enable"));
    }

    /** Where it is installed; empty if it is not. */
    static Optional<Path> program() {
        return Arrays.stream(System.getenv("PATH").split(":"))
                .flatMap(directory -> NAMES.stream().map(name -> Path.of(directory, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }

    static Browser start(Path program) {
        return new Browser(program);
    }

    /** In pixels of the page. */
    void resize(int width, int height) {
        send(
                "Emulation.setDeviceMetricsOverride",
                "width",
                width,
                "height",
                height,
                "deviceScaleFactor",
                1,
                "mobile",
                false);
    }

    void open(URI uri) {
        go(EMPTY); // what comes late of the page before is not to be taken for this one's
        page.requests.clear();
        page.errors.clear();
        go(uri);
    }

    /** A key that has a name: {@code Enter}, {@code Tab}. */
    void press(String key) {
        String text = key.equals("Enter") ? "\r" : "";
        int code = key.equals("Enter") ? 13 : 9;
        send("Input.dispatchKeyEvent", "type", "keyDown", "key", key, "text", text, "windowsVirtualKeyCode", code);
        send("Input.dispatchKeyEvent", "type", "keyUp", "key", key, "windowsVirtualKeyCode", code);
    }

    /** Waits until a JavaScript expression is true. */
    void waitFor(String expression) {
        boolean isTrue = Polling.until(LIMIT, () -> evaluate(expression).asBoolean());
        assertThat(isTrue)
                .as(() -> "in the page: " + expression + "; it says:\n"
                        + evaluate("document.body.innerText").asString() + "\n" + errors())
                .isTrue();
    }

    private void go(URI uri) {
        send("Page.navigate", "url", uri.toString());
        waitFor("document.readyState === 'complete' && location.href === '" + uri + "'");
    }

    /** The value of a JavaScript expression. */
    JsonNode evaluate(String expression) {
        JsonNode answer =
                send("Runtime.evaluate", "expression", expression, "returnByValue", true, "awaitPromise", true);
        assertThat(answer.has("exceptionDetails")).as(answer.toString()).isFalse();
        return answer.path("result").path("value");
    }

    /** The addresses that the page asked for. */
    List<String> requests() {
        return page.requests;
    }

    /** What the developer tools would show in red: of scripts, of the network, of the security policy. */
    List<String> errors() {
        return page.errors;
    }

    @Override
    public void close() {
        process.stop();
    }

    private JsonNode send(String method, Object... parameters) {
        ObjectNode named = JsonMapper.shared().createObjectNode();
        for (int i = 0; i < parameters.length; i += 2) {
            named.set((String) parameters[i], JsonMapper.shared().valueToTree(parameters[i + 1]));
        }
        try {
            return page.send(method, named).get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException(method + " failed: " + e.getMessage(), e);
        }
    }

    private static List<String> command(Path program, Path directory) {
        List<String> command = List.of(
                program.toString(),
                "--headless=new",
                "--remote-debugging-port=0",
                "--user-data-dir=" + directory.resolve("profile"),
                "--no-first-run",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--disable-background-networking",
                "--disable-component-update");
        boolean isRoot = System.getProperty("user.name").equals("root"); // for whom it has no sandbox
        return Stream.concat(command.stream(), isRoot ? Stream.of("--no-sandbox") : Stream.empty())
                .toList();
    }

    /** Of its first page. */
    private URI debugger(Path log) {
        boolean listens =
                Polling.until(LIMIT, () -> !process.isAlive() || address(log).isPresent());
        assertThat(listens && process.isAlive())
                .as("Chromium has started, see " + log)
                .isTrue();
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://" + address(log).orElseThrow() + "/json/list"))
                .timeout(LIMIT)
                .build();
        URI[] found = new URI[1];
        boolean hasPage = Polling.until(LIMIT, () -> {
            for (JsonNode target : JsonMapper.shared()
                    .readTree(HTTP.sendAsync(request, HttpResponse.BodyHandlers.ofString())
                            .join()
                            .body())) {
                if (target.path("type").asString().equals("page")) {
                    found[0] = URI.create(target.path("webSocketDebuggerUrl").asString());
                }
            }
            return found[0] != null;
        });
        assertThat(hasPage).as("Chromium has a page").isTrue();
        return found[0];
    }

    private static Optional<String> address(Path log) {
        try {
            Matcher listening = LISTENING.matcher(Files.readString(log));
            return listening.find() ? Optional.of(listening.group(1)) : Optional.empty();
        } catch (IOException e) { // it has said nothing yet
            return Optional.empty();
        }
    }

    private static Path emptyDirectory() {
        try {
            return Files.createTempDirectory("chromium");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The other end of the WebSocket. */
    private static final class Page implements WebSocket.Listener {

        private final List<String> requests = new CopyOnWriteArrayList<>();
        private final List<String> errors = new CopyOnWriteArrayList<>();
        private final Map<Integer, CompletableFuture<JsonNode>> questions = new ConcurrentHashMap<>();
        private final AtomicInteger last = new AtomicInteger();
        private final StringBuilder message = new StringBuilder();
        private final CompletableFuture<WebSocket> socket = new CompletableFuture<>();

        CompletableFuture<JsonNode> send(String method, ObjectNode parameters) {
            CompletableFuture<JsonNode> answer = new CompletableFuture<>();
            int id = last.incrementAndGet();
            questions.put(id, answer);
            ObjectNode question =
                    JsonMapper.shared().createObjectNode().put("id", id).put("method", method);
            question.set("params", parameters);
            socket.join().sendText(question.toString(), true).join();
            return answer;
        }

        @Override
        public void onOpen(WebSocket opened) {
            socket.complete(opened);
            opened.request(1);
        }

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean isLast) {
            message.append(part);
            if (isLast) {
                read(JsonMapper.shared().readTree(message.toString()));
                message.setLength(0);
            }
            from.request(1);
            return null;
        }

        private void read(JsonNode said) {
            CompletableFuture<JsonNode> question =
                    questions.remove(said.path("id").asInt());
            JsonNode parameters = said.path("params");
            if (question != null) {
                if (said.has("error")) {
                    question.completeExceptionally(
                            new IllegalStateException(said.path("error").toString()));
                } else {
                    question.complete(said.path("result"));
                }
                return;
            }
            switch (said.path("method").asString()) {
                case "Network.requestWillBeSent" ->
                    requests.add(parameters.path("request").path("url").asString());
                case "Runtime.exceptionThrown" -> errors.add(parameters.toString());
                case "Log.entryAdded" -> {
                    if (parameters.path("entry").path("level").asString().equals("error")) {
                        errors.add(parameters.path("entry").toString());
                    }
                }
                default -> {} // much else happens
            }
        }
    }
}
