package io.github.exactlyonce.testbed;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * Gives a test the one {@link TestSystem} of this JVM, whole and empty. Starting four services costs more than most tests,
 * so they are kept; only for other {@link ReplicaSettings} the replicas are replaced.
 */
final class SharedSystem implements BeforeEachCallback, ParameterResolver {

    private static final Namespace NAMESPACE = Namespace.create(SharedSystem.class);

    @Override
    public void beforeEach(ExtensionContext context) {
        system(context).prepare(settings(context));
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == TestSystem.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return system(context);
    }

    /** JUnit closes what is in the root store at the very end. */
    private static TestSystem system(ExtensionContext context) {
        return context.getRoot()
                .getStore(NAMESPACE)
                .computeIfAbsent(TestSystem.class, key -> TestSystem.start(), TestSystem.class);
    }

    private static Map<String, String> settings(ExtensionContext context) {
        Map<String, String> settings = new TreeMap<>();
        Stream.of(context.getTestClass(), context.getTestMethod())
                .map(element -> AnnotationSupport.findAnnotation(element, ReplicaSettings.class))
                .flatMap(Optional::stream)
                .flatMap(annotation -> Arrays.stream(annotation.value()))
                .map(setting -> setting.split("=", 2))
                .forEach(setting -> settings.put(setting[0], setting[1]));
        return settings;
    }
}
