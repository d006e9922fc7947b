package io.bauplan.exec.expression;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.batch.VectorBuilder;
import io.bauplan.exec.memory.Memory;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.Expression;
import java.util.List;
import java.util.Objects;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/// Functions that take nested values apart and make them. Row by row.
final class NestedNodes {
  private NestedNodes() {}

  static @Nullable Node find(
      ExpressionCompiler compiler, Expression.Call call, boolean conditional) {
    BufferAllocator allocator = compiler.context().allocator();
    List<Expression> arguments = call.arguments();
    Work work =
        switch (call.function()) {
          case "struct_field" ->
              arguments.get(1) instanceof Expression.Literal(Object index, DataType ignored)
                      && index instanceof Long number
                  ? (in, row, to) -> field(in[0], row, number.intValue(), to)
                  : null;
          case "item" -> item(arguments.getFirst().type());
          case "cardinality", "size", "array_length" ->
              arguments.size() == 1 ? NestedNodes::cardinality : null;
          case "array", "array_value_constructor" ->
              call.type() instanceof DataType.ListType ? NestedNodes::array : null;
          case "row" ->
              call.type() instanceof DataType.StructType(List<Column> fields)
                      && fields.size() == arguments.size()
                  ? NestedNodes::struct
                  : null;
          default -> null;
        };
    return work == null
        ? null
        : new Built(
            FunctionKernels.compileAll(compiler, call, conditional), call.type(), work, allocator);
  }

  /// Appends one row's result.
  private interface Work {
    void append(Register[] in, int row, VectorBuilder to);
  }

  private static FlatVector vector(Register register) {
    return Objects.requireNonNull(register.vector);
  }

  private static void field(Register struct, int row, int index, VectorBuilder to) {
    if (struct.isNull(row)) {
      to.appendNull();
    } else {
      FlatVector vector = vector(struct);
      to.appendFrom(vector.children().get(index), vector.start() + row);
    }
  }

  private static @Nullable Work item(DataType type) {
    return switch (type) {
      case DataType.ListType ignored -> NestedNodes::element;
      case DataType.MapType ignored -> NestedNodes::entry;
      default -> null;
    };
  }

  /// From 1, or from -1 backwards; NULL where there is no such element.
  private static void element(Register[] in, int row, VectorBuilder to) {
    if (in[0].isNull(row) || in[1].isNull(row)) {
      to.appendNull();
      return;
    }
    FlatVector list = vector(in[0]);
    long begin = Memory.getInt(list.offsetsAddress() + 4L * row);
    long end = Memory.getInt(list.offsetsAddress() + 4L * row + 4);
    long written = in[1].longs[row];
    long index = written < 0 ? end - begin + written + 1 : written;
    if (index < 1 || index > end - begin) {
      to.appendNull();
    } else {
      to.appendFrom(list.children().getFirst(), (int) (begin + index - 1));
    }
  }

  private static void entry(Register[] in, int row, VectorBuilder to) {
    if (!in[0].isNull(row) && !in[1].isNull(row)) {
      FlatVector map = vector(in[0]);
      FlatVector entries = map.children().getFirst();
      int end = Memory.getInt(map.offsetsAddress() + 4L * row + 4);
      Register key = new Register(entries.children().getFirst().type());
      for (int i = Memory.getInt(map.offsetsAddress() + 4L * row); i < end; i++) {
        int at = entries.start() + i;
        RegisterLoader.load(entries.children().getFirst(), key, new int[] {at}, 1, at + 1);
        if (Keys.equal(key, at, in[1], row)) {
          to.appendFrom(entries.children().get(1), at);
          return;
        }
      }
    }
    to.appendNull();
  }

  private static void cardinality(Register[] in, int row, VectorBuilder to) {
    if (in[0].isNull(row)) {
      to.appendNull();
    } else {
      FlatVector list = vector(in[0]);
      to.appendLong(
          Memory.getInt(list.offsetsAddress() + 4L * row + 4)
              - Memory.getInt(list.offsetsAddress() + 4L * row));
    }
  }

  private static void array(Register[] in, int row, VectorBuilder to) {
    for (Register element : in) {
      append(element, row, to.child(0));
    }
    to.endList();
  }

  private static void struct(Register[] in, int row, VectorBuilder to) {
    for (int i = 0; i < in.length; i++) {
      append(in[i], row, to.child(i));
    }
    to.endStruct();
  }

  static void append(Register from, int row, VectorBuilder to) {
    if (from.isNull(row)) {
      to.appendNull();
      return;
    }
    switch (from.kind) {
      case LONG -> to.appendLong(from.longs[row]);
      case DOUBLE -> to.appendDouble(from.doubles[row]);
      case DECIMAL -> to.appendInt128(from.high(row), from.longs[row]);
      case BYTES -> to.appendBytes(from.longs[row], from.lengths[row]);
      case NESTED -> to.appendFrom(vector(from), row);
    }
  }

  /// A function whose result is built as a vector.
  private static final class Built extends Node {
    private final Node[] arguments;
    private final Work work;
    private final BufferAllocator allocator;
    private @Nullable FlatVector result;

    Built(List<Node> arguments, DataType type, Work work, BufferAllocator allocator) {
      super(type);
      this.arguments = arguments.toArray(Node[]::new);
      this.work = work;
      this.allocator = allocator;
    }

    @Override
    Register compute(Batch batch, int @Nullable [] rows, int count) {
      Register[] in = new Register[arguments.length];
      for (int a = 0; a < in.length; a++) {
        in[a] = arguments[a].evaluate(batch, rows, count);
      }
      int length = batch.vectorLength();
      closeResult();
      try (VectorBuilder builder = new VectorBuilder(type(), length, allocator)) {
        int next = 0;
        for (int i = 0; i < count; i++) {
          int row = rows == null ? i : rows[i];
          for (; next < row; next++) {
            builder.appendNull();
          }
          work.append(in, row, builder);
          next++;
        }
        for (; next < length; next++) {
          builder.appendNull();
        }
        result = builder.build();
      }
      RegisterLoader.load(result, out, rows, count, length);
      return out;
    }

    private void closeResult() {
      if (result != null) {
        result.close();
        result = null;
      }
    }

    @Override
    void release() {
      for (Node argument : arguments) {
        argument.close();
      }
      closeResult();
    }
  }
}
