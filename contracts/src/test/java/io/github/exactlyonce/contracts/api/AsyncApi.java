package io.github.exactlyonce.contracts.api;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code api/asyncapi.yaml}, held against what the services publish: each message must be one that is documented, whole. */
public final class AsyncApi {

    private final Document document = Document.read("api/asyncapi.yaml").closed();
    private final Set<String> seen = new ConcurrentSkipListSet<>();

    /**
     * Checks a message of ours, and remembers that it was seen.
     *
     * @param channel of any warehouse; one that is not documented is none of this document's business
     * @throws AssertionError if it is not as documented
     */
    public void check(String channel, String message) {
        List<JsonNode> possible = sentOn(channel);
        if (possible.isEmpty()) {
            return;
        }
        JsonNode value = JsonMapper.shared().readTree(message);
        List<String> found = possible.stream()
                .filter(each -> document.problems(each.path("payload"), value).isEmpty())
                .map(each -> each.path("title").asString())
                .toList();
        if (found.size() != 1) {
            throw new AssertionError(message + " on " + channel + " is one message as documented, not " + found);
        }
        seen.addAll(found);
    }

    /** What we send on a channel, and no {@link #check} has seen. */
    public Set<String> unseenOn(String channel) {
        Set<String> unseen = new TreeSet<>();
        sentOn(channel).forEach(message -> unseen.add(message.path("title").asString()));
        unseen.removeAll(seen);
        return unseen;
    }

    /** Messages; a channel of another warehouse has the same ones. */
    private List<JsonNode> sentOn(String channel) {
        String main = channel.replaceFirst(":.*", "");
        return document.root()
                .path("operations")
                .valueStream()
                .filter(operation -> operation.path("action").asString().equals("send"))
                .filter(operation -> document.follow(operation.path("channel"))
                        .path("address")
                        .asString()
                        .equals(main))
                .flatMap(this::messages)
                .map(document::follow)
                .toList();
    }

    private Stream<JsonNode> messages(JsonNode operation) {
        return operation.has("messages")
                ? operation.path("messages").valueStream()
                : document.follow(operation.path("channel")).path("messages").valueStream();
    }
}
