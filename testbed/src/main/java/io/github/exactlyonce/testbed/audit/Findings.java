package io.github.exactlyonce.testbed.audit;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** What is wrong, and with what: collected while an audit runs. */
final class Findings {

    private static final int SHOWN_OF_EACH = 5;

    private final Map<Finding, List<String>> offenders = new EnumMap<>(Finding.class);

    void add(Finding finding, String offender) {
        offenders.computeIfAbsent(finding, key -> new ArrayList<>()).add(offender);
    }

    Map<Finding, List<String>> all() {
        return offenders;
    }

    /** For a person: each finding on a line of its own, with the first few offenders below it. */
    static String describe(Map<Finding, List<String>> offenders) {
        StringBuilder text = new StringBuilder();
        offenders.forEach((finding, all) -> {
            text.append("%n  %s: %d".formatted(finding, all.size()));
            all.stream()
                    .limit(SHOWN_OF_EACH)
                    .forEach(one -> text.append("%n    ".formatted()).append(one));
            if (all.size() > SHOWN_OF_EACH) {
                text.append("%n    and %d more".formatted(all.size() - SHOWN_OF_EACH));
            }
        });
        return text.toString();
    }
}
