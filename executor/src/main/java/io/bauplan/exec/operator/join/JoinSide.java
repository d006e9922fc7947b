package io.bauplan.exec.operator.join;

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

/// One side of a join on disk, spread by the hash of its keys; without keys all of it is in the
/// first partition.
final class JoinSide implements AutoCloseable {
  private final OperatorSpill spill;
  private final RowType type;
  private final List<Integer> keys;
  private final int level;
  private final SpillFile file;
  private final List<SpillStream> streams;

  JoinSide(OperatorSpill spill, RowType type, List<Integer> keys, int level) {
    this.spill = spill;
    this.type = type;
    this.keys = keys;
    this.level = level;
    this.file = spill.newFile();
    this.streams = PartitionWriter.streams(file, type);
  }

  SpillStream stream(int partition) {
    return streams.get(partition);
  }

  /// For one thread.
  Writer writer() {
    return new Writer();
  }

  /// Spreads the rows of a partition by further bits. The caller owns the result.
  JoinSide split(int partition) {
    JoinSide parts = new JoinSide(spill, type, keys, level + 1);
    try (Writer writer = parts.writer();
        BatchReader rows = stream(partition).open(spill.allocator())) {
      for (Batch batch = rows.next(); batch != null; batch = rows.next()) {
        writer.add(batch);
      }
    }
    return parts;
  }

  final class Writer implements AutoCloseable {
    private final PartitionWriter writer = new PartitionWriter(spill, streams, level);
    private final List<Register> registers = new ArrayList<>();
    private long[] hashes = {};

    private Writer() {
      keys.forEach(key -> registers.add(new Register(type.type(key))));
    }

    /// Takes ownership of the batch.
    void add(Batch batch) {
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
