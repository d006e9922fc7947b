package io.bauplan.exec.operator;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.batch.Vector;
import io.bauplan.exec.expression.Register;
import io.bauplan.exec.expression.RegisterLoader;
import io.bauplan.exec.operator.aggregate.KeyHashes;
import io.bauplan.exec.scan.BatchReader;
import io.bauplan.exec.spill.OperatorSpill;
import io.bauplan.exec.spill.PartitionWriter;
import io.bauplan.exec.spill.SpillFile;
import io.bauplan.exec.spill.SpillStream;
import io.bauplan.sql.plan.RowType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Rows on disk, spread by the hash of their keys; without keys all of them are in the first
/// partition.
public final class SpreadRows implements AutoCloseable {
  private final OperatorSpill spill;
  private final RowType type;
  private final List<Integer> keys;
  private final int level;
  private final SpillFile file;
  private final List<SpillStream> streams;

  public SpreadRows(OperatorSpill spill, RowType type, List<Integer> keys, int level) {
    this.spill = spill;
    this.type = type;
    this.keys = keys;
    this.level = level;
    this.file = spill.newFile();
    this.streams = PartitionWriter.streams(file, type);
  }

  public SpillStream stream(int partition) {
    return streams.get(partition);
  }

  /// For one thread.
  public Writer writer() {
    return new Writer();
  }

  /// Spreads the rows of a partition by further bits. The caller owns the result.
  public SpreadRows split(int partition) {
    SpreadRows parts = new SpreadRows(spill, type, keys, level + 1);
    try (Writer writer = parts.writer();
        BatchReader rows = stream(partition).open(spill.allocator())) {
      for (Batch batch = rows.next(); batch != null; batch = rows.next()) {
        writer.add(batch);
      }
    }
    return parts;
  }

  public final class Writer implements AutoCloseable {
    private final PartitionWriter writer = new PartitionWriter(spill, streams, level);
    private final List<Register> registers = new ArrayList<>();
    private long[] hashes = {};

    private Writer() {
      keys.forEach(key -> registers.add(new Register(type.type(key))));
    }

    /// Takes ownership of the batch.
    public void add(Batch batch) {
      List<FlatVector> flattened = new ArrayList<>();
      try (batch) {
        int count = batch.rowCount();
        if (hashes.length < count) {
          hashes = new long[Math.max(count, Vector.BATCH_ROWS)];
        }
        for (int k = 0; k < registers.size(); k++) {
          Vector key = batch.column(keys.get(k));
          if (registers.get(k).kind == Register.Kind.NESTED) {
            flattened.add(key.flatten(spill.allocator()));
            key = flattened.getLast();
          }
          RegisterLoader.load(
              key, registers.get(k), batch.selection(), count, batch.vectorLength());
        }
        if (registers.isEmpty()) {
          Arrays.fill(hashes, 0, count, 0);
        } else {
          KeyHashes.of(registers.toArray(Register[]::new), batch.selection(), count, hashes);
        }
        writer.write(batch, hashes);
      } finally {
        flattened.forEach(FlatVector::close);
      }
    }

    /// Nothing more comes.
    @Override
    public void close() {
      writer.close();
    }
  }

  @Override
  public void close() {
    file.close();
  }
}
