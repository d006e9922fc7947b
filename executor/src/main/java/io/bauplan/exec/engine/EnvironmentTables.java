package io.bauplan.exec.engine;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.session.SystemTables;
import io.bauplan.udf.api.FunctionRuntime;
import io.bauplan.udf.api.KnownEnvironment;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// `sys.environments`: what functions run in, shared by all warehouses of this machine's user.
record EnvironmentTables(FunctionRuntime functions) implements SystemTables {
  @Override
  public List<SystemTable> tables() {
    return List.of(
        new SystemTable(
            "sys",
            "environments",
            SystemTables.columns(
                "key",
                "python_version",
                "requirements",
                "resolved_as_of",
                "packages",
                "built TIMESTAMP",
                "used TIMESTAMP"),
            request -> rows()));
  }

  private List<KnownEnvironment> known() {
    try {
      return functions.knownEnvironments();
    } catch (UncheckedIOException e) {
      throw new EngineException(
          ErrorCode.WAREHOUSE_UNUSABLE, "cannot list the environments: " + e.getMessage(), e);
    }
  }

  private List<List<@Nullable Object>> rows() {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (KnownEnvironment environment : known()) {
      rows.add(
          SystemTables.row(
              environment.key(),
              environment.interpreter(),
              String.join(", ", environment.requirements()),
              environment.resolvedAsOf().orElse(null),
              String.join(", ", environment.packages()),
              SystemTables.micros(environment.built()),
              SystemTables.micros(environment.used())));
    }
    return rows;
  }
}
