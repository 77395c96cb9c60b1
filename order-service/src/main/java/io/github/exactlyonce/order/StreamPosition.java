package io.github.exactlyonce.order;

/** The id of an entry of a stream, by which entries are in order. */
record StreamPosition(long millis, long sequence) implements Comparable<StreamPosition> {

    /** Before the first entry. */
    static final StreamPosition ZERO = new StreamPosition(0, 0);

    /** @param id one that {@link OrderCursor#isEntry} takes */
    static StreamPosition of(String id) {
        int separator = id.indexOf('-');
        return new StreamPosition(
                Long.parseUnsignedLong(id.substring(0, separator)),
                Long.parseUnsignedLong(id.substring(separator + 1)));
    }

    boolean isAfter(StreamPosition other) {
        return compareTo(other) > 0;
    }

    @Override
    public int compareTo(StreamPosition other) {
        int byTime = Long.compareUnsigned(millis, other.millis);
        return byTime == 0 ? Long.compareUnsigned(sequence, other.sequence) : byTime;
    }

    @Override
    public String toString() {
        return Long.toUnsignedString(millis) + "-" + Long.toUnsignedString(sequence);
    }
}
