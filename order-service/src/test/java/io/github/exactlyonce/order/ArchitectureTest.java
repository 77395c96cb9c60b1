package io.github.exactlyonce.order;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Clock;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

    private final JavaClasses all = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.github.exactlyonce");

    @Test
    void theOrderServiceKnowsNothingOfTheSystemButTheContracts() {
        classes()
                .that()
                .resideInAPackage("io.github.exactlyonce.order..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "io.github.exactlyonce.order..",
                        "io.github.exactlyonce.contracts..",
                        "java..",
                        "jakarta.servlet..",
                        "org.springframework..",
                        "io.lettuce.core..",
                        "io.netty..", // how Lettuce sends
                        "tools.jackson..", // for what is sent as an event, where no converter of Spring's comes by
                        "io.micrometer.core..",
                        "io.micrometer.tracing..",
                        "com.github.f4b6a3.ulid..",
                        "org.slf4j..",
                        "org.jspecify.annotations..")
                .check(all);
    }

    @Test
    void noPackagesFormACircle() {
        slices().matching("io.github.exactlyonce.(**)")
                .should()
                .beFreeOfCycles()
                .check(all);
    }

    /** Whether an order's time has come is Redis's to say, so that a JVM whose clock is wrong publishes nothing early. */
    @Test
    void theClockOfTheJvmDecidesNothing() {
        noClasses()
                .that()
                .resideInAPackage("io.github.exactlyonce.order..")
                .should()
                .callMethod(Instant.class, "now")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(Clock.class)
                .check(all);
    }

    @Test
    void onlyTheApplicationIsPublic() {
        classes()
                .that()
                .resideInAPackage("io.github.exactlyonce.order..")
                .and()
                .arePublic()
                .should()
                .haveSimpleName("OrderServiceApplication")
                .check(all);
    }
}
