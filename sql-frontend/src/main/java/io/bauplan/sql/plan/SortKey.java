package io.bauplan.sql.plan;

/// One key of an ordering over input columns.
public record SortKey(int column, boolean ascending, boolean nullsFirst) {}
