package io.github.exactlyonce.contracts;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads an {@link OrderMessage} that is written byte for byte as {@code place-order.lua} writes it, in one pass and without a JSON
 * tree: every replica reads every message, and most of them only to find that another one has the order. Whatever differs in
 * anything, valid or not, is left to the JSON parser, so this decides nothing that the parser would decide otherwise.
 */
final class PublishedOrder {

    private static final byte[] ID =
            bytes("{\"eventType\":\"" + OrderMessage.EVENT_TYPE + "\",\"schemaVersion\":1,\"id\":\"");
    private static final byte[] ORDER_ID = bytes("\",\"orderId\":\"");
    private static final byte[] ITEMS = bytes("\",\"items\":[");
    private static final byte[] ITEM_ID = bytes("{\"id\":\"");
    private static final byte[] QUANTITY = bytes("\",\"quantity\":");
    private static final byte[] NEXT_ITEM = bytes("},");
    private static final byte[] PLACED_AT = bytes("}],\"placedAt\":\"");
    private static final byte[] TRACEPARENT = bytes("\",\"traceparent\":\"");
    private static final byte[] END = bytes("\"}");

    private final byte[] json;
    private int at;

    private PublishedOrder(byte[] json) {
        this.json = json;
    }

    /** @return null if it is anything else */
    static @Nullable OrderMessage read(byte[] json) {
        return new PublishedOrder(json).read();
    }

    private @Nullable OrderMessage read() {
        String id = skip(ID) ? id() : null;
        String orderId = id != null && skip(ORDER_ID) ? id() : null;
        List<OrderItem> items = orderId != null && skip(ITEMS) ? items() : null;
        Instant placedAt = items != null && skip(PLACED_AT) ? instant() : null;
        if (id == null || orderId == null || items == null || placedAt == null) {
            return null;
        }
        TraceParent traceParent = null;
        if (skip(TRACEPARENT)) {
            traceParent = TraceParent.parse(upToQuote());
            if (traceParent == null) {
                return null;
            }
        }
        return skip(END) && at == json.length
                ? new OrderMessage(id, orderId, new OrderItems(items), placedAt, traceParent)
                : null;
    }

    /** The next bytes, if they are these. */
    private boolean skip(byte[] expected) {
        int end = at + expected.length;
        if (end > json.length) {
            return false;
        }
        for (int i = 0; i < expected.length; i++) {
            if (json[at + i] != expected[i]) {
                return false;
            }
        }
        at = end;
        return true;
    }

    private String upToQuote() {
        int start = at;
        while (at < json.length && json[at] != '"') {
            at++;
        }
        return new String(json, start, at - start, ISO_8859_1);
    }

    private @Nullable String id() {
        String id = upToQuote();
        return JsonInput.isId(id) ? id : null;
    }

    private @Nullable List<OrderItem> items() {
        List<OrderItem> items = new ArrayList<>();
        do {
            String id = skip(ITEM_ID) ? id() : null;
            int quantity = id != null && skip(QUANTITY) ? quantity() : 0;
            if (id == null || quantity == 0 || items.size() == JsonInput.MAX_ITEMS) {
                return null;
            }
            items.add(new OrderItem(id, quantity));
        } while (skip(NEXT_ITEM));
        return items;
    }

    /** @return 0 if it is none */
    private int quantity() {
        long quantity = 0;
        while (at < json.length && isDigit(json[at]) && quantity <= JsonInput.MAX_QUANTITY) {
            if (quantity == 0 && json[at] == '0') {
                return 0;
            }
            quantity = 10 * quantity + json[at++] - '0';
        }
        return quantity <= JsonInput.MAX_QUANTITY ? (int) quantity : 0;
    }

    /** {@code 2026-01-01T00:00:00.000Z}, in no other precision. */
    private @Nullable Instant instant() {
        int start = at;
        String shape = "0000-00-00T00:00:00.000Z";
        if (json.length - start < shape.length()) {
            return null;
        }
        for (int i = 0; i < shape.length(); i++) {
            byte actual = json[start + i];
            if (shape.charAt(i) == '0' ? !isDigit(actual) : actual != shape.charAt(i)) {
                return null;
            }
        }
        at += shape.length();
        try {
            Instant instant = LocalDateTime.of(
                            number(start, 4),
                            number(start + 5, 2),
                            number(start + 8, 2),
                            number(start + 11, 2),
                            number(start + 14, 2),
                            number(start + 17, 2),
                            1_000_000 * number(start + 20, 3))
                    .toInstant(ZoneOffset.UTC);
            return instant.isBefore(Instant.EPOCH) ? null : instant;
        } catch (DateTimeException e) { // February 30
            return null;
        }
    }

    private int number(int from, int digits) {
        int number = 0;
        for (int i = from; i < from + digits; i++) {
            number = 10 * number + json[i] - '0';
        }
        return number;
    }

    private static boolean isDigit(byte character) {
        return character >= '0' && character <= '9';
    }

    private static byte[] bytes(String ascii) {
        return ascii.getBytes(ISO_8859_1);
    }
}
