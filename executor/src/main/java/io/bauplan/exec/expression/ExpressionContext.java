package io.bauplan.exec.expression;

import io.bauplan.exec.fallback.Fallback;
import io.bauplan.sql.plan.Expression;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.arrow.memory.BufferAllocator;

/// What compiled expressions get from their query.
///
/// @param allocator of the operator; results and scratch memory come from it
/// @param zone session time zone
/// @param now the statement's time, which `CURRENT_TIMESTAMP` gives throughout
/// @param fallbackUsed told the name of each function that runs through the fallback
/// @param correlations by correlation id, the values of the outer row's columns
public record ExpressionContext(
    BufferAllocator allocator,
    ZoneId zone,
    Instant now,
    Fallback fallback,
    Consumer<String> fallbackUsed,
    Map<Integer, List<Expression.Literal>> correlations) {}
