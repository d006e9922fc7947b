package io.bauplan.exec.scan.generate;

import io.bauplan.exec.scan.ScanTask;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.error.NearestName;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.RowType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The generators by name: `tpch.<table>` and `tpcds.<table>` (argument `scale`), `transactions`
/// (`rows`, `seed`), `series` (`start`, `stop`, `step`). Thread-safe.
///
/// What a generator makes depends on its arguments alone, not on threads or time.
public final class Generators {
  private Generators() {}

  /// All names.
  public static List<String> names() {
    List<String> names = new ArrayList<>(TpchGenerator.names());
    names.addAll(TpcdsGenerator.names());
    names.add("transactions");
    names.add("series");
    return names;
  }

  /// The columns that a generator makes.
  ///
  /// @throws EngineException `FUNCTION_NOT_FOUND`, `INVALID_ARGUMENT`
  public static RowType rowType(String name, Map<String, String> arguments) {
    return generator(name, arguments).rowType();
  }

  /// How many rows a generator makes; for some of the TPC tables nearly so.
  public static long rowCount(String name, Map<String, String> arguments) {
    return generator(name, arguments).rowCount();
  }

  /// The node that makes all columns.
  public static PhysicalPlan.Generate plan(String name, Map<String, String> arguments) {
    Generator generator = generator(name, arguments);
    return new PhysicalPlan.Generate(name, arguments, generator.rowType(), generator.rowCount());
  }

  /// Columns of `node.output()` are found by name among the generator's.
  public static List<ScanTask> tasks(PhysicalPlan.Generate node) {
    return generator(node.generator(), node.arguments()).tasks(node.output());
  }

  private static Generator generator(String name, Map<String, String> arguments) {
    if (name.startsWith("tpch.")) {
      return TpchGenerator.of(name, arguments);
    }
    if (name.startsWith("tpcds.")) {
      return TpcdsGenerator.of(name, arguments);
    }
    return switch (name) {
      case "transactions" -> TransactionsGenerator.of(arguments);
      case "series" -> SeriesGenerator.of(arguments);
      default ->
          throw new EngineException(
              ErrorCode.FUNCTION_NOT_FOUND,
              "there is no generator \"" + name + "\"",
              null,
              NearestName.hint(name, names()).orElse("generators: " + String.join(", ", names())),
              null);
    };
  }
}
