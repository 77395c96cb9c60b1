package io.github.exactlyonce.contracts.api;

import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.contracts.http.WarehouseParameter;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.springframework.core.MethodParameter;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

/** What our controllers take, as they declare it. */
final class Controllers {

    private static final String OURS = "io.github.exactlyonce.";

    private Controllers() {}

    /** In the form of {@link Operation#signature}. */
    static Set<String> signatures(RequestMappingHandlerMapping mapping, Predicate<String> otherPaths) {
        Set<String> lines = new TreeSet<>();
        mapping.getHandlerMethods()
                .forEach((info, handler) -> info.getPatternValues().stream()
                        .filter(path -> handler.getBeanType().getName().startsWith(OURS) && !otherPaths.test(path))
                        .flatMap(path ->
                                info.getMethodsCondition().getMethods().stream().map(method -> method + " " + path))
                        .forEach(operation -> {
                            lines.add(operation);
                            details(info, handler).forEach(detail -> lines.add(operation + " " + detail));
                        }));
        return lines;
    }

    private static Stream<String> details(RequestMappingInfo info, HandlerMethod handler) {
        Stream<String> bodies =
                info.getConsumesCondition().getConsumableMediaTypes().stream().map(type -> "body " + type);
        Stream<String> headers =
                info.getHeadersCondition().getExpressions().stream().map(header -> "header " + header.getName());
        Stream<String> parameters = Stream.of(handler.getMethodParameters()).flatMap(Controllers::parameter);
        return Stream.of(bodies, headers, parameters).flatMap(details -> details);
    }

    private static Stream<String> parameter(MethodParameter parameter) {
        if (parameter.getParameterType() == Warehouse.class) {
            return Stream.of("query " + WarehouseParameter.NAME);
        }
        RequestHeader header = parameter.getParameterAnnotation(RequestHeader.class);
        if (header != null) {
            return Stream.of("header " + header.name());
        }
        return parameter.hasParameterAnnotation(RequestParam.class)
                ? Stream.of("query " + parameter.getParameter().getName())
                : Stream.of();
    }
}
