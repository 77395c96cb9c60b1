package io.github.exactlyonce.inventory.deadletters;

import static io.github.exactlyonce.contracts.http.ProblemAdvice.problem;

import io.github.exactlyonce.contracts.InvalidInputException;
import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.contracts.http.ProblemType;
import java.math.BigInteger;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.ErrorResponseException;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** The dead letters over HTTP, oldest first. */
@RestController
@RequestMapping(path = "/dead-letters", produces = MediaType.APPLICATION_JSON_VALUE)
class DeadLetterController {

    private static final int MAX_PAGE = 1000;
    private static final Pattern STREAM_ID = Pattern.compile("(\\d{1,20})-(\\d{1,20})");

    private final DeadLetterOffice office;

    DeadLetterController(DeadLetterOffice office) {
        this.office = office;
    }

    @GetMapping
    DeadLetterOffice.Page page(
            Warehouse warehouse,
            @RequestParam(required = false) @Nullable String after,
            @RequestParam(defaultValue = "100") int limit) {
        if (limit < 1 || limit > MAX_PAGE) {
            throw new InvalidInputException("limit", "must be from 1 to " + MAX_PAGE);
        }
        return office.page(warehouse, after == null ? null : checked("after", after), limit);
    }

    /** @return what was replayed, and is no dead letter any more */
    @PostMapping("/{id}/replay")
    DeadLetter replay(Warehouse warehouse, @PathVariable String id) {
        DeadLetter letter = office.find(warehouse, checked("id", id)).orElseThrow(() -> unknown(id));
        Replay.Result result = office.replay(letter);
        return switch (result.kind()) {
            case REPLAYED -> letter;
            case GONE -> throw unknown(id);
            case KEPT ->
                throw problem(
                        ProblemType.DEAD_LETTER_KEPT,
                        "Dead letter " + id + " stays: " + result.reason() + ".",
                        Map.of("id", id, "reason", result.reason()));
        };
    }

    @PostMapping("/replay")
    DeadLetterOffice.Replayed replayAll(Warehouse warehouse) {
        return office.replayAll(warehouse);
    }

    @DeleteMapping("/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void drop(Warehouse warehouse, @PathVariable String id) {
        if (!office.drop(warehouse, checked("id", id))) {
            throw unknown(id);
        }
    }

    private static String checked(String field, String id) {
        if (!isStreamId(id)) {
            throw new InvalidInputException(field, "must be the id of a dead letter, such as 1767225600000-0");
        }
        return id;
    }

    /** Two unsigned numbers of 64 bits; Redis refuses larger ones. */
    private static boolean isStreamId(String id) {
        Matcher parts = STREAM_ID.matcher(id);
        return parts.matches()
                && new BigInteger(parts.group(1)).bitLength() <= Long.SIZE
                && new BigInteger(parts.group(2)).bitLength() <= Long.SIZE;
    }

    /** Also the answer to whoever was second, or asks again because the answer was lost: then the work is done. */
    private static ErrorResponseException unknown(String id) {
        return problem(
                ProblemType.UNKNOWN_DEAD_LETTER,
                "There is no dead letter " + id + ". If there was one, it has been replayed, dropped or trimmed.",
                Map.of("id", id));
    }
}
