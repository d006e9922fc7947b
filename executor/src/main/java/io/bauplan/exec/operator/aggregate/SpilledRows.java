package io.bauplan.exec.operator.aggregate;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.scan.BatchReader;
import io.bauplan.exec.spill.OperatorSpill;
import io.bauplan.exec.spill.PartitionWriter;
import io.bauplan.exec.spill.SpillFile;
import io.bauplan.exec.spill.SpillStream;
import io.bauplan.sql.plan.RowType;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/// Rows of an aggregation's input on disk, spread by the hash of their group: for each grouping set
/// once, since a row has another group in each.
final class SpilledRows implements AutoCloseable {
  private final OperatorSpill spill;
  private final SpillFile file;
  private final int level;

  /// By grouping set, then by partition.
  private final List<List<SpillStream>> streams = new ArrayList<>();

  /// @param sets grouping sets
  /// @param level of the bits that rows are spread by
  SpilledRows(OperatorSpill spill, RowType type, int sets, int level) {
    this.spill = spill;
    this.file = spill.newFile();
    this.level = level;
    for (int set = 0; set < sets; set++) {
      streams.add(PartitionWriter.streams(file, type));
    }
  }

  /// For one thread.
  Writer writer() {
    return new Writer();
  }

  final class Writer implements AutoCloseable {
    private final List<PartitionWriter> writers = new ArrayList<>();
    private long[] hashes = {};

    private Writer() {
      streams.forEach(some -> writers.add(new PartitionWriter(spill, some, level, streams.size())));
    }

    /// Borrows the batch.
    ///
    /// @param hasher knows the groups
    /// @param from first of the grouping sets for which to write it
    void write(Batch batch, PartialAggregation hasher, int from) {
      hasher.start(batch);
      for (int set = from; set < writers.size(); set++) {
        writeOne(batch, hasher, set);
      }
    }

    private void writeOne(Batch batch, PartialAggregation hasher, int set) {
      if (hashes.length < batch.rowCount()) {
        hashes = new long[batch.rowCount()];
      }
      hasher.hashes(batch, set, hashes);
      writers.get(set).write(batch, hashes);
    }

    @Override
    public void close() {
      writers.forEach(PartitionWriter::close);
    }
  }

  /// Adds the rows of a partition to groups.
  ///
  /// @param goesOn asked after each batch; where it does not, this ends early
  /// @return whether all rows were added
  boolean addTo(PartialAggregation groups, int partition, BooleanSupplier goesOn) {
    for (int set = 0; set < streams.size(); set++) {
      try (BatchReader reader = streams.get(set).get(partition).open(spill.allocator())) {
        for (Batch batch = reader.next(); batch != null; batch = reader.next()) {
          groups.add(batch, set);
          if (!goesOn.getAsBoolean()) {
            return false;
          }
        }
      }
    }
    return true;
  }

  /// The rows of a partition, spread by further bits. The caller owns them.
  SpilledRows split(int partition, RowType type, PartialAggregation hasher) {
    SpilledRows parts = new SpilledRows(spill, type, streams.size(), level + 1);
    try (Writer writer = parts.writer()) {
      for (int set = 0; set < streams.size(); set++) {
        try (BatchReader reader = streams.get(set).get(partition).open(spill.allocator())) {
          for (Batch next = reader.next(); next != null; next = reader.next()) {
            try (Batch batch = next) {
              hasher.start(batch);
              writer.writeOne(batch, hasher, set);
            }
          }
        }
      }
    }
    return parts;
  }

  int level() {
    return level;
  }

  @Override
  public void close() {
    file.close();
  }
}
