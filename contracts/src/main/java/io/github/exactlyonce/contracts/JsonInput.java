package io.github.exactlyonce.contracts;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads a JSON object that came from outside, field by field, and collects everything that is wrong with it. The same
 * rules hold for a request over HTTP and for a message on a channel. Nothing is coerced: {@code "2"} and {@code 2.5} are
 * not quantities.
 *
 * <p>Use: read the fields, then call {@link #refuseIfInvalid()}; until then the values may be null.
 */
public final class JsonInput {

    private static final int MAX_ID_LENGTH = 64;

    public static final String ID_RULE = "must be 1 to 64 characters of A-Z a-z 0-9 . _ : @ ~ -, and not just . or ..";
    public static final int MAX_ITEMS = 100;

    /** Largest quantity in one line, and largest stock change: far below 2^53, where Lua's numbers stop being exact. */
    public static final int MAX_QUANTITY = 1_000_000_000;

    public static final String INSTANT_RULE = "must be a time such as 2026-12-24T08:00:00Z, before the year 2200";

    /** A job's score keeps 10 bits for its attempts, which is exact below 2^43 milliseconds. */
    private static final Instant END_OF_TIME = Instant.parse("2200-01-01T00:00:00Z");

    /** The end of the last year of four digits, as {@link PublishedOrder} reads it; far beyond, an age in milliseconds would overflow. */
    private static final Instant FAR_FUTURE = Instant.parse("9999-12-31T23:59:59.999999999Z");

    private static final Pattern PLACE = Pattern.compile(" \\([^()]*\\[Source: .*?]\\)");

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION) // two ids in one message: which would be once?
            .build();

    private final JsonNode root;
    private final List<FieldProblem> problems = new ArrayList<>();
    private final Set<String> known = new HashSet<>();

    private JsonInput(JsonNode root) {
        this.root = root;
    }

    /**
     * @param what what to call the whole in an error: {@code body} or {@code message}
     * @throws InvalidInputException if it is not a JSON object
     */
    public static JsonInput read(String what, byte[] json) {
        JsonNode root;
        try {
            root = JSON.readTree(json);
        } catch (StreamReadException e) {
            throw new InvalidInputException(what, "must be JSON: " + reason(e) + position(e));
        } catch (JacksonException e) {
            throw new InvalidInputException(what, "must be JSON: " + reason(e));
        }
        if (root == null || !root.isObject()) {
            throw new InvalidInputException(what, "must be a JSON object");
        }
        return new JsonInput(root);
    }

    /** Jackson's, without the places that it adds to some of its reasons: those speak of its own settings. */
    private static String reason(JacksonException e) {
        return PLACE.matcher(e.getOriginalMessage()).replaceAll("");
    }

    private static String position(StreamReadException e) {
        return e.getLocation() == null
                ? ""
                : " (line " + e.getLocation().getLineNr() + ", column "
                        + e.getLocation().getColumnNr() + ")";
    }

    /**
     * Whether it satisfies {@link #ID_RULE}: characters that need no escaping in a key, a job, a packed list of items or a path
     * of a URL; not the two segments that every client and proxy resolves away.
     */
    public static boolean isId(String value) {
        if (value.isEmpty() || value.length() > MAX_ID_LENGTH || value.equals(".") || value.equals("..")) {
            return false;
        }
        for (int i = 0; i < value.length(); i++) {
            if (!isIdCharacter(value.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isIdCharacter(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || "._:@~-".indexOf(c) >= 0;
    }

    public boolean has(String field) {
        known.add(field);
        return root.hasNonNull(field);
    }

    /** An optional string that must satisfy {@link #ID_RULE} if it is there. */
    public @Nullable String id(String field) {
        return id(field, field(field));
    }

    public String requiredId(String field) {
        return required(field, id(field));
    }

    /** An optional string of any content. */
    public @Nullable String text(String field) {
        JsonNode value = field(field);
        return value != null && value.isString() ? value.stringValue() : null;
    }

    /**
     * An optional time: ISO-8601 with {@code Z} or an offset, from 1970 to the year 2199, cut to whole milliseconds, which is
     * what Redis keeps.
     */
    public @Nullable Instant instant(String field) {
        if (!has(field)) {
            return null;
        }
        Instant instant = parsedInstant(text(field));
        if (instant == null) {
            problem(field, INSTANT_RULE);
        }
        return instant;
    }

    /** An optional time in UTC that somebody says something happened at; null if it is none, which is no reason to refuse the rest. */
    public @Nullable Instant passedInstant(String field) {
        String text = text(field);
        try {
            Instant parsed = text == null ? null : Instant.parse(text);
            return parsed == null || parsed.isBefore(Instant.EPOCH) || parsed.isAfter(FAR_FUTURE) ? null : parsed;
        } catch (DateTimeParseException e) {
            return null;
        }
    }

    /** A whole number from {@code min} to {@link #MAX_QUANTITY}. */
    public int quantity(String field, int min) {
        return quantity(field, field(field), min);
    }

    /** The field {@code items}: 1 to {@link #MAX_ITEMS} objects with {@code id} and {@code quantity}. */
    public OrderItems items() {
        JsonNode items = field("items");
        List<OrderItem> valid = new ArrayList<>();
        if (items == null || !items.isArray() || items.isEmpty()) {
            problem("items", "must be a list with at least one item");
        } else if (items.size() > MAX_ITEMS) {
            problem("items", "must have at most " + MAX_ITEMS + " items, not " + items.size());
        } else {
            for (int i = 0; i < items.size(); i++) {
                String path = "items[" + i + "].";
                JsonNode item = items.get(i);
                String id = required(path + "id", id(path + "id", item.get("id")));
                valid.add(new OrderItem(id, quantity(path + "quantity", item.get("quantity"), 1)));
            }
        }
        return new OrderItems(valid);
    }

    /** The field {@code warehouse}; {@link Warehouse#MAIN} if there is none. An item cannot name one of its own. */
    public Warehouse warehouse() {
        refuseWarehousesOfItems();
        if (!has("warehouse")) {
            return Warehouse.MAIN;
        }
        String name = text("warehouse");
        if (name == null || !Warehouse.isName(name)) {
            problem("warehouse", Warehouse.NAME_RULE);
            return Warehouse.MAIN;
        }
        return new Warehouse(name);
    }

    /** For a body that is about another warehouse than this field may say. */
    public void refuseOtherWarehouse(Warehouse warehouse, String reason) {
        if (has("warehouse") && !warehouse.name().equals(text("warehouse"))) {
            problem("warehouse", reason);
        }
    }

    /** For a request in which a field that is misspelt would mean something else: notes all fields that nobody asked for. */
    public void refuseOtherFields() {
        root.propertyNames().stream()
                .filter(name -> !known.contains(name))
                .forEach(name -> problem(name, "is not a field of this request"));
    }

    public void problem(String field, String reason) {
        problems.add(new FieldProblem(field, reason));
    }

    /** @throws InvalidInputException with everything that was found wrong so far */
    public void refuseIfInvalid() {
        if (!problems.isEmpty()) {
            throw new InvalidInputException(problems);
        }
    }

    private void refuseWarehousesOfItems() {
        JsonNode items = root.path("items");
        for (int i = 0; i < Math.min(items.size(), MAX_ITEMS); i++) {
            if (items.path(i).hasNonNull("warehouse")) {
                problem(
                        "items[" + i + "].warehouse",
                        "must not be given: an order is for one warehouse, which is named beside its items. Items from two"
                                + " warehouses are two orders");
            }
        }
    }

    private @Nullable JsonNode field(String field) {
        known.add(field);
        return root.get(field);
    }

    private @Nullable String id(String field, @Nullable JsonNode node) {
        if (node == null || node.isNull()) {
            return null;
        }
        if (!node.isString() || !isId(node.stringValue())) {
            problem(field, ID_RULE);
            return "";
        }
        return node.stringValue();
    }

    private static @Nullable Instant parsedInstant(@Nullable String text) {
        try {
            Instant instant = text == null ? null : OffsetDateTime.parse(text).toInstant();
            return instant == null || instant.isBefore(Instant.EPOCH) || !instant.isBefore(END_OF_TIME)
                    ? null
                    : instant.truncatedTo(ChronoUnit.MILLIS);
        } catch (DateTimeException e) {
            return null;
        }
    }

    private String required(String field, @Nullable String value) {
        if (value == null) {
            problem(field, "is missing");
            return "";
        }
        return value;
    }

    private int quantity(String field, @Nullable JsonNode node, int min) {
        if (node == null
                || !node.isIntegralNumber()
                || !node.canConvertToInt()
                || node.intValue() < min
                || node.intValue() > MAX_QUANTITY) {
            problem(field, "must be a whole number from " + min + " to " + MAX_QUANTITY);
            return min;
        }
        return node.intValue();
    }
}
