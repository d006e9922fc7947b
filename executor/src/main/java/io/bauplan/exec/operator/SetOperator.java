package io.bauplan.exec.operator;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.Vector;
import io.bauplan.exec.expression.Register;
import io.bauplan.exec.expression.RegisterLoader;
import io.bauplan.exec.expression.RegisterWriter;
import io.bauplan.exec.operator.aggregate.GroupTable;
import io.bauplan.exec.scan.BatchReader;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.PhysicalPlan.SetOperation.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/// INTERSECT and EXCEPT: counts each distinct row in every input, then tells how often it comes
/// out.
final class SetOperator implements AutoCloseable {
  private final PhysicalPlan.SetOperation node;
  private final BufferAllocator allocator;
  private final GroupTable rows;
  private final HeapReservation reservation;
  private final long[][] counts;
  private final Register[] values;
  private int[] groups = {};

  SetOperator(PhysicalPlan.SetOperation node, BufferAllocator allocator) {
    this.node = node;
    this.allocator = allocator;
    this.rows =
        new GroupTable(node.output().columns().stream().map(Column::type).toList(), allocator);
    this.reservation = new HeapReservation(allocator);
    this.counts = new long[node.inputs().size()][0];
    this.values =
        node.output().columns().stream().map(c -> new Register(c.type())).toArray(Register[]::new);
  }

  static boolean supports(PhysicalPlan.SetOperation node) {
    return node.output().columns().stream()
        .noneMatch(c -> Register.kind(c.type()) == Register.Kind.NESTED);
  }

  Sink sink(int input) {
    return driver -> batch -> add(input, batch);
  }

  private synchronized void add(int input, Batch batch) {
    try (batch) {
      int count = batch.rowCount();
      for (int c = 0; c < values.length; c++) {
        RegisterLoader.load(
            batch.column(c), values[c], batch.selection(), count, batch.vectorLength());
      }
      if (groups.length < count) {
        groups = new int[count];
      }
      rows.lookup(values, batch.selection(), count, groups);
      grow(input);
      for (int i = 0; i < count; i++) {
        counts[input][groups[i]]++;
      }
    }
  }

  private void grow(int input) {
    if (counts[input].length < rows.size()) {
      counts[input] =
          Arrays.copyOf(counts[input], Math.max(64, Integer.highestOneBit(rows.size()) * 2));
      long bytes = 0;
      for (long[] array : counts) {
        bytes += 8L * array.length;
      }
      reservation.set(bytes);
    }
  }

  private long copies(int group) {
    long first = count(0, group);
    long least = first;
    long others = 0;
    for (int i = 1; i < counts.length; i++) {
      least = Math.min(least, count(i, group));
      others += count(i, group);
    }
    if (node.kind() == Kind.INTERSECT) {
      return node.all() ? least : Math.min(least, 1);
    }
    return node.all() ? Math.max(0, first - others) : first > 0 && others == 0 ? 1 : 0;
  }

  private long count(int input, int group) {
    return group < counts[input].length ? counts[input][group] : 0;
  }

  Source source() {
    return Readers.single(Output::new);
  }

  private final class Output implements BatchReader {
    private int group;
    private long given;

    @Override
    public @Nullable Batch next() {
      int[] picked = new int[Vector.BATCH_ROWS];
      int count = 0;
      while (group < rows.size() && count < picked.length) {
        if (given < copies(group)) {
          picked[count++] = group;
          given++;
        } else {
          group++;
          given = 0;
        }
      }
      return count == 0 ? null : batch(picked, count);
    }

    private Batch batch(int[] picked, int count) {
      List<Vector> columns = new ArrayList<>();
      try {
        for (int c = 0; c < values.length; c++) {
          columns.add(
              RegisterWriter.write(
                  pick(rows.key(c), picked, count), null, count, count, allocator));
        }
        return new Batch(columns, count);
      } catch (RuntimeException | Error e) {
        columns.forEach(Vector::close);
        throw e;
      }
    }

    @Override
    public void close() {}
  }

  private static Register pick(Register from, int[] rows, int count) {
    Register to = new Register(from.type);
    to.reset(count);
    if (from.wide) {
      to.makeWide(count);
    }
    for (int i = 0; i < count; i++) {
      int row = rows[i];
      if (from.isNull(row)) {
        to.setNull(i, count);
        continue;
      }
      switch (from.kind) {
        case DOUBLE -> to.doubles[i] = from.doubles[row];
        case BYTES -> {
          to.longs[i] = from.longs[row];
          to.lengths[i] = from.lengths[row];
        }
        default -> {
          to.longs[i] = from.longs[row];
          if (from.wide) {
            to.highs[i] = from.highs[row];
          }
        }
      }
    }
    return to;
  }

  @Override
  public void close() {
    rows.close();
    reservation.close();
  }
}
