package io.bauplan.exec.operator;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.Vector;
import io.bauplan.exec.expression.Register;
import io.bauplan.exec.expression.RegisterLoader;
import io.bauplan.exec.expression.RegisterWriter;
import io.bauplan.exec.operator.aggregate.GroupTable;
import io.bauplan.sql.plan.DataType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;

/// How often each distinct row is in each of several inputs. Used by one thread at a time.
final class SetCounts implements AutoCloseable {
  private final List<DataType> types;
  private final BufferAllocator allocator;
  private final GroupTable rows;
  private final HeapReservation reservation;
  private final long[][] counts;
  private final Register[] values;
  private int[] groups = {};

  SetCounts(List<DataType> types, int inputs, BufferAllocator allocator) {
    this.types = types;
    this.allocator = allocator;
    this.rows = new GroupTable(types, allocator);
    this.reservation = new HeapReservation(allocator);
    this.counts = new long[inputs][0];
    this.values = types.stream().map(Register::new).toArray(Register[]::new);
  }

  int size() {
    return rows.size();
  }

  long count(int input, int row) {
    return row < counts[input].length ? counts[input][row] : 0;
  }

  /// Counts the rows of an input. Borrows the batch.
  void add(int input, Batch batch) {
    find(batch);
    grow(input);
    for (int i = 0; i < batch.rowCount(); i++) {
      counts[input][groups[i]]++;
    }
  }

  /// Adds rows with their counts, as `write` gives them. Borrows the batch.
  void addCounted(Batch batch) {
    find(batch);
    Register more = new Register(DataType.INT64);
    for (int input = 0; input < counts.length; input++) {
      int length = batch.vectorLength();
      RegisterLoader.load(
          batch.column(types.size() + input), more, batch.selection(), batch.rowCount(), length);
      grow(input);
      for (int i = 0; i < batch.rowCount(); i++) {
        int row = batch.selection() == null ? i : batch.selection()[i];
        counts[input][groups[i]] += more.longs[row];
      }
    }
  }

  private void find(Batch batch) {
    int count = batch.rowCount();
    for (int c = 0; c < values.length; c++) {
      RegisterLoader.load(
          batch.column(c), values[c], batch.selection(), count, batch.vectorLength());
    }
    if (groups.length < count) {
      groups = new int[count];
    }
    rows.lookup(values, batch.selection(), count, groups);
  }

  private void grow(int input) {
    if (counts[input].length < rows.size()) {
      int length = Math.max(64, Integer.highestOneBit(rows.size()) * 2);
      long bytes = 8L * length;
      for (int i = 0; i < counts.length; i++) {
        bytes += i == input ? 0 : 8L * counts[i].length;
      }
      reservation.set(bytes);
      counts[input] = Arrays.copyOf(counts[input], length);
    }
  }

  /// Some rows. The caller owns them.
  ///
  /// @param counted whether their counts are behind them, a column per input
  Batch write(int[] picked, int count, boolean counted) {
    List<Vector> columns = new ArrayList<>();
    try {
      for (int c = 0; c < values.length; c++) {
        columns.add(write(rows.key(c).pick(picked, 0, count), count));
      }
      for (int input = 0; counted && input < counts.length; input++) {
        Register numbers = new Register(DataType.INT64);
        numbers.reset(count);
        for (int i = 0; i < count; i++) {
          numbers.longs[i] = count(input, picked[i]);
        }
        columns.add(write(numbers, count));
      }
      return new Batch(columns, count);
    } catch (RuntimeException | Error e) {
      columns.forEach(Vector::close);
      throw e;
    }
  }

  private Vector write(Register register, int count) {
    return RegisterWriter.write(register, null, count, count, allocator);
  }

  @Override
  public void close() {
    rows.close();
    reservation.close();
  }
}
