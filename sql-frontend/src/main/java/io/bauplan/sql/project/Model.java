package io.bauplan.sql.project;

import io.bauplan.sql.error.SourcePosition;
import io.bauplan.udf.api.FunctionDefinition;
import java.util.List;
import java.util.Optional;

/// A node of a pipeline.
public sealed interface Model {
  String name();

  /// Names of tables and models it reads, in order of mention, as written.
  List<String> reads();

  SourcePosition position();

  /// What becomes of its rows; `NONE` for expectations.
  Materialization materialization();

  /// A `.sql` file.
  ///
  /// @param text its statement, one query; `$name` parameters not yet replaced
  record Sql(
      String name,
      String text,
      List<String> reads,
      Materialization materialization,
      List<String> partitionedBy,
      Optional<String> overwriteFilter,
      SourcePosition position)
      implements Model {}

  /// A function decorated with `@bauplan.model`.
  ///
  /// @param columns the declared result columns; empty = not declared
  record Function(
      FunctionDefinition definition,
      List<ModelInput> inputs,
      List<String> columns,
      Materialization materialization,
      List<String> partitionedBy,
      Optional<String> overwriteFilter,
      SourcePosition position)
      implements Model {
    @Override
    public String name() {
      return definition.name();
    }

    @Override
    public List<String> reads() {
      return ModelInputs.tables(inputs);
    }
  }

  /// A function decorated with `@bauplan.expectation`.
  record Expectation(
      FunctionDefinition definition, List<ModelInput> inputs, SourcePosition position)
      implements Model {
    @Override
    public String name() {
      return definition.name();
    }

    @Override
    public List<String> reads() {
      return ModelInputs.tables(inputs);
    }

    @Override
    public Materialization materialization() {
      return Materialization.NONE;
    }
  }
}
