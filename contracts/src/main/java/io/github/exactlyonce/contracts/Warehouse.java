package io.github.exactlyonce.contracts;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.regex.Pattern;

/**
 * A partition of the system: a warehouse has its own stock, orders, jobs, ledger and dead letters, and all of its keys carry
 * its name as their hash tag, so that they are in one slot of a Redis Cluster. An order is for one warehouse.
 *
 * @param name 1 to 32 characters of {@code a-z 0-9 -}, the first one no {@code -}
 */
public record Warehouse(@JsonValue String name) implements Comparable<Warehouse> {

    public static final String NAME_RULE = "must be 1 to 32 characters of a-z 0-9 -, and not begin with -";

    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,31}");

    /** Where an order goes that names none. */
    public static final Warehouse MAIN = new Warehouse("main"); // after the pattern, which its name is checked by

    /** @throws IllegalArgumentException if it is no name of a warehouse */
    public Warehouse {
        if (!isName(name)) {
            throw new IllegalArgumentException("the name of a warehouse " + NAME_RULE);
        }
    }

    public static boolean isName(String name) {
        return NAME.matcher(name).matches();
    }

    public boolean isMain() {
        return equals(MAIN);
    }

    @Override
    public int compareTo(Warehouse other) {
        return name.compareTo(other.name);
    }

    @Override
    public String toString() {
        return name;
    }
}
