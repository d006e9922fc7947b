package io.bauplan.exec.fallback;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.batch.VectorBuilder;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.Expression;
import io.bauplan.sql.plan.RowType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TimeZone;
import org.apache.calcite.DataContext;
import org.apache.calcite.adapter.java.JavaTypeFactory;
import org.apache.calcite.linq4j.QueryProvider;
import org.apache.calcite.linq4j.function.Function1;
import org.apache.calcite.rex.RexExecutable;
import org.apache.calcite.schema.SchemaPlus;
import org.jspecify.annotations.Nullable;

/// Runs a compiled program over the rows of batches.
final class RowEvaluator implements FallbackEvaluator {
  private final Function1<DataContext, Object[]> function;
  private final List<Expression> expressions;
  private final FallbackContext context;
  private final RowContext row;

  RowEvaluator(
      RexExecutable program, List<Expression> expressions, RowType input, FallbackContext context) {
    this.function = program.getFunction();
    this.expressions = expressions;
    this.context = context;
    this.row = new RowContext(input.size(), context);
  }

  @Override
  public List<FlatVector> evaluate(Batch batch) {
    List<FlatVector> columns = new ArrayList<>();
    List<VectorBuilder> results = new ArrayList<>();
    try {
      for (int i = 0; i < batch.columnCount(); i++) {
        columns.add(batch.column(i).flatten(context.allocator()));
      }
      for (Expression expression : expressions) {
        results.add(new VectorBuilder(expression.type(), batch.rowCount(), context.allocator()));
      }
      int[] selection = batch.selection();
      for (int i = 0; i < batch.rowCount(); i++) {
        evaluateRow(columns, selection == null ? i : selection[i], results);
      }
      List<FlatVector> built = new ArrayList<>();
      for (VectorBuilder builder : results) {
        built.add(builder.build());
      }
      return built;
    } finally {
      columns.forEach(FlatVector::close);
      results.forEach(VectorBuilder::close);
    }
  }

  private void evaluateRow(List<FlatVector> columns, int at, List<VectorBuilder> results) {
    for (int c = 0; c < columns.size(); c++) {
      row.values[c] = JavaValues.fromVector(columns.get(c), at);
    }
    Object[] values;
    try {
      values = function.apply(row);
    } catch (RuntimeException e) {
      throw failure(e);
    }
    for (int i = 0; i < values.length; i++) {
      results.get(i).appendValue(JavaValues.toLiteral(values[i], expressions.get(i).type()));
    }
  }

  private EngineException failure(RuntimeException e) {
    Throwable cause = e;
    while (cause.getCause() != null
        && (cause.getMessage() == null
            || cause instanceof java.lang.reflect.UndeclaredThrowableException)) {
      cause = cause.getCause();
    }
    ErrorCode code =
        cause instanceof ArithmeticException
            ? ErrorCode.NUMERIC_OVERFLOW
            : ErrorCode.INVALID_ARGUMENT;
    String message =
        cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    return new EngineException(code, CalciteFallback.name(expressions.get(0)) + ": " + message, e);
  }

  @Override
  public void close() {
    // The program is shared and holds no memory of the query.
  }

  /// What generated code asks for: the row, the time zone.
  private static final class RowContext implements DataContext {
    private final @Nullable Object[] values;
    private final TimeZone zone;

    RowContext(int width, FallbackContext context) {
      this.values = new Object[width];
      this.zone = TimeZone.getTimeZone(context.zone());
    }

    @Override
    public @Nullable Object get(String name) {
      if (name.equals("inputRecord")) {
        return values;
      }
      // Names of DataContext.Variable.
      return switch (name) {
        case "timeZone" -> zone;
        case "locale" -> Locale.ROOT;
        case "utcTimestamp", "currentTimestamp", "localTimestamp" -> System.currentTimeMillis();
        case "user", "systemUser" -> System.getProperty("user.name", "");
        default -> null;
      };
    }

    @Override
    public @Nullable SchemaPlus getRootSchema() {
      return null;
    }

    @Override
    public JavaTypeFactory getTypeFactory() {
      throw new UnsupportedOperationException("generated code makes no types");
    }

    @Override
    public QueryProvider getQueryProvider() {
      throw new UnsupportedOperationException("generated code makes no queries");
    }
  }
}
