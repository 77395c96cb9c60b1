package io.github.exactlyonce.contracts.security;

import jakarta.servlet.Filter;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.context.properties.ConfigurationPropertiesBindHandlerAdvisor;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.http.HttpHeaders;
import org.springframework.security.web.firewall.HttpFirewall;
import org.springframework.web.cors.CorsConfiguration;
import org.springframework.web.filter.CorsFilter;
import org.springframework.web.servlet.HandlerExceptionResolver;

/**
 * What a request has to pass before a controller sees it, in this order: {@link CrossSiteFilter}; {@link MalformedRequestFilter}; CORS, if
 * {@code security.cors-origins} are set; {@link Authentication}, unless {@code security.mode} is {@code none}; {@link RequestRateFilter}, if
 * {@code security.requests-per-second} is set.
 */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(SecurityProperties.class)
@Import(Authentication.IfWanted.class)
public class HttpDoor {

    private static final Logger log = LoggerFactory.getLogger(HttpDoor.class);

    /** Spring Security's, by Boot. */
    private static final int AUTHENTICATION = -100;

    /** How long a browser need not ask again whether it may. */
    private static final Duration PREFLIGHT = Duration.ofMinutes(10);

    @Bean
    static ConfigurationPropertiesBindHandlerAdvisor namelessKey() {
        return NamelessKey::new;
    }

    @Bean
    Problems problems(@Qualifier("handlerExceptionResolver") ObjectProvider<HandlerExceptionResolver> resolver) {
        return new Problems(resolver);
    }

    @Bean
    FilterRegistrationBean<CrossSiteFilter> crossSiteFilter(
            SecurityProperties security, ServerProperties server, Problems problems) {
        boolean open = security.mode() == SecurityMode.NONE;
        boolean local = isLoopback(server.getAddress());
        if (open && !local) {
            log.warn(
                    "Whoever reaches port {} may place orders and change stock: security.mode is none",
                    server.getPort());
        }
        return at(
                AUTHENTICATION - 3,
                new CrossSiteFilter(
                        Set.copyOf(security.corsOrigins()),
                        (open && local) || !security.hosts().isEmpty() ? Set.copyOf(security.hosts()) : null,
                        problems));
    }

    /** Also Spring Security's own, which must not be stricter. */
    @Bean
    HttpFirewall httpFirewall() {
        return MalformedRequestFilter.paths();
    }

    @Bean
    FilterRegistrationBean<MalformedRequestFilter> malformedRequestFilter(
            HttpFirewall httpFirewall, Problems problems) {
        return at(AUTHENTICATION - 2, new MalformedRequestFilter(httpFirewall, problems));
    }

    @Bean
    @Conditional(PagesAreListed.class)
    FilterRegistrationBean<CorsFilter> corsFilter(SecurityProperties security) {
        CorsConfiguration pages = new CorsConfiguration();
        pages.setAllowedOrigins(security.corsOrigins());
        pages.setAllowedMethods(List.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"));
        pages.setAllowedHeaders(List.of(
                HttpHeaders.AUTHORIZATION,
                HttpHeaders.CONTENT_TYPE,
                "Durability",
                "Idempotency-Key",
                "Last-Event-ID",
                "Prefer",
                "traceparent"));
        pages.setExposedHeaders(List.of(
                HttpHeaders.LOCATION, HttpHeaders.LINK, HttpHeaders.RETRY_AFTER, "Durability", "Preference-Applied"));
        pages.setMaxAge(PREFLIGHT);
        // Another origin that has come so far is the service's own by https: a proxy's, of which this request does not
        // tell.
        return at(
                AUTHENTICATION - 1,
                new CorsFilter(request ->
                        security.corsOrigins().contains(request.getHeader(HttpHeaders.ORIGIN)) ? pages : null));
    }

    @Bean
    @Conditional(RequestsAreLimited.class)
    FilterRegistrationBean<RequestRateFilter> requestRateFilter(SecurityProperties security, Problems problems) {
        RequestRate rate = new RequestRate(security.requestsPerSecond(), System::nanoTime);
        return at(AUTHENTICATION + 1, new RequestRateFilter(rate, problems));
    }

    private static boolean isLoopback(@Nullable InetAddress address) {
        return address != null && address.isLoopbackAddress();
    }

    private static <T extends Filter> FilterRegistrationBean<T> at(int order, T filter) {
        FilterRegistrationBean<T> registration = new FilterRegistrationBean<>(filter);
        registration.setOrder(order);
        return registration;
    }

    static final class PagesAreListed implements Condition {

        @Override
        public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
            return Binder.get(context.getEnvironment())
                    .bind("security.cors-origins", Bindable.listOf(String.class))
                    .map(origins -> !origins.isEmpty())
                    .orElse(false);
        }
    }

    static final class RequestsAreLimited implements Condition {

        @Override
        public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
            return Binder.get(context.getEnvironment())
                    .bind("security.requests-per-second", Integer.class)
                    .map(limit -> limit > 0)
                    .orElse(false);
        }
    }
}
