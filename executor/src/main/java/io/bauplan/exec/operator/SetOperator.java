package io.bauplan.exec.operator;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.Vector;
import io.bauplan.exec.expression.Register;
import io.bauplan.exec.scan.BatchReader;
import io.bauplan.exec.spill.OperatorSpill;
import io.bauplan.exec.spill.PartitionWriter;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.PhysicalPlan.SetOperation.Kind;
import io.bauplan.sql.plan.RowType;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.apache.arrow.memory.OutOfMemoryException;
import org.jspecify.annotations.Nullable;

/// INTERSECT and EXCEPT: counts each distinct row in every input, then tells how often it comes
/// out. Rows that have no room in memory go to disk with their counts so far, by their hash.
final class SetOperator implements AutoCloseable {
  private final PhysicalPlan.SetOperation node;
  private final OperatorSpill spill;
  private final List<DataType> types;
  private SetCounts counts;

  /// null as long as all rows had room.
  private @Nullable SpreadRows spilled;

  SetOperator(PhysicalPlan.SetOperation node, OperatorSpill spill) {
    this.node = node;
    this.spill = spill;
    this.types = node.output().columns().stream().map(Column::type).toList();
    this.counts = newCounts();
  }

  private SetCounts newCounts() {
    return new SetCounts(types, node.inputs().size(), spill.allocator());
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
      try {
        counts.add(input, batch);
      } catch (OutOfMemoryException e) {
        if (counts.size() <= 1) {
          throw e;
        }
        // None of the batch has been counted, though some of its rows may be there by now.
        spill();
        counts.add(input, batch);
      }
    }
    long held = spill.allocator().getAllocatedMemory();
    if (counts.size() > 1 && spill.isDue(held, held)) {
      spill();
    }
  }

  private void spill() {
    SpreadRows to = spilled;
    if (to == null) {
      List<Column> columns = new ArrayList<>(node.output().columns());
      for (int i = 0; i < node.inputs().size(); i++) {
        columns.add(new Column("count" + i, DataType.INT64, false));
      }
      List<Integer> keys = IntStream.range(0, types.size()).boxed().toList();
      to = new SpreadRows(spill, new RowType(columns), keys, 0);
      spilled = to;
    }
    try (SpreadRows.Writer writer = to.writer()) {
      for (int from = 0; from < counts.size(); from += Vector.BATCH_ROWS) {
        int[] picked =
            IntStream.range(from, Math.min(counts.size(), from + Vector.BATCH_ROWS)).toArray();
        writer.add(counts.write(picked, picked.length, true));
      }
    }
    counts.close();
    counts = newCounts();
  }

  private long copies(SetCounts of, int row) {
    long first = of.count(0, row);
    long least = first;
    long others = 0;
    for (int i = 1; i < node.inputs().size(); i++) {
      least = Math.min(least, of.count(i, row));
      others += of.count(i, row);
    }
    if (node.kind() == Kind.INTERSECT) {
      return node.all() ? least : Math.min(least, 1);
    }
    return node.all() ? Math.max(0, first - others) : first > 0 && others == 0 ? 1 : 0;
  }

  Source source() {
    return Readers.single(
        () -> {
          if (spilled == null) {
            return new Output(counts);
          }
          spill();
          return new SpilledOutput(Objects.requireNonNull(spilled));
        });
  }

  /// The rows that come out of some counts, which it borrows.
  private final class Output implements BatchReader {
    private final SetCounts of;
    private int row;
    private long given;

    Output(SetCounts of) {
      this.of = of;
    }

    @Override
    public @Nullable Batch next() {
      int[] picked = new int[Vector.BATCH_ROWS];
      int count = 0;
      while (row < of.size() && count < picked.length) {
        if (given < copies(of, row)) {
          picked[count++] = row;
          given++;
        } else {
          row++;
          given = 0;
        }
      }
      return count == 0 ? null : of.write(picked, count, false);
    }

    @Override
    public void close() {}
  }

  /// The same of counts on disk, partition by partition.
  private final class SpilledOutput implements BatchReader {
    private record Part(SpreadRows rows, int partition, int level) {}

    private final Deque<Part> parts = new ArrayDeque<>();
    private @Nullable SetCounts counted;
    private @Nullable Output output;

    SpilledOutput(SpreadRows rows) {
      add(rows, 0);
    }

    private void add(SpreadRows rows, int level) {
      for (int p = 0; p < PartitionWriter.FANOUT; p++) {
        parts.addFirst(new Part(rows, p, level));
      }
    }

    @Override
    public @Nullable Batch next() {
      while (true) {
        Output now = output;
        if (now == null) {
          Part part = parts.poll();
          if (part == null) {
            return null;
          }
          now = open(part);
          output = now;
        }
        Batch batch = now == null ? null : now.next();
        if (batch != null) {
          return batch;
        }
        close();
      }
    }

    /// null where the part is too large and was split.
    private @Nullable Output open(Part part) {
      SetCounts made = newCounts();
      counted = made;
      boolean splittable = part.level + 1 < PartitionWriter.MAX_LEVELS;
      try (BatchReader reader = part.rows.stream(part.partition).open(spill.allocator())) {
        for (Batch next = reader.next(); next != null; next = reader.next()) {
          boolean fits = true;
          try (Batch batch = next) {
            made.addCounted(batch);
          } catch (OutOfMemoryException e) {
            if (!splittable || made.size() <= 1) {
              throw e;
            }
            fits = false;
          }
          long held = spill.allocator().getAllocatedMemory();
          if (!fits || splittable && made.size() > 1 && spill.isDue(held, held)) {
            close();
            add(part.rows.split(part.partition), part.level + 1);
            return null;
          }
        }
      }
      return new Output(made);
    }

    @Override
    public void close() {
      output = null;
      if (counted != null) {
        counted.close();
        counted = null;
      }
    }
  }

  @Override
  public void close() {
    counts.close();
  }
}
