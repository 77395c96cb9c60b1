package io.github.exactlyonce.contracts.http;

import io.github.exactlyonce.contracts.InvalidInputException;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.Map;
import org.springframework.util.unit.DataSize;

/** Reads a request's body, but never more of it than allowed. */
public final class BoundedBody {

    private BoundedBody() {}

    /**
     * @throws org.springframework.web.ErrorResponseException 413 if it is longer than {@code limit}
     * @throws InvalidInputException if the client did not send it to its end
     */
    public static byte[] read(HttpServletRequest request, DataSize limit) {
        int most = Math.toIntExact(limit.toBytes());
        if (request.getContentLengthLong() > most) {
            throw tooLarge(most);
        }
        try {
            byte[] body = request.getInputStream().readNBytes(most + 1);
            if (body.length > most) {
                throw tooLarge(most);
            }
            return body;
        } catch (IOException e) {
            throw new InvalidInputException("body", "ended before it was complete");
        }
    }

    private static RuntimeException tooLarge(int most) {
        return ProblemAdvice.problem(
                ProblemType.BODY_TOO_LARGE, "body must be at most " + most + " bytes", Map.of("maxBytes", most));
    }
}
