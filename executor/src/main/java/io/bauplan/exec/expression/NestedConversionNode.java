package io.bauplan.exec.expression;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.batch.Gather;
import io.bauplan.exec.batch.VectorBuilder;
import io.bauplan.exec.memory.Memory;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.Expression;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Casts between lists, maps or structs whose parts have other types: the parts of all rows are
/// cast as one vector, then put together again.
final class NestedConversionNode extends Node {
  private final Node operand;
  private final List<Projector> parts;
  private final ExpressionContext context;
  private @Nullable FlatVector result;

  private NestedConversionNode(
      Node operand, DataType type, List<Projector> parts, ExpressionContext context) {
    super(type);
    this.operand = operand;
    this.parts = parts;
    this.context = context;
  }

  /// Whether both types are of one shape, so that part can be cast to part.
  static boolean sameShape(DataType from, DataType to) {
    return switch (from) {
      case DataType.ListType ignored -> to instanceof DataType.ListType;
      case DataType.MapType ignored -> to instanceof DataType.MapType;
      case DataType.StructType(List<Column> fields) ->
          to instanceof DataType.StructType(List<Column> others) && fields.size() == others.size();
      default -> false;
    };
  }

  /// Takes ownership of the operand.
  static Node of(Node operand, DataType to, boolean safe, ExpressionContext context) {
    List<DataType> before = parts(operand.type());
    List<DataType> after = parts(to);
    List<Projector> parts = new ArrayList<>();
    try {
      for (int i = 0; i < before.size(); i++) {
        Expression part = new Expression.InputRef(0, before.get(i), true);
        parts.add(
            Projector.compile(List.of(new Expression.Cast(part, after.get(i), safe)), context));
      }
    } catch (RuntimeException | Error e) {
      parts.forEach(Projector::close);
      throw e;
    }
    return new NestedConversionNode(operand, to, parts, context);
  }

  private static List<DataType> parts(DataType type) {
    return switch (type) {
      case DataType.ListType(DataType element, boolean ignored) -> List.of(element);
      case DataType.MapType(DataType key, DataType value, boolean ignored) -> List.of(key, value);
      case DataType.StructType(List<Column> fields) -> fields.stream().map(Column::type).toList();
      default -> throw new IllegalStateException("no nested type: " + type.sql());
    };
  }

  @Override
  Register compute(Batch batch, int @Nullable [] rows, int count) {
    Register in = operand.evaluate(batch, rows, count);
    FlatVector from = Objects.requireNonNull(in.vector);
    int length = batch.vectorLength();
    closeResult();
    List<FlatVector> cast = new ArrayList<>();
    try (VectorBuilder builder = new VectorBuilder(type(), length, context.allocator())) {
      int[] picked = picked(in, from, rows, count);
      for (int i = 0; i < parts.size(); i++) {
        cast.add(cast(part(from, i), picked, parts.get(i)));
      }
      int part = 0;
      for (int i = 0; i < count; i++) {
        int row = rows == null ? i : rows[i];
        while (builder.length() < row) {
          builder.appendNull();
        }
        if (in.isNull(row)) {
          builder.appendNull();
        } else {
          part = append(from, row, cast, part, builder);
        }
      }
      while (builder.length() < length) {
        builder.appendNull();
      }
      result = builder.build();
    } finally {
      cast.forEach(FlatVector::close);
    }
    RegisterLoader.load(result, out, rows, count, length);
    return out;
  }

  private static FlatVector part(FlatVector from, int index) {
    return switch (from.type()) {
      case DataType.MapType ignored -> from.children().getFirst().children().get(index);
      default -> from.children().get(index);
    };
  }

  /// Positions in the parts of everything that the rows hold, in order.
  private static int[] picked(Register in, FlatVector from, int @Nullable [] rows, int count) {
    boolean struct = from.type() instanceof DataType.StructType;
    int first = from.type() instanceof DataType.MapType ? from.children().getFirst().start() : 0;
    int[] picked = new int[struct ? count : 16];
    int size = 0;
    for (int i = 0; i < count; i++) {
      int row = rows == null ? i : rows[i];
      if (in.isNull(row)) {
        continue;
      }
      int begin = struct ? from.start() + row : Memory.getInt(from.offsetsAddress() + 4L * row);
      int end = struct ? begin + 1 : Memory.getInt(from.offsetsAddress() + 4L * row + 4);
      if (size + end - begin > picked.length) {
        picked = java.util.Arrays.copyOf(picked, 2 * (size + end - begin));
      }
      for (int at = begin; at < end; at++) {
        picked[size++] = first + at;
      }
    }
    return java.util.Arrays.copyOf(picked, size);
  }

  private FlatVector cast(FlatVector part, int[] picked, Projector to) {
    FlatVector gathered = Gather.gather(part, picked, picked.length, 0, context.allocator());
    try (Batch done = to.project(new Batch(List.of(gathered), picked.length))) {
      return done.column(0).flatten(context.allocator());
    }
  }

  /// Appends one row made of the parts from `part` on; gives where the next row's begin.
  private int append(FlatVector from, int row, List<FlatVector> cast, int part, VectorBuilder to) {
    if (type() instanceof DataType.StructType) {
      for (int i = 0; i < cast.size(); i++) {
        to.child(i).appendFrom(cast.get(i), part);
      }
      to.endStruct();
      return part + 1;
    }
    int end =
        part
            + Memory.getInt(from.offsetsAddress() + 4L * row + 4)
            - Memory.getInt(from.offsetsAddress() + 4L * row);
    for (int at = part; at < end; at++) {
      if (cast.size() == 1) {
        to.child(0).appendFrom(cast.getFirst(), at);
      } else {
        to.child(0).child(0).appendFrom(cast.get(0), at);
        to.child(0).child(1).appendFrom(cast.get(1), at);
        to.child(0).endStruct();
      }
    }
    to.endList();
    return end;
  }

  private void closeResult() {
    if (result != null) {
      result.close();
      result = null;
    }
  }

  @Override
  void release() {
    operand.close();
    parts.forEach(Projector::close);
    closeResult();
  }
}
