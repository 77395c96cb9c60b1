package io.github.exactlyonce.inventory.interleavings;

/** A bug put into a script: a place in its text, and what stands there instead. */
record Mutation(String name, String script, String place, String replacement) {

    String appliedTo(String body) {
        if (!body.contains(place)) {
            throw new IllegalStateException(
                    script + " has changed, so \"" + name + "\" is to be put elsewhere: " + place);
        }
        return body.replace(place, replacement);
    }

    @Override
    public String toString() {
        return script + ": " + name;
    }
}
