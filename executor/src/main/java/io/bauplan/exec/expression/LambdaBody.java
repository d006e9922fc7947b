package io.bauplan.exec.expression;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.batch.Gather;
import io.bauplan.exec.batch.Unfinished;
import io.bauplan.exec.batch.Vector;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.Expression;
import io.bauplan.sql.plan.Expression.Call;
import io.bauplan.sql.plan.Expression.InputRef;
import io.bauplan.sql.plan.Expression.Literal;
import io.bauplan.sql.plan.Expressions;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/// The body of a lambda, compiled over a batch of its own: a row for each element, the parameters
/// first and then the columns of the outer row that it reads.
final class LambdaBody implements AutoCloseable {
  private final List<Node> outer;
  private final Projector body;
  private final BufferAllocator allocator;

  private LambdaBody(List<Node> outer, Projector body, BufferAllocator allocator) {
    this.outer = outer;
    this.body = body;
    this.allocator = allocator;
  }

  /// @param parameters names, in the order of the columns
  static LambdaBody compile(
      ExpressionCompiler compiler, Expression body, List<@Nullable String> parameters) {
    Expression bound = Expressions.rewrite(body, e -> bind(e, parameters));
    BitSet columns = new BitSet();
    List<InputRef> captured = new ArrayList<>();
    Expressions.visit(
        bound,
        e -> {
          if (e instanceof InputRef ref && ref.index() >= 0 && !columns.get(ref.index())) {
            columns.set(ref.index());
            captured.add(ref);
          }
        });
    List<Integer> order = captured.stream().map(InputRef::index).toList();
    Expression closed =
        Expressions.remap(
            bound, index -> index < 0 ? -1 - index : parameters.size() + order.indexOf(index));
    List<Node> outer = new ArrayList<>();
    captured.forEach(ref -> outer.add(compiler.compile(ref, true)));
    return new LambdaBody(
        outer,
        Projector.compile(List.of(closed), compiler.context()),
        compiler.context().allocator());
  }

  /// A parameter becomes a column with a negative number; those of lambdas within stay, without the
  /// operands that gave them their types.
  private static Expression bind(Expression expression, List<@Nullable String> parameters) {
    if (!(expression instanceof Call call) || !call.function().startsWith("lambda_")) {
      return expression;
    }
    Expression name = call.arguments().getLast();
    int index = parameters.indexOf(String.valueOf(((Literal) name).value()));
    return index < 0
        ? new Call(call.function(), List.of(name), call.type(), call.nullable())
        : new InputRef(-1 - index, call.type(), true);
  }

  /// The outer columns of a batch; the caller owns them.
  List<FlatVector> outer(Batch batch, int @Nullable [] rows, int count) {
    List<FlatVector> columns = new ArrayList<>();
    try (Unfinished unfinished = new Unfinished()) {
      for (Node node : outer) {
        Register values = node.evaluate(batch, rows, count);
        columns.add(
            unfinished.add(
                RegisterWriter.write(values, rows, count, batch.vectorLength(), allocator)));
      }
      return unfinished.done(columns);
    }
  }

  /// A batch for the body. Takes ownership of the parameters, borrows the outer columns.
  ///
  /// @param rows of the outer batch, one for each element
  Batch rows(List<FlatVector> parameters, List<FlatVector> outerColumns, int[] rows, int count) {
    List<Vector> columns = new ArrayList<>(parameters);
    try (Unfinished unfinished = new Unfinished()) {
      parameters.forEach(unfinished::add);
      for (FlatVector column : outerColumns) {
        columns.add(unfinished.add(Gather.gather(column, rows, count, 0, allocator)));
      }
      return unfinished.done(new Batch(columns, count));
    }
  }

  /// The body's values; valid until the next call. Borrows the batch while they are used.
  Register evaluate(Batch rows) {
    return body.evaluate(0, rows);
  }

  static DataType elementType(DataType list) {
    return list instanceof DataType.ListType(DataType element, boolean ignored) ? element : list;
  }

  @Override
  public void close() {
    body.close();
    outer.forEach(Node::close);
  }
}
