package io.github.exactlyonce.contracts.security;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What a key or a token lets its holder do. Each includes reading, and no other one. */
enum Role {
    /** Every {@code GET}. */
    READ,

    /** {@code POST /orders} and {@code DELETE /orders/{id}}. */
    PLACE,

    /** Everything else: stock, jobs, dead letters, audits. */
    OPERATE;

    static Optional<Role> named(String word) {
        return Arrays.stream(values()).filter(role -> role.word().equals(word)).findFirst();
    }

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    static String[] scopes() {
        return Arrays.stream(values()).map(Role::scope).toArray(String[]::new);
    }

    /** As a token's {@code scope} has it, and Spring Security's authority. */
    String scope() {
        return "orders:" + word();
    }
}
