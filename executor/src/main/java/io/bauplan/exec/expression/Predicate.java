package io.bauplan.exec.expression;

import io.bauplan.exec.batch.Batch;
import io.bauplan.sql.plan.Expression;

/// A compiled condition. Used by one thread.
public final class Predicate implements AutoCloseable {
  /// Below this share of selected rows a filtered batch is copied instead of carrying a selection.
  private static final int SPARSE = 16;

  private final ExpressionContext context;
  private final Node root;
  private final java.util.List<Node> made;

  private Predicate(ExpressionContext context, Node root, java.util.List<Node> made) {
    this.context = context;
    this.root = root;
    this.made = made;
  }

  public static Predicate compile(Expression condition, ExpressionContext context) {
    ExpressionCompiler compiler = new ExpressionCompiler(context);
    try {
      return new Predicate(context, compiler.compile(condition), compiler.made());
    } catch (RuntimeException | Error e) {
      compiler.made().forEach(Node::close);
      throw e;
    }
  }

  /// Writes the selected rows of the batch for which the condition is TRUE to `to` and returns
  /// their number. Borrows the batch.
  public int select(Batch batch, int[] to) {
    return root.selectTrue(batch, batch.selection(), batch.rowCount(), to);
  }

  /// As `select`, for FALSE.
  public int selectFalse(Batch batch, int[] to) {
    return root.selectFalse(batch, batch.selection(), batch.rowCount(), to);
  }

  /// The rows for which the condition is TRUE; may be empty. Takes ownership of the input; the
  /// caller owns the result.
  public Batch filter(Batch input) {
    int[] rows = new int[input.vectorLength()];
    int selected;
    try {
      selected = select(input, rows);
    } catch (RuntimeException | Error e) {
      input.close();
      throw e;
    }
    if (selected == input.rowCount()) {
      return input;
    }
    Batch filtered = input.withSelection(rows, selected);
    return selected * SPARSE < input.vectorLength()
        ? filtered.compact(context.allocator())
        : filtered;
  }

  @Override
  public void close() {
    made.forEach(Node::close);
  }
}
