package io.bauplan.udf.api;

/// SQL:2016's words: with `ROW` semantics a row's result depends on that row alone, so the engine
/// may split the table and push filters on pass-through columns below the function. With `SET`
/// semantics (also that of a decorated function) one call sees the whole table or partition.
public enum TableSemantics {
  ROW,
  SET
}
