package io.github.exactlyonce.contracts.http;

import io.github.exactlyonce.contracts.InvalidInputException;
import io.github.exactlyonce.contracts.Warehouse;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.MethodParameter;
import org.springframework.web.bind.support.WebDataBinderFactory;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.method.support.ModelAndViewContainer;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/**
 * A {@link Warehouse} as the parameter of a controller's method is the query parameter {@value #NAME}; without one it is
 * {@link Warehouse#MAIN}.
 */
@Configuration(proxyBeanMethods = false)
public class WarehouseParameter implements WebMvcConfigurer, HandlerMethodArgumentResolver {

    public static final String NAME = "warehouse";

    /** Why a body is refused that names another one. */
    public static final String NOT_IN_BODY = "must be a query parameter of this request";

    @Override
    public void addArgumentResolvers(List<HandlerMethodArgumentResolver> resolvers) {
        resolvers.add(this);
    }

    @Override
    public boolean supportsParameter(MethodParameter parameter) {
        return parameter.getParameterType() == Warehouse.class;
    }

    @Override
    public Warehouse resolveArgument(
            MethodParameter parameter,
            @Nullable ModelAndViewContainer container,
            NativeWebRequest request,
            @Nullable WebDataBinderFactory binders) {
        String[] values = request.getParameterValues(NAME);
        if (values == null) {
            return Warehouse.MAIN;
        }
        if (values.length > 1) {
            throw new InvalidInputException(NAME, "must be given once");
        }
        if (!Warehouse.isName(values[0])) {
            throw new InvalidInputException(NAME, Warehouse.NAME_RULE);
        }
        return new Warehouse(values[0]);
    }
}
