package io.bauplan.exec.expression;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.batch.Gather;
import io.bauplan.exec.batch.Unfinished;
import io.bauplan.exec.batch.VectorBuilder;
import io.bauplan.exec.memory.Memory;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.Expression;
import io.bauplan.sql.plan.Expression.Literal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/// `list_transform`, `list_filter` and `list_reduce`. The body is evaluated for the elements of all
/// rows of a batch at once; reducing goes element by element, all rows side by side.
final class LambdaNodes {
  private LambdaNodes() {}

  static Node of(ExpressionCompiler compiler, Expression.Call call, boolean conditional) {
    List<Expression> arguments = call.arguments();
    if (arguments.getFirst().type() instanceof DataType.NullType) {
      return compiler.compile(cast(arguments.getFirst(), call.type()), conditional);
    }
    Node list = compiler.compile(arguments.getFirst(), conditional);
    BufferAllocator allocator = compiler.context().allocator();
    if (call.function().equals("list_reduce")) {
      Node init = compiler.compile(cast(arguments.get(1), call.type()), conditional);
      LambdaBody body =
          LambdaBody.compile(
              compiler,
              cast(arguments.get(2), call.type()),
              List.of(name(arguments.get(3)), name(arguments.get(4))));
      return new Reduce(call.type(), list, init, body, allocator);
    }
    List<@Nullable String> names = new ArrayList<>(List.of(name(arguments.get(2))));
    names.add(arguments.size() > 3 ? name(arguments.get(3)) : null);
    return new Each(
        call.type(),
        list,
        LambdaBody.compile(compiler, arguments.get(1), names),
        call.function().equals("list_filter"),
        allocator);
  }

  /// A parameter where no lambda is around it.
  static EngineException loose() {
    return new EngineException(
        ErrorCode.NOT_SUPPORTED,
        "a lambda over columns of both sides of a join cannot stand in its condition",
        null,
        "Compute the list in a sub-query of one side first.",
        null);
  }

  private static String name(Expression literal) {
    return String.valueOf(((Literal) literal).value());
  }

  private static Expression cast(Expression expression, DataType type) {
    return expression.type().equals(type)
        ? expression
        : new Expression.Cast(expression, type, false);
  }

  private static int begin(FlatVector list, int row) {
    return Memory.getInt(list.offsetsAddress() + 4L * row);
  }

  private static int size(Register lists, int row) {
    return lists.isNull(row)
        ? 0
        : begin(Objects.requireNonNull(lists.vector), row + 1)
            - begin(Objects.requireNonNull(lists.vector), row);
  }

  private abstract static class Base extends Node {
    final Node list;
    final LambdaBody body;
    final BufferAllocator allocator;
    private @Nullable FlatVector result;

    Base(DataType type, Node list, LambdaBody body, BufferAllocator allocator) {
      super(type);
      this.list = list;
      this.body = body;
      this.allocator = allocator;
    }

    @Override
    final Register compute(Batch batch, int @Nullable [] rows, int count) {
      Register lists = list.evaluate(batch, rows, count);
      List<FlatVector> outer = body.outer(batch, rows, count);
      FlatVector made;
      try {
        made = make(lists, outer, batch, rows, count);
      } finally {
        outer.forEach(FlatVector::close);
      }
      closeResult();
      result = made;
      RegisterLoader.load(made, out, rows, count, batch.vectorLength());
      return out;
    }

    /// A vector as long as those of the batch.
    abstract FlatVector make(
        Register lists, List<FlatVector> outer, Batch batch, int @Nullable [] rows, int count);

    private void closeResult() {
      if (result != null) {
        result.close();
        result = null;
      }
    }

    @Override
    void release() {
      list.close();
      body.close();
      closeResult();
    }
  }

  private static final class Each extends Base {
    private final boolean filter;

    Each(DataType type, Node list, LambdaBody body, boolean filter, BufferAllocator allocator) {
      super(type, list, body, allocator);
      this.filter = filter;
    }

