package io.bauplan.sql.plan;

/// A named column of a row type.
public record Column(String name, DataType type, boolean nullable) {}
