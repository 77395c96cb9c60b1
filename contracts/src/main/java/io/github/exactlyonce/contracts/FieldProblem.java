package io.github.exactlyonce.contracts;

/**
 * What is wrong with one field of a request or message.
 *
 * @param field its path, such as {@code items[1].quantity}
 * @param reason what it must be, for a person to read
 */
public record FieldProblem(String field, String reason) {
    @Override
    public String toString() {
        return field + " " + reason;
    }
}
