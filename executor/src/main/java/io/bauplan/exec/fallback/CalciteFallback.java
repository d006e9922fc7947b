package io.bauplan.exec.fallback;

import io.bauplan.exec.operator.window.ValueAggregation;
import io.bauplan.exec.operator.window.ValueSetOperation;
import io.bauplan.exec.scan.BatchReader;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.Expression;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.RowType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.calcite.rex.RexExecutable;
import org.apache.calcite.rex.RexExecutorImpl;
import org.apache.calcite.rex.RexNode;

/// Functions without a kernel, compiled by Calcite to Java and run row by row.
///
/// Calcite's runtime differs from our semantics in places (`docs/fallback.md` lists them). Values
/// that it cannot hold exactly, such as microseconds, are refused rather than rounded.
public final class CalciteFallback implements Fallback {
  /// Compiled expressions that are kept; the oldest go first.
  private static final int CACHED_PROGRAMS = 500;

  private final Map<ProgramKey, RexExecutable> programs =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<ProgramKey, RexExecutable> eldest) {
          return size() > CACHED_PROGRAMS;
        }
      };

  /// Records compare by value, so equal expressions share their code.
  private record ProgramKey(List<Expression> expressions, RowType input) {}

  @Override
  public FallbackEvaluator compile(
      List<Expression> expressions, RowType input, FallbackContext context) {
    RexExecutable program = program(new ProgramKey(List.copyOf(expressions), input));
    return new RowEvaluator(program, expressions, input, context);
  }

  private RexExecutable program(ProgramKey key) {
    synchronized (programs) {
      RexExecutable known = programs.get(key);
      if (known != null) {
        return known;
      }
    }
    RexExecutable made = generate(key);
    synchronized (programs) {
      programs.put(key, made);
    }
    return made;
  }

  private static RexExecutable generate(ProgramKey key) {
    RexTranslator translator = new RexTranslator(key.input());
    List<RexNode> nodes = new ArrayList<>();
    try {
      for (Expression expression : key.expressions()) {
        nodes.add(translator.translate(expression));
      }
      return RexExecutorImpl.getExecutable(translator.rexBuilder(), nodes, translator.rowType());
    } catch (EngineException e) {
      throw e;
    } catch (RuntimeException | AssertionError e) {
      // Calcite asserts what it has no code for.
      throw new EngineException(
          ErrorCode.NOT_SUPPORTED,
          "this function cannot be executed here: " + name(key.expressions().get(0)),
          e);
    }
  }

  static String name(Expression expression) {
    return expression instanceof Expression.Call call
        ? call.function().toUpperCase(java.util.Locale.ROOT)
        : expression.getClass().getSimpleName();
  }

  /// Aggregates and set operations over nested values and rare aggregates run row by row; every
  /// other node has a vectorized operator.
  @Override
  public boolean canRun(PhysicalPlan node) {
    return node instanceof PhysicalPlan.Aggregate || node instanceof PhysicalPlan.SetOperation;
  }

  @Override
  public BatchReader open(PhysicalPlan node, List<BatchReader> inputs, FallbackContext context) {
    if (node instanceof PhysicalPlan.Aggregate aggregate) {
      return new ValueAggregation(aggregate, inputs.get(0), context.allocator());
    }
    if (node instanceof PhysicalPlan.SetOperation operation) {
      return new ValueSetOperation(operation, inputs, context.allocator());
    }
    inputs.forEach(BatchReader::close);
    throw new EngineException(
        ErrorCode.NOT_SUPPORTED,
        "this operation cannot be executed: " + node.getClass().getSimpleName());
  }
}
