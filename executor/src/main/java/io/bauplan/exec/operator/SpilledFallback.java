package io.bauplan.exec.operator;

import io.bauplan.exec.scan.BatchReader;
import io.bauplan.exec.spill.OperatorSpill;
import io.bauplan.exec.spill.PartitionWriter;
import io.bauplan.exec.spill.SpillStream;
import io.bauplan.sql.plan.PhysicalPlan;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// What computes its rows from whole inputs in memory, as window functions do, over inputs that are
/// on disk: one partition after the other where each can be computed alone.
final class SpilledFallback extends ReaderChain {
  /// Of what is made of a row, about: keys, order and results as objects.
  static final long BYTES_PER_ROW = 128;

  /// Makes the rows of some inputs, of which it takes ownership.
  interface Opener extends Function<List<BatchReader>, BatchReader> {}

  private record Part(List<SpreadRows> inputs, int partition, int level, boolean whole) {}

  private final OperatorSpill spill;
  private final Opener opener;
  private final Deque<Part> parts = new ArrayDeque<>();

  private SpilledFallback(
      List<SpreadRows> inputs, boolean spread, OperatorSpill spill, Opener opener) {
    this.spill = spill;
    this.opener = opener;
    for (int p = 0; p < (spread ? PartitionWriter.FANOUT : 1); p++) {
      parts.add(new Part(inputs, p, 0, !spread));
    }
  }

  /// By input the columns by which its rows may be spread; empty where they have to be together.
  static List<List<Integer>> keys(PhysicalPlan node) {
    return switch (node) {
      case PhysicalPlan.Window window -> List.of(partitionColumns(window));
      case PhysicalPlan.Aggregate aggregate when aggregate.groupingSets().size() <= 1 ->
          List.of(aggregate.groupKeys());
      case PhysicalPlan.SetOperation operation ->
          operation.inputs().stream()
              .map(input -> IntStream.range(0, input.output().size()).boxed().toList())
              .toList();
      default -> node.inputs().stream().map(input -> List.<Integer>of()).toList();
    };
  }

  /// Those that all groups of calls have in common.
  private static List<Integer> partitionColumns(PhysicalPlan.Window window) {
    List<Integer> common = new ArrayList<>(window.groups().getFirst().partitionBy());
    window.groups().forEach(group -> common.retainAll(group.partitionBy()));
    return List.copyOf(common);
  }

  /// @param spread whether there are columns to spread rows by
  static BatchReader open(
      List<SpillingCollector> inputs, boolean spread, OperatorSpill spill, Opener opener) {
    if (inputs.stream().allMatch(input -> input.side() == null)) {
      return opener.apply(
          inputs.stream()
              .map(input -> (BatchReader) new SliceReader(input.rows().rows()))
              .toList());
    }
    inputs.stream().filter(input -> input.side() == null).forEach(SpillingCollector::spill);
    List<SpreadRows> sides =
        inputs.stream().map(input -> Objects.requireNonNull(input.side())).toList();
    return new SpilledFallback(sides, spread, spill, opener);
  }

  @Override
  protected @Nullable BatchReader open() {
    for (Part part = parts.poll(); part != null; part = parts.poll()) {
      long rows = rows(part.inputs, part.partition);
      if (rows == 0 && !part.whole) {
        continue;
      }
      if (!part.whole && part.level + 1 < PartitionWriter.MAX_LEVELS && isLarge(part)) {
        split(part, rows);
        continue;
      }
      List<BatchReader> readers = new ArrayList<>();
      for (SpreadRows input : part.inputs) {
        readers.add(input.stream(part.partition).open(spill.allocator()));
      }
      return opener.apply(readers);
    }
    return null;
  }

  private static long rows(List<SpreadRows> inputs, int partition) {
    return inputs.stream().mapToLong(input -> input.stream(partition).rows()).sum();
  }

  private boolean isLarge(Part part) {
    long bytes = 0;
    for (SpreadRows input : part.inputs) {
      SpillStream stream = input.stream(part.partition);
      bytes += stream.plainBytes() + stream.rows() * BYTES_PER_ROW;
    }
    return spill.isDue(bytes, bytes);
  }

  private void split(Part part, long rows) {
    List<SpreadRows> split =
        part.inputs.stream().map(input -> input.split(part.partition)).toList();
    for (int p = PartitionWriter.FANOUT - 1; p >= 0; p--) {
      // Rows that stay together are of one partition of the window.
      boolean whole = rows(split, p) == rows;
      parts.addFirst(new Part(split, p, part.level + 1, whole));
    }
  }
}
