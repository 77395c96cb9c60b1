package io.github.exactlyonce.order;

import io.github.exactlyonce.contracts.InvalidInputException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a page of orders ended: among the jobs of open orders, or among the entries of the ledger. As text it needs no escaping
 * in a URL.
 *
 * @param score of the last job that was looked at
 * @param passed so many jobs of that score were; zero if none, and then the score counts for itself
 * @param entry id of the last entry that was looked at; empty while open orders are looked at
 */
record OrderCursor(double score, long passed, String entry) {

    static final OrderCursor OPEN = new OrderCursor(Double.POSITIVE_INFINITY, 0, "");
    static final OrderCursor SETTLED = settled("18446744073709551615-18446744073709551615");

    private static final Pattern JOB =
            Pattern.compile("open:(-?(?:Infinity|\\d{1,20}\\.\\d{1,20}(?:E-?\\d{1,3})?)):(\\d{1,15})");
    private static final Pattern ENTRY = Pattern.compile("\\d{1,20}-\\d{1,20}");

    static OrderCursor settled(String entry) {
        return new OrderCursor(0, 0, entry);
    }

    /** @throws InvalidInputException if {@link #toString()} did not write it */
    static OrderCursor parse(String text) {
        Matcher job = JOB.matcher(text);
        if (job.matches()) {
            return new OrderCursor(Double.parseDouble(job.group(1)), Long.parseLong(job.group(2)), "");
        }
        if (isEntry(text)) {
            return settled(text);
        }
        throw wrong();
    }

    static InvalidInputException wrong() {
        return new InvalidInputException("after", "must be what an earlier page of the same list gave as next");
    }

    /** Whether it is the id of an entry of a stream: Redis refuses others. */
    static boolean isEntry(String text) {
        if (!ENTRY.matcher(text).matches()) {
            return false;
        }
        try {
            Long.parseUnsignedLong(text.substring(0, text.indexOf('-')));
            Long.parseUnsignedLong(text.substring(text.indexOf('-') + 1));
            return true;
        } catch (NumberFormatException e) {
            return false;
        }
    }

    boolean isAmongOpen() {
        return entry.isEmpty();
    }

    /** After the next job. */
    OrderCursor after(double nextScore) {
        return new OrderCursor(nextScore, nextScore == score ? passed + 1 : 1, "");
    }

    @Override
    public String toString() {
        return isAmongOpen() ? "open:" + score + ":" + passed : entry;
    }
}
