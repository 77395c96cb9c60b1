package io.github.exactlyonce.contracts.security;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.oauth2.jwt.JwtDecoders;
import org.springframework.security.oauth2.jwt.SupplierJwtDecoder;
import org.springframework.security.oauth2.server.resource.authentication.BearerTokenAuthenticationToken;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationProvider;

class UnreachableIssuerTest {

    /** Which {@link Refusals} answers with 503. As Boot makes the decoder if only the issuer is set. */
    @Test
    void anIssuerThatDoesNotSayWhereItsKeysAreIsNoUnexpectedError() {
        var decoder = new SupplierJwtDecoder(() -> JwtDecoders.fromIssuerLocation("http://127.0.0.1:1"));
        var tokens = new JwtAuthenticationProvider(Authentication.askingTheIssuer(decoder));

        assertThatThrownBy(() -> tokens.authenticate(new BearerTokenAuthenticationToken("a.b.c")))
                .isInstanceOf(AuthenticationServiceException.class);
    }
}
