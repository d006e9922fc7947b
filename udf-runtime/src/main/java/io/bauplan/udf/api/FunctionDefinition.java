package io.bauplan.udf.api;

import java.util.List;
import java.util.OptionalLong;

/// A user's function: `f(dataframes) -> dataframe`, of single values, or of groups of them.
///
/// @param name the name of the SQL function or of the model; it prefixes the function's prints
/// @param handler the function within the source: `usd_by_country`; in Java a class name
/// @param style how the handler receives its inputs
/// @param deterministic `IMMUTABLE`: the same inputs give the same result
/// @param skipsNulls `RETURNS NULL ON NULL INPUT`: rows with a NULL argument are not given to it. A
/// function of single values is NULL for them, an aggregate leaves them out
public record FunctionDefinition(
    String name,
    Language language,
    String handler,
    FunctionSource source,
    Style style,
    EnvironmentSpec environment,
    List<FunctionParameter> parameters,
    FunctionReturn returns,
    FunctionLimits limits,
    boolean deterministic,
    boolean skipsNulls) {

  /// How the handler receives a dataframe.
  public enum Style {
    /// `CREATE FUNCTION`: a table argument is a `pandas.DataFrame` if pandas is declared, else a
    /// `pyarrow.Table`.
    SQL,
    /// `@bauplan.model`: a `pyarrow.Table` (the SDK's `bauplan.Model`).
    MODEL,
    /// `@bauplan.expectation`: as `MODEL`, returning a boolean.
    EXPECTATION
  }

  public FunctionDefinition {
    parameters = List.copyOf(parameters);
  }

  /// A function that is called whatever is NULL.
  public FunctionDefinition(
      String name,
      Language language,
      String handler,
      FunctionSource source,
      Style style,
      EnvironmentSpec environment,
      List<FunctionParameter> parameters,
      FunctionReturn returns,
      FunctionLimits limits,
      boolean deterministic) {
    this(
        name,
        language,
        handler,
        source,
        style,
        environment,
        parameters,
        returns,
        limits,
        deterministic,
        false);
  }

  /// The same function with another limit of its memory; its environment stays as it is.
  public FunctionDefinition withMemory(OptionalLong bytes) {
    return new FunctionDefinition(
        name,
        language,
        handler,
        source,
        style,
        environment,
        parameters,
        returns,
        new FunctionLimits(bytes, limits.timeout(), limits.outputBytes(), limits.internetAccess()),
        deterministic,
        skipsNulls);
  }

  /// The same function with other packages or another interpreter.
  public FunctionDefinition withEnvironment(EnvironmentSpec other) {
    return new FunctionDefinition(
        name,
        language,
        handler,
        source,
        style,
        other,
        parameters,
        returns,
        limits,
        deterministic,
        skipsNulls);
  }
}
