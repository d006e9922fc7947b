package io.bauplan.tests.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// The dependency line of ARCHITECTURE.md, held by the build.
class DependencyLineTest {
  private static final String CALCITE = "org.apache.calcite..";
  private static final String FLIGHT = "org.apache.arrow.flight..";

  private static JavaClasses ours;

  @BeforeAll
  static void read() {
    ours =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.bauplan");
  }

  @Test
  void modulesDependDownwardsOnly() {
    noClasses()
        .that()
        .resideInAPackage("io.bauplan.udf..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.bauplan.sql..", "io.bauplan.exec..", "io.bauplan.server..")
        .check(ours);
    noClasses()
        .that()
        .resideInAPackage("io.bauplan.sql..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.bauplan.exec..", "io.bauplan.server..")
        .check(ours);
    noClasses()
        .that()
        .resideInAPackage("io.bauplan.exec..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.bauplan.server..")
        .check(ours);
  }

  @Test
  void theDriverDependsOnNoModuleOfOurs() {
    noClasses()
        .that()
        .resideInAPackage("io.bauplan.jdbc..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.bauplan.udf..", "io.bauplan.sql..", "io.bauplan.exec..", "io.bauplan.server..")
        .check(ours);
  }

  @Test
  void theSqlFrontEndSeesOnlyTheFunctionApi() {
    noClasses()
        .that()
        .resideInAPackage("io.bauplan.sql..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.bauplan.udf.environment..",
            "io.bauplan.udf.python..",
            "io.bauplan.udf.java..",
            "io.bauplan.udf.sandbox..",
            "io.bauplan.udf.shm..")
        .check(ours);
  }

  @Test
  void calciteStaysInTheFrontEndAndTheFallback() {
    noClasses()
        .that()
        .resideInAnyPackage("io.bauplan.exec..", "io.bauplan.server..")
        .and()
        .resideOutsideOfPackage("io.bauplan.exec.fallback..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage(CALCITE)
        .check(ours);
  }

  @Test
  void calciteStaysOutOfThePlanAndTheCatalog() {
    noClasses()
        .that()
        .resideInAnyPackage("io.bauplan.sql.plan..", "io.bauplan.sql.catalog..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage(CALCITE)
        .check(ours);
  }

  @Test
  void flightStaysInTheServer() {
    noClasses()
        .that()
        .resideInAnyPackage("io.bauplan.udf..", "io.bauplan.sql..", "io.bauplan.exec..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage(FLIGHT)
        .check(ours);
  }

  @Test
  void icebergAndNessieStayBehindTheCatalog() {
    noClasses()
        .that()
        .resideInAnyPackage("io.bauplan.exec..", "io.bauplan.server..")
        .and()
        .resideOutsideOfPackage("io.bauplan.exec.scan..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.apache.iceberg..", "org.projectnessie..")
        .check(ours);
  }

  @Test
  void theRuleSetSeesTheWholeSystem() {
    // Guards the rules above against an empty import.
    classes().that().haveSimpleName("Engine").should().bePublic().check(ours);
    org.assertj.core.api.Assertions.assertThat(ours.size()).isGreaterThan(100);
  }
}
