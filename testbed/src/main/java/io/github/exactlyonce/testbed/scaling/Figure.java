package io.github.exactlyonce.testbed.scaling;

/** What is counted all the while. */
enum Figure {
    SENT("commands sent to Redis"),
    SCRIPTED("commands in scripts"),
    BYTES("bytes, services and Redis"),
    BUS("pub/sub messages between nodes"),
    REDIS("µs of all Redis processes"),
    ORDER_SERVICE("µs of the order service"),
    REPLICA("µs of each replica"),

    /** For unit costs. */
    GATES("gates"),
    GATE_MICROS("µs in gates"),
    SCRIPTS("script calls"),
    SCRIPT_MICROS("µs in scripts");

    private final String text;

    Figure(String text) {
        this.text = text;
    }

    @Override
    public String toString() {
        return text;
    }
}
