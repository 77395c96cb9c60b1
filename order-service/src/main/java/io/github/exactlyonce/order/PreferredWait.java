package io.github.exactlyonce.order;

import java.time.Duration;
import java.util.Enumeration;
import java.util.Locale;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The preference {@code wait} of RFC 7240, section 4.3: how many seconds a client would wait for an order to be settled. It is a
 * wish, so one that cannot be read is no error, and one that is too long is cut.
 *
 * @param limit whole seconds, from 1 to 30
 */
record PreferredWait(Duration limit) {

    static final String HEADER = "Prefer";

    /** Which wish was granted. */
    static final String APPLIED = "Preference-Applied";

    static final Duration LONGEST = Duration.ofSeconds(30);

    /** More digits than these are longer than the longest. */
    private static final int DIGITS = 9;

    private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]++";
    private static final String WORD = "(?:" + TOKEN + "|\"(?:[^\"\\\\]|\\\\.)*+\")";
    private static final String BLANK = "[ \t]*+";
    private static final Pattern PREFERENCE =
            Pattern.compile(BLANK + "(?:(?<name>" + TOKEN + ")(?:" + BLANK + "=" + BLANK
                    + "(?<value>" + WORD + ")?)?" + BLANK + "(?:;" + BLANK + "(?:" + TOKEN + "(?:" + BLANK + "=" + BLANK
                    + WORD + "?)?)?"
                    + BLANK + ")*+)?(?:,|\\z)");

    /** @param headers each line of the header; a preference counts where it is first given */
    static Optional<PreferredWait> of(Enumeration<String> headers) {
        StringJoiner lines = new StringJoiner(",");
        headers.asIterator().forEachRemaining(lines::add);
        String text = lines.toString();
        Matcher preference = PREFERENCE.matcher(text);
        String wanted = null;
        int position = 0;
        while (position < text.length()) {
            if (!preference.region(position, text.length()).lookingAt()) {
                return Optional.empty();
            }
            String name = preference.group("name");
            if (wanted == null && name != null && name.toLowerCase(Locale.ROOT).equals("wait")) {
                wanted = Optional.ofNullable(preference.group("value")).orElse("");
            }
            position = preference.end();
        }
        return wanted == null ? Optional.empty() : seconds(wanted);
    }

    /** As it is said in {@value #APPLIED}. */
    String text() {
        return "wait=" + limit.toSeconds();
    }

    private static Optional<PreferredWait> seconds(String digits) {
        if (!digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return Optional.empty();
        }
        String number = digits.replaceFirst("^0+", "");
        if (number.isEmpty()) { // nothing to wait for
            return Optional.empty();
        }
        long seconds = number.length() > DIGITS ? LONGEST.toSeconds() : Long.parseLong(number);
        return Optional.of(new PreferredWait(Duration.ofSeconds(Math.min(seconds, LONGEST.toSeconds()))));
    }
}
