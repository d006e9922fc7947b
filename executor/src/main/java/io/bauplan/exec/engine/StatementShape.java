package io.bauplan.exec.engine;

import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.RowType;
import java.util.List;
import java.util.Optional;

/// What a prepared statement takes and gives.
///
/// @param output columns of the result; empty for statements that return a count
public record StatementShape(List<DataType> parameters, Optional<RowType> output) {}
