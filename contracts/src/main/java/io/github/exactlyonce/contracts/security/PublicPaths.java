package io.github.exactlyonce.contracts.security;

import java.util.List;

/**
 * What anyone may {@code GET}, whatever {@code security.mode} is: pages and their files, which hold nothing of what is in Redis.
 *
 * @param patterns as those of a controller
 */
public record PublicPaths(List<String> patterns) {

    public PublicPaths(String... patterns) {
        this(List.of(patterns));
    }
}