    @Override
    FlatVector make(
        Register lists, List<FlatVector> outer, Batch batch, int @Nullable [] rows, int count) {
      FlatVector vector = Objects.requireNonNull(lists.vector);
      int total = 0;
      for (int i = 0; i < count; i++) {
        total += size(lists, rows == null ? i : rows[i]);
      }
      int[] elements = new int[total];
      int[] parents = new int[total];
      int next = 0;
      for (int i = 0; i < count; i++) {
        int row = rows == null ? i : rows[i];
        int size = size(lists, row);
        for (int e = 0; e < size; e++) {
          elements[next] = begin(vector, row) + e;
          parents[next++] = row;
        }
      }
      FlatVector values;
      FlatVector indexes;
      try (Unfinished unfinished = new Unfinished()) {
        values =
            unfinished.add(
                Gather.gather(vector.children().getFirst(), elements, total, 0, allocator));
        indexes = unfinished.done(indexes(elements, parents, vector, total));
      }
      try (Batch inner = body.rows(List.of(values, indexes), outer, parents, total)) {
        return build(lists, values, body.evaluate(inner), batch.vectorLength(), rows, count);
      }
    }

    /// Positions from 1.
    private FlatVector indexes(int[] elements, int[] parents, FlatVector list, int total) {
      try (VectorBuilder builder = new VectorBuilder(DataType.INT64, total, allocator)) {
        for (int i = 0; i < total; i++) {
          builder.appendLong(elements[i] - begin(list, parents[i]) + 1L);
        }
        return builder.build();
      }
    }

    private FlatVector build(
        Register lists,
        FlatVector elements,
        Register results,
        int length,
        int @Nullable [] rows,
        int count) {
      try (VectorBuilder builder = new VectorBuilder(type(), length, allocator)) {
        int element = 0;
        int next = 0;
        for (int i = 0; i < count; i++) {
          int row = rows == null ? i : rows[i];
          for (; next < row; next++) {
            builder.appendNull();
          }
          next++;
          if (lists.isNull(row)) {
            builder.appendNull();
            continue;
          }
          for (int end = element + size(lists, row); element < end; element++) {
            if (!filter) {
              NestedNodes.append(results, element, builder.child(0));
            } else if (!results.isNull(element) && results.longs[element] != 0) {
              builder.child(0).appendFrom(elements, element);
            }
          }
          builder.endList();
        }
        for (; next < length; next++) {
          builder.appendNull();
        }
        return builder.build();
      }
    }
  }

  private static final class Reduce extends Base {
    private final Node init;

    Reduce(DataType type, Node list, Node init, LambdaBody body, BufferAllocator allocator) {
      super(type, list, body, allocator);
      this.init = init;
    }

    @Override
    FlatVector make(
        Register lists, List<FlatVector> outer, Batch batch, int @Nullable [] rows, int count) {
      int length = batch.vectorLength();
      int[] sizes = new int[length];
      int[] kept = new int[length];
      Arrays.fill(kept, -1);
      int longest = 0;
      for (int i = 0; i < count; i++) {
        int row = rows == null ? i : rows[i];
        sizes[row] = size(lists, row);
        kept[row] = lists.isNull(row) ? -1 : row;
        longest = Math.max(longest, sizes[row]);
      }
      FlatVector state =
          RegisterWriter.write(init.evaluate(batch, rows, count), rows, count, length, allocator);
      try {
        for (int step = 0; step < longest; step++) {
          FlatVector changed = step(state, lists, outer, sizes, step, length);
          state.close();
          state = changed;
        }
        return Gather.gather(state, kept, length, 0, allocator);
      } finally {
        state.close();
      }
    }

    private FlatVector step(
        FlatVector state,
        Register lists,
        List<FlatVector> outer,
        int[] sizes,
        int step,
        int length) {
      FlatVector vector = Objects.requireNonNull(lists.vector);
      int[] active = new int[length];
      int[] elements = new int[length];
      int count = 0;
      for (int row = 0; row < length; row++) {
        if (sizes[row] > step) {
          active[count] = row;
          elements[count++] = begin(vector, row) + step;
        }
      }
      FlatVector states;
      FlatVector values;
      try (Unfinished unfinished = new Unfinished()) {
        states = unfinished.add(Gather.gather(state, active, count, 0, allocator));
        values =
            unfinished.done(
                Gather.gather(vector.children().getFirst(), elements, count, 0, allocator));
      }
      try (Batch inner = body.rows(List.of(states, values), outer, active, count);
          VectorBuilder builder = new VectorBuilder(type(), length, allocator)) {
        Register results = body.evaluate(inner);
        int next = 0;
        for (int row = 0; row < length; row++) {
          if (sizes[row] > step) {
            NestedNodes.append(results, next++, builder);
          } else {
            builder.appendFrom(state, row);
          }
        }
        return builder.build();
      }
    }

    @Override
    void release() {
      super.release();
      init.close();
    }
  }
}
