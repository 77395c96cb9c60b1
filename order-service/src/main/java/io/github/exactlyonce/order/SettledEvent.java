package io.github.exactlyonce.order;

import io.github.exactlyonce.contracts.JsonInput;
import io.github.exactlyonce.contracts.OrderRecord;
import io.github.exactlyonce.contracts.OrderStatus;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Server-sent events as bytes. An entry of the ledger that is an order's is
 *
 * <pre>{@code
 * id: 1767225600000-0
 * event: settled
 * data: {"id":"29","status":"CONFIRMED","replica":"inventory-1","units":{"001":-2},"at":"2026-01-01T00:00:00Z"}
 * }</pre>
 */
final class SettledEvent {

    static final byte[] HEARTBEAT = bytes(":\n\n");

    private static final Set<String> EFFECTS = Arrays.stream(OrderStatus.values())
            .filter(OrderStatus::isSettled)
            .map(Enum::name)
            .collect(Collectors.toUnmodifiableSet());

    private static final Pattern UNITS =
            Pattern.compile("[^=,\"\\\\\\p{Cntrl}]+=-?\\d+(?:,[^=,\"\\\\\\p{Cntrl}]+=-?\\d+)*+");
    private static final Pattern UNIT = Pattern.compile("([^=,]+)=(-?\\d+)");

    /** A replica may be called anything. */
    private static final Pattern UNSAFE = Pattern.compile("[\"\\\\\\p{Cntrl}]");

    private SettledEvent() {}

    /** @return empty if the entry is no order's, but a restock's, or was written by a hand that made a mistake */
    static byte[] of(StreamPosition position, Map<String, String> entry) {
        String effect = entry.getOrDefault("effect", "");
        String id = entry.getOrDefault("id", "");
        if (!EFFECTS.contains(effect) || !JsonInput.isId(id)) {
            return new byte[0];
        }
        String packed = entry.getOrDefault("units", "");
        String units = UNITS.matcher(packed).matches()
                ? ",\"units\":{" + UNIT.matcher(packed).replaceAll("\"$1\":$2") + "}"
                : "";
        String replica = UNSAFE.matcher(OrderRecord.replicaOf(entry.getOrDefault("by", "")))
                .replaceAll("?");
        return bytes("id: " + position + "\nevent: settled\ndata: {\"id\":\"" + id + "\",\"status\":\"" + effect
                + "\",\"replica\":\"" + replica + "\"" + units + ",\"at\":\"" + Instant.ofEpochMilli(position.millis())
                + "\"}\n\n");
    }

    /** Where it begins: whoever loses the connection before the first event goes on after this. */
    static byte[] begin(StreamPosition position) {
        return bytes("retry: 1000\nid: " + position + "\n\n");
    }

    /** What came before is not known any more, and is to be read anew. */
    static byte[] reset(StreamPosition position) {
        return bytes("id: " + position + "\nevent: reset\ndata: {}\n\n");
    }

    static byte[] comment(String text) {
        return bytes(": " + text + "\n\n");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
