package io.github.exactlyonce.order;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
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
                        "io.micrometer.core..",
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
