package io.github.exactlyonce.contracts.security;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A key as the service knows it: not the key, but its hash. A key is 160 random bits, so nobody finds it by trying, and one SHA-256 hides it
 * as well as a slow hash would; those are for passwords, which people choose.
 */
record ApiKey(String name, Set<Role> roles, String sha256) {

    /** As in the setting: {@code place:<hash>}, {@code place+operate:<hash>}. */
    static final String FORM = "roles, a colon and the key's SHA-256 in 64 hex digits, such as place:9f86d0…";

    private static final int LONGEST_NAME = 32;

    /** One that relaxed binding leaves as it is, whether it comes from a file or from the environment. */
    private static final Pattern NAME = Pattern.compile("[a-z0-9]{1," + LONGEST_NAME + "}");

    private static final Pattern SETTING = Pattern.compile("([a-z+]+):([0-9a-fA-F]{64})");

    /** So that whoever finds one in a log or a repository sees what it is. */
    private static final String PREFIX = "eo_";

    private static final int RANDOM_BYTES = 20;

    /**
     * @param name repeated in what is thrown if it is short: a key, or its hash, is longer
     * @param setting never repeated: it might be a key, or a password
     * @throws IllegalArgumentException says what is wrong
     */
    static ApiKey of(String name, String setting) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("a key's name must be 1 to " + LONGEST_NAME + " of a-z and 0-9"
                    + (name.length() <= LONGEST_NAME ? ", not " + name : ", and one of security.keys is longer"));
        }
        var parts = SETTING.matcher(setting.strip());
        if (!parts.matches()) {
            throw new IllegalArgumentException("security.keys." + name + " must be " + FORM);
        }
        Set<Role> roles = EnumSet.noneOf(Role.class);
        for (String word : parts.group(1).split("\\+", -1)) {
            roles.add(Role.named(word)
                    .orElseThrow(() -> new IllegalArgumentException("security.keys." + name
                            + " has a role that there is not: there are only "
                            + Arrays.stream(Role.values()).map(Role::word).collect(Collectors.joining(", ")))));
        }
        return new ApiKey(name, roles, parts.group(2).toLowerCase());
    }

    /** A new one, which nobody knows yet. */
    static String generate(Set<Role> roles) {
        byte[] random = new byte[RANDOM_BYTES];
        new SecureRandom().nextBytes(random);
        return PREFIX + words(roles, "_") + "_" + HexFormat.of().formatHex(random);
    }

    static String words(Set<Role> roles, String between) {
        return roles.stream().map(Role::word).collect(Collectors.joining(between));
    }

    /** In hex digits. */
    static String hash(String key) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(key.getBytes(US_ASCII)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Java without SHA-256", e);
        }
    }
}
