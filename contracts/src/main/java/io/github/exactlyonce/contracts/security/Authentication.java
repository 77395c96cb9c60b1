package io.github.exactlyonce.contracts.security;

import jakarta.servlet.DispatcherType;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.security.oauth2.server.resource.autoconfigure.JwkSetUriJwtDecoderBuilderCustomizer;
import org.springframework.boot.security.oauth2.server.resource.autoconfigure.OAuth2ResourceServerProperties;
import org.springframework.context.EnvironmentAware;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.ImportSelector;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotationMetadata;
import org.springframework.http.HttpMethod;
import org.springframework.security.config.ObjectPostProcessor;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configuration.EnableWebSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.annotation.web.configurers.oauth2.server.resource.OAuth2ResourceServerConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.config.observation.SecurityObservationSettings;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtDecoderInitializationException;
import org.springframework.security.oauth2.jwt.JwtException;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationConverter;
import org.springframework.security.oauth2.server.resource.authentication.JwtGrantedAuthoritiesConverter;
import org.springframework.security.oauth2.server.resource.web.authentication.BearerTokenAuthenticationFilter;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.firewall.RequestRejectedHandler;
import org.springframework.security.web.util.matcher.RequestMatcher;
import org.springframework.web.client.RestOperations;

/**
 * Who asks, and whether they may, unless {@code security.mode} is {@code none}. Keys and tokens come in the same header,
 * {@code Authorization: Bearer}, which no browser sends by itself, so nothing else guards against forged requests; there is no session.
 *
 * <p>What is not named here needs {@link Role#OPERATE}: a door that is added later is closed until somebody opens it. A management port of its
 * own asks for nothing: who may reach it is for the network to say.
 */
@Configuration(proxyBeanMethods = false)
@EnableWebSecurity
class Authentication {

    private static final String JWT = "spring.security.oauth2.resourceserver.jwt.";
    private static final String ANY = "/**";

    /** What the services say about their APIs, and whether they are healthy. */
    private static final PublicPaths OF_BOTH = new PublicPaths(
            "/docs", "/docs/{name}", "/openapi.yaml", "/asyncapi.yaml", "/actuator/health", "/actuator/health/**");

    @Bean
    Refusals refusals(Problems problems) {
        return new Refusals(problems);
    }

