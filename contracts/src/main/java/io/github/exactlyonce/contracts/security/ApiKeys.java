package io.github.exactlyonce.contracts.security;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.security.oauth2.core.DefaultOAuth2AuthenticatedPrincipal;
import org.springframework.security.oauth2.core.OAuth2AuthenticatedPrincipal;
import org.springframework.security.oauth2.server.resource.introspection.BadOpaqueTokenException;
import org.springframework.security.oauth2.server.resource.introspection.OpaqueTokenIntrospector;

/**
 * A key is a bearer token (RFC 6750) that the service itself can look up. It is looked up by its hash, so how long that takes tells nothing
 * about a key, however many there are: whoever guesses does not choose the hash.
 */
final class ApiKeys implements OpaqueTokenIntrospector {

    private static final String NAME = "sub";

    private final Map<String, OAuth2AuthenticatedPrincipal> holders = new HashMap<>();

    ApiKeys(Map<String, ApiKey> byHash) {
        byHash.forEach((hash, key) -> holders.put(hash, holder(key)));
    }

    @Override
    public OAuth2AuthenticatedPrincipal introspect(String token) {
        OAuth2AuthenticatedPrincipal holder = holders.get(ApiKey.hash(token));
        if (holder == null) {
            throw new BadOpaqueTokenException("unknown key");
        }
        return holder;
    }

    private static OAuth2AuthenticatedPrincipal holder(ApiKey key) {
        Collection<GrantedAuthority> authorities = List.copyOf(key.roles().stream()
                .map(role -> new SimpleGrantedAuthority(role.scope()))
                .toList());
        return new DefaultOAuth2AuthenticatedPrincipal(key.name(), Map.of(NAME, key.name()), authorities);
    }
}
