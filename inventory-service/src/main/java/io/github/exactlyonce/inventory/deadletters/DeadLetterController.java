package io.github.exactlyonce.inventory.deadletters;

import io.github.exactlyonce.contracts.InvalidInputException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The dead letters over HTTP, oldest first. */
@RestController
class DeadLetterController {

    private static final int MAX_PAGE = 1000;
    private static final Pattern STREAM_ID = Pattern.compile("\\d{1,19}-\\d{1,19}");

    private final DeadLetters deadLetters;

    DeadLetterController(DeadLetters deadLetters) {
        this.deadLetters = deadLetters;
    }

    @GetMapping("/dead-letters")
    DeadLetters.Page page(
            @RequestParam(required = false) @Nullable String after, @RequestParam(defaultValue = "100") int limit) {
        if (limit < 1 || limit > MAX_PAGE) {
            throw new InvalidInputException("limit", "must be from 1 to " + MAX_PAGE);
        }
        if (after != null && !STREAM_ID.matcher(after).matches()) {
            throw new InvalidInputException("after", "must be the id of a dead letter, such as 1767225600000-0");
        }
        return deadLetters.page(after, limit);
    }
}
