package io.bauplan.exec.worker;

import io.bauplan.sql.plan.RowType;
import io.bauplan.udf.api.InvocationFigures;
import java.util.Optional;

/// What the control plane learns of a table that a worker made: never its rows.
///
/// @param id of the intermediate table
/// @param figures of the function that made it; empty for SQL
public record TableReport(
    String id, RowType columns, long rows, long bytes, Optional<InvocationFigures> figures) {}
