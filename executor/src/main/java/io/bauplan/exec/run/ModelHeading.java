package io.bauplan.exec.run;

import io.bauplan.sql.project.Materialization;
import io.bauplan.sql.project.Model;
import java.util.Locale;

/// What a model is, in a few words for `EXPLAIN`.
final class ModelHeading {
  private ModelHeading() {}

  static String of(Model model) {
    String kind =
        switch (model) {
          case Model.Sql sql -> "SQL";
          case Model.Function function -> "Python function";
          case Model.Expectation expectation -> "expectation";
        };
    String reads = model.reads().isEmpty() ? "" : ", reads " + String.join(", ", model.reads());
    String kept =
        model.materialization() == Materialization.NONE
            ? ""
            : ", materialized ("
                + model.materialization().name().toLowerCase(Locale.ROOT).replace('_', ' ')
                + ")";
    return kind + reads + kept;
  }
}
