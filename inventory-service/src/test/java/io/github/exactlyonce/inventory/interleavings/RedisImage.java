package io.github.exactlyonce.inventory.interleavings;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Everything that Redis holds at one moment. */
record RedisImage(SortedMap<String, Key> keys) {

    /**
     * @param millisToLive -1 if it does not expire
     * @param dump as DUMP gives it, one character per byte
     * @param content a hash's fields and values; a sorted set's members and scores, lowest first; a string's text
     * @param entries a stream's, oldest first
     */
    record Key(String type, long millisToLive, String dump, List<String> content, List<Map<String, String>> entries) {}

    /** @param answer of {@code capture.lua} */
    @SuppressWarnings("unchecked")
    static RedisImage of(List<Object> answer) {
        SortedMap<String, Key> keys = new TreeMap<>();
        for (Object each : answer) {
            List<Object> key = (List<Object>) each;
            boolean isStream = key.get(1).equals("stream");
            keys.put(
                    (String) key.get(0),
                    new Key(
                            (String) key.get(1),
                            (Long) key.get(2),
                            (String) key.get(3),
                            isStream ? List.of() : (List<String>) key.get(4),
                            isStream ? entries((List<Object>) key.get(4)) : List.of()));
        }
        return new RedisImage(keys);
    }

    Map<String, String> hash(String key) {
        return keys.containsKey(key) ? pairs(keys.get(key).content()) : Map.of();
    }

    List<Map<String, String>> stream(String key) {
        return keys.containsKey(key) ? keys.get(key).entries() : List.of();
    }

    /** Members, lowest score first. */
    List<String> members(String key) {
        List<String> members = new ArrayList<>();
        List<String> content = keys.containsKey(key) ? keys.get(key).content() : List.of();
        for (int i = 0; i < content.size(); i += 2) {
            members.add(content.get(i));
        }
        return members;
    }

    @Nullable
    String score(String key, String member) {
        return hash(key).get(member);
    }

    long highestScore(String key) {
        List<String> content = keys.containsKey(key) ? keys.get(key).content() : List.of();
        return content.isEmpty() ? 0 : (long) Double.parseDouble(content.get(content.size() - 1));
    }

    private static List<Map<String, String>> entries(List<Object> stream) {
        List<Map<String, String>> entries = new ArrayList<>();
        for (Object entry : stream) {
            @SuppressWarnings("unchecked")
            List<String> fields = (List<String>) ((List<Object>) entry).get(1);
            entries.add(pairs(fields));
        }
        return entries;
    }

    private static Map<String, String> pairs(List<String> list) {
        Map<String, String> pairs = new TreeMap<>();
        for (int i = 0; i < list.size(); i += 2) {
            pairs.put(list.get(i), list.get(i + 1));
        }
        return pairs;
    }
}
