package io.github.exactlyonce.contracts;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where an order stands in its trace: the {@code traceparent} of W3C Trace Context, level 1, version 00. It travels in the
 * order's message and stays in its record, so that whoever settles the order, and however late, continues the trace of the
 * request that placed it.
 *
 * @param traceId 32 lower-case hexadecimal digits, not all zero
 * @param spanId 16 lower-case hexadecimal digits, not all zero
 * @param sampled whether the spans of this trace are kept
 */
public record TraceParent(String traceId, String spanId, boolean sampled) {

    private static final Pattern VERSION_00 =
            Pattern.compile("00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})");

    /** @return null if there is none, or one that is not of version 00: a broken trace is no reason to refuse an order */
    public static @Nullable TraceParent parse(@Nullable String text) {
        if (text == null || text.isEmpty()) {
            return null;
        }
        Matcher matcher = VERSION_00.matcher(text);
        return matcher.matches()
                ? new TraceParent(matcher.group(1), matcher.group(2), (Integer.parseInt(matcher.group(3), 16) & 1) == 1)
                : null;
    }

    /** The header: {@code 00-<traceId>-<spanId>-01}. */
    @Override
    public String toString() {
        return "00-" + traceId + "-" + spanId + (sampled ? "-01" : "-00");
    }

    /** As the scripts take it: empty if there is none. */
    public static String argument(@Nullable TraceParent traceParent) {
        return traceParent == null ? "" : traceParent.toString();
    }
}
