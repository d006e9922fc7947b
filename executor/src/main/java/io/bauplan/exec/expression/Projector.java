package io.bauplan.exec.expression;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.Vector;
import io.bauplan.sql.plan.Expression;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Compiled expressions that make one batch of another. Used by one thread.
public final class Projector implements AutoCloseable {
  private final ExpressionContext context;
  private final List<Node> roots = new ArrayList<>();
  private final List<Node> made;

  private Projector(ExpressionContext context, List<Node> made) {
    this.context = context;
    this.made = made;
  }

  public static Projector compile(List<Expression> expressions, ExpressionContext context) {
    ExpressionCompiler compiler = new ExpressionCompiler(context);
    Projector projector = new Projector(context, compiler.made());
    try {
      for (Expression expression : expressions) {
        projector.roots.add(compiler.compile(expression));
      }
      return projector;
    } catch (RuntimeException | Error e) {
      projector.close();
      throw e;
    }
  }

  /// One column per expression, with the input's selection. Takes ownership of the input; the
  /// caller owns the result. Columns that are passed through are not copied.
  public Batch project(Batch input) {
    try (input) {
      Vector[] columns = new Vector[roots.size()];
      int done = 0;
      try {
        for (; done < columns.length; done++) {
          columns[done] = column(roots.get(done), input);
        }
        int[] selection = input.selection();
        return new Batch(
            Arrays.asList(columns),
            input.vectorLength(),
            selection == null ? null : Arrays.copyOf(selection, input.rowCount()),
            input.rowCount());
      } catch (RuntimeException | Error e) {
        for (int i = 0; i < done; i++) {
          columns[i].close();
        }
        throw e;
      }
    }
  }

  private Vector column(Node root, Batch input) {
    int length = input.vectorLength();
    return switch (root) {
      case ColumnNode column -> input.column(column.column).retain();
      case LiteralNode literal -> literal.constant(length);
      default ->
          RegisterWriter.write(
              root.evaluate(input, input.selection(), input.rowCount()),
              input.selection(),
              input.rowCount(),
              length,
              context.allocator());
    };
  }

  /// The values of expression `index` for the batch's selected rows; valid until the next call for
  /// another batch. Borrows the batch while the register is used.
  public Register evaluate(int index, Batch input) {
    return roots.get(index).evaluate(input, input.selection(), input.rowCount());
  }

  /// The values of expression `index` for some of the batch's rows; valid until the next call.
  public Register evaluate(int index, Batch input, int @Nullable [] rows, int count) {
    return roots.get(index).evaluate(input, rows, count);
  }

  /// Whether the expression has the same value wherever its columns have the same.
  public static boolean isDeterministic(Expression expression) {
    return ExpressionCompiler.isDeterministic(expression);
  }

  @Override
  public void close() {
    made.forEach(Node::close);
  }
}
