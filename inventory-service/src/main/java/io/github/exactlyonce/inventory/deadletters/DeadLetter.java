package io.github.exactlyonce.inventory.deadletters;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.github.exactlyonce.contracts.Warehouse;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.data.redis.connection.stream.MapRecord;

/**
 * One entry of {@code dead-letters:{main}}. Anybody can add one by hand, so every field may be missing.
 *
 * @param at when it was buried, by Redis's clock; null if its id is no time
 * @param source the channel of a message, or {@code job}
 * @param bytes of the whole payload
 * @param replica that buried it
 * @param other fields that no replica writes, or not like this
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record DeadLetter(
        @JsonIgnore Warehouse warehouse,
        String id,
        @Nullable Instant at,
        @Nullable String source,
        @Nullable String reason,
        @Nullable String payload,
        @Nullable Long bytes,
        @Nullable String replica,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, String> other) {

    static DeadLetter of(Warehouse warehouse, MapRecord<String, Object, Object> entry) {
        Map<String, String> fields = new TreeMap<>();
        entry.getValue().forEach((name, value) -> fields.put((String) name, (String) value));
        String id = entry.getId().getValue();
        return new DeadLetter(
                warehouse,
                id,
                at(id),
                fields.remove("source"),
                fields.remove("reason"),
                fields.remove("payload"),
                isNumber(fields.getOrDefault("bytes", "")) ? Long.valueOf(fields.remove("bytes")) : null,
                fields.remove("replica"),
                fields);
    }

    private static @Nullable Instant at(String id) {
        String millis = id.substring(0, id.indexOf('-'));
        return isNumber(millis) ? Instant.ofEpochMilli(Long.parseLong(millis)) : null;
    }

    /** One that a long holds. */
    private static boolean isNumber(String text) {
        return text.matches("\\d{1,18}");
    }
}