    @Bean
    SecurityFilterChain securityFilterChain(
            HttpSecurity http,
            SecurityProperties security,
            OAuth2ResourceServerProperties tokens,
            ObjectProvider<JwtDecoder> decoder,
            ObjectProvider<PublicPaths> publicPaths,
            Refusals refusals,
            Environment environment) {
        String[] open = Stream.concat(Stream.of(OF_BOTH), publicPaths.stream())
                .flatMap(paths -> paths.patterns().stream())
                .toArray(String[]::new);
        return http.securityMatcher(notManagement(environment))
                .oauth2ResourceServer(server -> {
                    server.authenticationEntryPoint(refusals)
                            .accessDeniedHandler(refusals)
                            .withObjectPostProcessor(failuresGoTo(refusals));
                    whoAsks(server, security, tokens.getJwt(), decoder);
                })
                .exceptionHandling(
                        handling -> handling.authenticationEntryPoint(refusals).accessDeniedHandler(refusals))
                .authorizeHttpRequests(requests -> requests.dispatcherTypeMatchers(
                                DispatcherType.ASYNC, DispatcherType.ERROR) // of a request that was let in, or refused
                        .permitAll()
                        .requestMatchers(HttpMethod.GET, open)
                        .permitAll()
                        .requestMatchers(HttpMethod.HEAD, open)
                        .permitAll()
                        .requestMatchers(HttpMethod.GET, ANY)
                        .hasAnyAuthority(Role.scopes())
                        .requestMatchers(HttpMethod.HEAD, ANY)
                        .hasAnyAuthority(Role.scopes())
                        .requestMatchers(HttpMethod.OPTIONS, ANY)
                        .hasAnyAuthority(Role.scopes())
                        .requestMatchers(HttpMethod.POST, "/orders")
                        .hasAuthority(Role.PLACE.scope())
                        .requestMatchers(HttpMethod.DELETE, "/orders/{id}")
                        .hasAuthority(Role.PLACE.scope())
                        .anyRequest()
                        .hasAuthority(Role.OPERATE.scope()))
                .sessionManagement(session -> session.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .csrf(AbstractHttpConfigurer::disable)
                .headers(
                        AbstractHttpConfigurer
                                ::disable) // those of CrossSiteFilter and of the pages, as without authentication
                .requestCache(AbstractHttpConfigurer::disable)
                .logout(AbstractHttpConfigurer::disable)
                .build();
    }

    /** On a management port of its own; elsewhere {@link MalformedRequestFilter} has looked before. */
    @Bean
    RequestRejectedHandler requestRejectedHandler(Problems problems) {
        return (request, response, rejected) ->
                problems.answer(request, response, MalformedRequestFilter.pathNotAllowed());
    }

    /** A meter and a span of each filter of each request are nobody's. */
    @Bean
    SecurityObservationSettings noObservations() {
        return SecurityObservationSettings.noObservations();
    }

    private static void whoAsks(
            OAuth2ResourceServerConfigurer<HttpSecurity> server,
            SecurityProperties security,
            OAuth2ResourceServerProperties.Jwt tokens,
            ObjectProvider<JwtDecoder> decoder) {
        if (security.mode() == SecurityMode.API_KEYS) {
            server.opaqueToken(keys -> keys.introspector(new ApiKeys(security.keysByHash())));
        } else {
            require("issuer-uri", tokens.getIssuerUri() != null);
            require("audiences", !tokens.getAudiences().isEmpty());
            server.jwt(jwt ->
                    jwt.decoder(askingTheIssuer(decoder.getObject())).jwtAuthenticationConverter(scopesAreRoles()));
        }
    }

    @Bean
    JwkSetUriJwtDecoderBuilderCustomizer issuerRequests() {
        RestOperations requests = IssuerRequests.restOperations();
        return decoder -> decoder.restOperations(requests);
    }

    /** The first token has the issuer asked where its keys are. That it does not answer says nothing about the token. */
    static JwtDecoder askingTheIssuer(JwtDecoder decoder) {
        return token -> {
            try {
                return decoder.decode(token);
            } catch (JwtDecoderInitializationException e) {
                throw new JwtException("The issuer does not say where its keys are", e);
            }
        };
    }

    /** A token that its issuer made for another service must not open this one. */
    private static void require(String name, boolean isSet) {
        if (!isSet) {
            throw new InvalidConfigurationPropertyValueException(
                    JWT + name, "", "security.mode is jwt, and a token is checked for its issuer and its audience");
        }
    }

    private static JwtAuthenticationConverter scopesAreRoles() {
        JwtGrantedAuthoritiesConverter scopes = new JwtGrantedAuthoritiesConverter();
        scopes.setAuthorityPrefix("");
        JwtAuthenticationConverter converter = new JwtAuthenticationConverter();
        converter.setJwtGrantedAuthoritiesConverter(scopes);
        return converter;
    }

    private static RequestMatcher notManagement(Environment environment) {
        boolean managementIsApart = ManagementPort.isItsOwn(environment);
        return request -> !managementIsApart || request.getLocalPort() != ManagementPort.of(environment);
    }

    /** Its own would let it be a 500 when the issuer cannot be reached. */
    private static ObjectPostProcessor<BearerTokenAuthenticationFilter> failuresGoTo(Refusals refusals) {
        return new ObjectPostProcessor<>() {
            @Override
            public <T extends BearerTokenAuthenticationFilter> T postProcess(T filter) {
                filter.setAuthenticationFailureHandler(refusals::commence);
                return filter;
            }
        };
    }

    /** Not a condition, for which Spring would load this class, and much of Spring Security, to find that it is not wanted. */
    static final class IfWanted implements ImportSelector, EnvironmentAware {

        private @Nullable Environment environment;

        @Override
        public void setEnvironment(Environment environment) {
            this.environment = environment;
        }

        @Override
        public String[] selectImports(AnnotationMetadata importing) {
            return SecurityMode.isNone(Objects.requireNonNull(environment))
                    ? new String[0]
                    : new String[] {Authentication.class.getName()};
        }
    }
}
