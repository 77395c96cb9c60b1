package io.github.exactlyonce.contracts.security;

import java.io.PrintStream;
import java.util.Locale;

/** Makes a key, so that nobody needs another tool for it. */
public final class NewApiKey {

    private static final String COMMAND = "--new-api-key";
    private static final String USAGE = "Usage: java -jar <service>.jar " + COMMAND + " <name> <role>[+<role>]\n"
            + "       name: 1 to 32 of a-z and 0-9; role: read, place, operate";

    private static final String NO_HASH = "0".repeat(64);

    private NewApiKey() {}

    public static boolean isAskedFor(String... arguments) {
        return arguments.length > 0 && arguments[0].equals(COMMAND);
    }

    /**
     * Prints the key, which nobody keeps, and the setting that lets it in.
     *
     * @return the exit code: 0, or 2 if the arguments are none
     */
    public static int print(PrintStream out, PrintStream err, String... arguments) {
        if (arguments.length != 3) {
            err.println(USAGE);
            return 2;
        }
        try {
            ApiKey wanted = ApiKey.of(arguments[1], arguments[2] + ":" + NO_HASH);
            String key = ApiKey.generate(wanted.roles());
            out.println("The key, shown this once, for whoever is to use it (Authorization: Bearer <key>):");
            out.println("  " + key);
            out.println("The setting, for both services:");
            out.println("  SECURITY_KEYS_" + wanted.name().toUpperCase(Locale.ROOT) + "="
                    + ApiKey.words(wanted.roles(), "+") + ":" + ApiKey.hash(key));
            return 0;
        } catch (IllegalArgumentException e) {
            err.println(e.getMessage());
            err.println(USAGE);
            return 2;
        }
    }
}
