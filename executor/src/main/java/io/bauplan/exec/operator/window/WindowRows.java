package io.bauplan.exec.operator.window;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.Concat;
import io.bauplan.exec.batch.ConstantVector;
import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.batch.VectorBuilder;
import io.bauplan.exec.expression.Register;
import io.bauplan.exec.expression.RegisterLoader;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.Expression;
import io.bauplan.sql.plan.RowType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.arrow.memory.BufferAllocator;

/// The rows that window functions are computed over. They stay in the batches they came in, coded
/// columns as codes; a column that a key or an argument needs is read into one register. Rows are
/// numbered through all batches. Thread-safe.
final class WindowRows implements AutoCloseable {
  private final RowType type;
  private final List<Batch> batches;
  private final int[] starts;
  private final int count;
  private final BufferAllocator allocator;
  private final Map<Integer, Register> columns = new ConcurrentHashMap<>();
  private final Map<Expression.Literal, Register> literals = new ConcurrentHashMap<>();
  private final Map<Integer, FlatVector> flats = new ConcurrentHashMap<>();
  private final Map<Expression.Literal, FlatVector> flatLiterals = new ConcurrentHashMap<>();
  private final List<FlatVector> constants = new ArrayList<>();

  /// Takes ownership of the batches, none of which has a selection.
  WindowRows(RowType type, List<Batch> batches, BufferAllocator allocator) {
    this.type = type;
    this.batches = List.copyOf(batches);
    this.allocator = allocator;
    this.starts = new int[batches.size() + 1];
    long rows = 0;
    for (int b = 0; b < batches.size(); b++) {
      rows += batches.get(b).rowCount();
      if (rows > Integer.MAX_VALUE - 64) {
        batches.forEach(Batch::close);
        throw new EngineException(
            ErrorCode.TOO_MANY,
            "window functions over more than 2 billion rows at once",
            null,
            "Filter or aggregate them first.",
            null);
      }
      starts[b + 1] = (int) rows;
    }
    this.count = (int) rows;
  }

  int count() {
    return count;
  }

  int batchCount() {
    return batches.size();
  }

  List<Batch> batches() {
    return batches;
  }

  Batch batch(int index) {
    return batches.get(index);
  }

  /// Number of a batch's first row.
  int start(int batch) {
    return starts[batch];
  }

  BufferAllocator allocator() {
    return allocator;
  }

  /// All rows of an argument; a constant has as many.
  Register register(Expression argument) {
    return switch (argument) {
      case Expression.InputRef ref -> column(ref.index());
      case Expression.Literal literal -> literals.computeIfAbsent(literal, this::load);
      default ->
          throw new EngineException(
              ErrorCode.INTERNAL_ERROR, "the planner projects window arguments to columns");
    };
  }

  Register column(int index) {
    return columns.computeIfAbsent(index, this::load);
  }

  private Register load(Expression.Literal literal) {
    Register register = new Register(literal.type());
    FlatVector one = constant(literal);
    if (register.kind == Register.Kind.NESTED) {
      FlatVector flat = keep(new ConstantVector(one.retain(), count));
      RegisterLoader.load(flat, register, null, count, count);
    } else {
      RegisterLoader.load(new ConstantVector(one, count), register, null, count, count);
    }
    return register;
  }

  private synchronized FlatVector keep(ConstantVector constant) {
    try (constant) {
      FlatVector flat = constant.flatten(allocator);
      constants.add(flat);
      return flat;
    }
  }

  /// One row of the literal, which this owns.
  private synchronized FlatVector constant(Expression.Literal literal) {
    try (VectorBuilder builder = new VectorBuilder(literal.type(), 1, allocator)) {
      builder.appendValue(literal.value());
      FlatVector one = builder.build();
      constants.add(one);
      return one;
    }
  }

  private Register load(int column) {
    Register all = new Register(type.type(column));
    if (all.kind == Register.Kind.NESTED) {
      FlatVector flat = flat(column);
      RegisterLoader.load(flat, all, null, count, count);
      return all;
    }
    all.reset(count);
    Register part = new Register(type.type(column));
    for (int b = 0; b < batches.size(); b++) {
      int rows = batches.get(b).rowCount();
      RegisterLoader.load(batches.get(b).column(column), part, null, rows, rows);
      copy(part, all, starts[b], rows);
    }
    return all;
  }

  private void copy(Register part, Register all, int at, int rows) {
    switch (all.kind) {
      case DOUBLE -> System.arraycopy(part.doubles, 0, all.doubles, at, rows);
      case BYTES -> {
        System.arraycopy(part.longs, 0, all.longs, at, rows);
        System.arraycopy(part.lengths, 0, all.lengths, at, rows);
      }
      case LONG, DECIMAL -> {
        System.arraycopy(part.longs, 0, all.longs, at, rows);
        if (part.wide) {
          all.widen(null, at, count);
        }
        if (all.wide) {
          for (int row = 0; row < rows; row++) {
            all.highs[at + row] = part.high(row);
          }
        }
      }
      case NESTED -> throw new IllegalStateException("nested values are not copied by row");
    }
    if (part.hasNulls) {
      if (!all.hasNulls) {
        all.clearNulls(count);
      }
      System.arraycopy(part.nulls, 0, all.nulls, at, rows);
    }
  }

  /// All rows of a column in one vector, which this owns.
  FlatVector flat(int column) {
    return flats.computeIfAbsent(column, this::together);
  }

  /// All rows of an argument in one vector, which this owns.
  FlatVector flat(Expression argument) {
    return argument instanceof Expression.Literal literal
        ? flatLiterals.computeIfAbsent(
            literal, each -> keep(new ConstantVector(constant(each).retain(), count)))
        : flat(((Expression.InputRef) argument).index());
  }

  private FlatVector together(int column) {
    List<FlatVector> parts = new ArrayList<>();
    try {
      for (Batch batch : batches) {
        parts.add(batch.column(column).flatten(allocator));
      }
      return Concat.concat(type.type(column), parts, allocator);
    } finally {
      parts.forEach(FlatVector::close);
    }
  }

  @Override
  public void close() {
    flats.values().forEach(FlatVector::close);
    flats.clear();
    constants.forEach(FlatVector::close);
    constants.clear();
    columns.clear();
    literals.clear();
    batches.forEach(Batch::close);
  }
}
