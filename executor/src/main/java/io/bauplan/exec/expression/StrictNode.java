package io.bauplan.exec.expression;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.memory.Memory;
import io.bauplan.sql.plan.DataType;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/// A function that is NULL where an argument is, computed row by row by its [Kernel].
final class StrictNode extends Node {
  /// Computes one row; no argument of it is NULL. It may make the result NULL.
  @FunctionalInterface
  interface Kernel {
    void apply(Register[] in, int row, Output out);
  }

  /// Where a kernel puts its result.
  static final class Output {
    final Register register;
    private final ByteArena arena;
    private int length;

    Output(Register register, ByteArena arena) {
      this.register = register;
      this.arena = arena;
    }

    DataType type() {
      return register.type;
    }

    void setNull(int row) {
      register.setNull(row, length);
    }

    void set(int row, long value) {
      register.longs[row] = value;
    }

    void set(int row, double value) {
      register.doubles[row] = value;
    }

    void set(int row, java.math.BigInteger unscaled) {
      DataType.DecimalType type = (DataType.DecimalType) register.type;
      if (unscaled.abs().compareTo(Int128.powerOfTen(type.precision())) >= 0) {
        throw Errors.overflow("the result", type);
      }
      register.longs[row] = unscaled.longValue();
      register.highs[row] = Int128.high(unscaled);
    }

    /// Bytes that live as long as the arguments.
    void set(int row, long address, int bytes) {
      register.longs[row] = address;
      register.lengths[row] = bytes;
    }

    void set(int row, String text) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      long address = arena.allocate(bytes.length);
      Memory.copy(bytes, 0, address, bytes.length);
      set(row, address, bytes.length);
    }

    /// Fresh room for the row's bytes.
    long room(int row, int bytes) {
      long address = arena.allocate(bytes);
      set(row, address, bytes);
      return address;
    }
  }

  private final Node[] arguments;
  private final Register[] in;
  private final Kernel kernel;
  private final ByteArena arena;
  private final Output output;

  StrictNode(List<Node> arguments, DataType type, Kernel kernel, BufferAllocator allocator) {
    super(type);
    this.arguments = arguments.toArray(Node[]::new);
    this.in = new Register[this.arguments.length];
    this.kernel = kernel;
    this.arena = new ByteArena(allocator);
    this.output = new Output(out, arena);
  }

  @Override
  Register compute(Batch batch, int @Nullable [] rows, int count) {
    int length = batch.vectorLength();
    out.reset(length);
    arena.reset();
    output.length = length;
    if (out.kind == Register.Kind.DECIMAL) {
      out.makeWide(length);
    }
    for (int a = 0; a < in.length; a++) {
      in[a] = arguments[a].evaluate(batch, rows, count);
    }
    for (Register argument : in) {
      if (argument.hasNulls) {
        if (!out.hasNulls) {
          out.clearNulls(length);
        }
        for (int i = 0; i < count; i++) {
          int row = rows == null ? i : rows[i];
          out.nulls[row] |= argument.nulls[row];
        }
      }
    }
    for (int i = 0; i < count; i++) {
      int row = rows == null ? i : rows[i];
      if (!out.isNull(row)) {
        kernel.apply(in, row, output);
      }
    }
    return out;
  }

  @Override
  void release() {
    for (Node argument : arguments) {
      argument.close();
    }
    arena.close();
  }
}
