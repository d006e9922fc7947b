package io.bauplan.exec.operator.aggregate;

import io.bauplan.exec.expression.ExpressionContext;
import io.bauplan.sql.plan.Expression;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/// A projection that an aggregation computes itself, so that its columns need not be made into
/// vectors and read again.
///
/// @param rows counts the rows that come through; the time is the aggregation's
public record Projection(List<Expression> expressions, ExpressionContext context, LongAdder rows) {}
