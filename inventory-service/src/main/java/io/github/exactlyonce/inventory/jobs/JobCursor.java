package io.github.exactlyonce.inventory.jobs;

import io.github.exactlyonce.contracts.InvalidInputException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a page of jobs ended: score and member of its last job. A client is given it as one word that needs no escaping
 * in a URL and means nothing to it.
 *
 * @param score as Redis writes it, such as {@code 1798099200000.0009765625} or {@code -inf}; empty before the first job
 * @param member its bytes, one in each character: a member that was written by hand need not be UTF-8
 */
record JobCursor(String score, String member) {

    static final JobCursor START = new JobCursor("", "");

    private static final Pattern TEXT =
            Pattern.compile("(-?inf|-?\\d{1,20}(?:\\.\\d{1,20})?(?:e[+-]\\d{1,3})?):(.*)", Pattern.DOTALL);

    /** @throws InvalidInputException if {@link #toString()} did not write it */
    static JobCursor parse(String text) {
        if (text.isEmpty()) {
            return START;
        }
        try {
            byte[] bytes = Base64.getUrlDecoder().decode(text);
            Matcher parts = TEXT.matcher(new String(bytes, StandardCharsets.ISO_8859_1));
            if (parts.matches()) {
                return new JobCursor(parts.group(1), parts.group(2));
            }
        } catch (IllegalArgumentException e) {
            // not Base64 either
        }
        throw new InvalidInputException("after", "must be what an earlier page gave as next");
    }

    @Override
    public String toString() {
        byte[] bytes = (score + ":" + member).getBytes(StandardCharsets.ISO_8859_1);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
