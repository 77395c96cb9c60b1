package io.github.exactlyonce.inventory;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Clock;
import java.time.Instant;

/** The arrows between the features point one way. */
@AnalyzeClasses(packages = "io.github.exactlyonce", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule featuresDependInOneDirection = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("subscription")
            .definedBy("..inventory.subscription..")
            .layer("jobs")
            .definedBy("..inventory.jobs..")
            .layer("processing")
            .definedBy("..inventory.processing..")
            .layer("stock")
            .definedBy("..inventory.stock..")
            .layer("warehouses")
            .definedBy("..inventory.warehouses..")
            .layer("deadletters")
            .definedBy("..inventory.deadletters..")
            .layer("audit")
            .definedBy("..inventory.audit..")
            .layer("activity")
            .definedBy("..inventory.activity..")
            .whereLayer("subscription")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("audit")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("processing")
            .mayOnlyBeAccessedByLayers("subscription")
            .whereLayer("stock")
            .mayOnlyBeAccessedByLayers("processing")
            .whereLayer("jobs")
            .mayOnlyBeAccessedByLayers("subscription", "processing", "stock")
            .whereLayer("deadletters")
            .mayOnlyBeAccessedByLayers("processing", "jobs")
            .whereLayer("warehouses")
            .mayNotAccessAnyLayer()
            .whereLayer("activity") // shows what is done, and has no part in it
            .mayOnlyBeAccessedByLayers("processing")
            .whereLayer("activity")
            .mayNotAccessAnyLayer();

    /** What is due is Redis's to say. The Clock, which is for the ages in log lines, is the exception of one package. */
    @ArchTest
    static final ArchRule theClockOfTheJvmDecidesNothing = noClasses()
            .that()
            .resideInAPackage("io.github.exactlyonce.inventory..")
            .should()
            .callMethod(Instant.class, "now")
            .orShould()
            .callMethod(System.class, "currentTimeMillis");

    @ArchTest
    static final ArchRule theSchedulerHasNoClock = noClasses()
            .that()
            .resideInAnyPackage(
                    "..inventory.jobs..", "..inventory.stock..", "..inventory.deadletters..", "..inventory.audit..")
            .should()
            .dependOnClassesThat()
            .areAssignableTo(Clock.class);

    @ArchTest
    static final ArchRule noCircles =
            slices().matching("io.github.exactlyonce.inventory.(*)..").should().beFreeOfCycles();
}
