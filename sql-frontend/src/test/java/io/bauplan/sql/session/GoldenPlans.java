package io.bauplan.sql.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.sql.catalog.Catalog;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.PlanText;
import io.bauplan.sql.plan.PlannedStatement;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/// Plans as golden text files, one a query. `-Dplans.accept=true` writes them as they are now.
final class GoldenPlans {
  private static final Path ROOT = Path.of("src/test/resources/plans");

  private final StatementPlanner planner;
  private final Path folder;

  GoldenPlans(Catalog catalog, String folder) {
    planner =
        new CalcitePlanner(
            catalog,
            (format, uri, options) -> {
              throw new AssertionError("no files");
            },
            SystemTables.with(SystemTables.NONE));
    this.folder = ROOT.resolve(folder);
  }

  PhysicalPlan plan(String sql) {
    return ((PlannedStatement.Query) planner.plan(sql, Session.DEFAULT)).plan();
  }

  PhysicalPlan check(String name, String sql) throws IOException {
    PhysicalPlan plan = plan(sql);
    String text = PlanText.of(plan);
    Path golden = folder.resolve(name + ".txt");
    if (Boolean.getBoolean("plans.accept")) {
      Files.createDirectories(folder);
      Files.writeString(golden, text);
    }
    assertThat(golden).exists();
    assertThat(text).isEqualTo(Files.readString(golden));
    return plan;
  }

  static String resource(String path) {
    try (InputStream in = GoldenPlans.class.getResourceAsStream(path)) {
      return new String(Objects.requireNonNull(in, path).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
