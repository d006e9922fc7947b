package io.bauplan.exec.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.batch.Vector;
import io.bauplan.exec.batch.VectorBuilder;
import io.bauplan.exec.memory.Memory;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.RowType;
import io.bauplan.udf.shm.Segment;
import io.bauplan.udf.shm.SegmentColumn;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SharedColumnsTest {
  private static final DataType BIGINT = new DataType.IntegerType(64);
  private static final int ROWS = 10_000;

  private final BufferAllocator root = new RootAllocator();

  @BeforeEach
  void needsSegments() {
    assertThat(Segment.problem()).as("these tests need memfd_create").isEmpty();
  }

  @AfterEach
  void nothingLeaks() {
    root.close();
    assertThat(Segment.openCount()).isZero();
  }

  private static ColumnKey key(int number) {
    return new ColumnKey("/data/file", "", number, "0 id BIGINT");
  }

  private SegmentColumn column(long first) throws IOException {
    var schema =
        io.bauplan.sql.plan.ArrowTypes.schema(new RowType(List.of(new Column("id", BIGINT, true))));
    try (BigIntVector values = (BigIntVector) schema.getFields().getFirst().createVector(root);
        SegmentColumn.Writer writer = SegmentColumn.writer(schema.getFields().getFirst(), ROWS)) {
      for (int i = 0; i < ROWS; i++) {
        values.setSafe(i, first + i);
      }
      values.setValueCount(ROWS);
      writer.append(values);
      return writer.finish();
    }
  }

  private void make(SharedColumns shared, int number) throws IOException {
    assertThat(shared.claim(key(number))).isInstanceOf(SharedColumns.Claim.Make.class);
    try (SegmentColumn made = column(number)) {
      shared.keep(key(number), made, BIGINT, true, false);
    } finally {
      shared.done(key(number));
    }
  }

  @Test
  void aColumnIsMadeOnceForAllWhoAsk() throws IOException {
    try (ColumnCache cache = new ColumnCache(root, 1 << 20, Optional.empty())) {
      SharedColumns shared = cache.shared();
      assertThat(shared.claim(key(1))).isInstanceOf(SharedColumns.Claim.Make.class);
      var other = (SharedColumns.Claim.Wait) shared.claim(key(1));
      assertThat(other.made()).isNotDone();
      try (SegmentColumn made = column(1)) {
        shared.keep(key(1), made, BIGINT, true, false);
      }
      shared.done(key(1));
      assertThat(other.made()).isDone();
      try (SegmentColumn found = ((SharedColumns.Claim.Hit) shared.claim(key(1))).column()) {
        assertThat(found.rowCount()).isEqualTo(ROWS);
      }
      assertThat(cache.statistics().memoryBytes()).isZero();
      assertThat(shared.statistics().bytes()).isBetween(80_000L, 100_000L);
    }
  }

  @Test
  void itIsWithinTheBudgetOfAllMemory() throws IOException {
    try (ColumnCache cache = new ColumnCache(root, 300_000, Optional.empty())) {
      for (int i = 0; i < 20; i++) {
        make(cache.shared(), i);
        make2(cache, 100 + i);
        assertThat(cache.statistics().memoryBytes() + cache.shared().statistics().bytes())
            .isLessThanOrEqualTo(300_000);
      }
      assertThat(cache.entries()).hasSize(cache.shared().size() + cache.statistics().entries());
    }
  }

  /// A private column, asked for twice.
  private void make2(ColumnCache cache, int number) {
    cache.lookup(key(number), 80_000, false, false);
    if (cache.lookup(key(number), 80_000, false, false)
        instanceof ColumnCache.Lookup.Fill(ColumnFill fill)) {
      for (int at = 0; at < ROWS; at += Vector.BATCH_ROWS) {
        try (VectorBuilder builder =
            new VectorBuilder(BIGINT, Math.min(Vector.BATCH_ROWS, ROWS - at), fill.allocator())) {
          for (int i = at; i < Math.min(ROWS, at + Vector.BATCH_ROWS); i++) {
            builder.appendNull();
          }
          fill.add(builder.build());
        }
      }
      fill.finish();
    }
  }

  @Test
  void operatorsReadItAndWhoReadsOutlivesItsEviction() throws IOException {
    ColumnCache cache = new ColumnCache(root, 1 << 20, Optional.empty());
    make2(cache, 1);
    assertThat(cache.statistics().entries()).isEqualTo(1);
    make(cache.shared(), 1);
    // What was private goes: the same values are there once.
    assertThat(cache.statistics().entries()).isZero();
    CachedColumn found =
        ((ColumnCache.Lookup.Hit) cache.lookup(key(1), 80_000, false, false)).column();
    assertThat(found.size()).isEqualTo((ROWS + Vector.BATCH_ROWS - 1) / Vector.BATCH_ROWS);
    cache.clear();
    assertThat(Segment.openCount()).isEqualTo(1);
    for (int i = 0; i < found.size(); i++) {
      try (FlatVector vector = (FlatVector) found.vector(i)) {
        int last = vector.length() - 1;
        assertThat(Memory.getLong(vector.dataAddress() + 8L * last))
            .isEqualTo(1 + (long) i * Vector.BATCH_ROWS + last);
      }
    }
    found.release();
    assertThat(Segment.openCount()).isZero();
    cache.close();
  }

  @Test
  void aMakerThatFailsLetsOthersMakeIt() {
    try (ColumnCache cache = new ColumnCache(root, 1 << 20, Optional.empty())) {
      assertThat(cache.shared().claim(key(1))).isInstanceOf(SharedColumns.Claim.Make.class);
      cache.shared().done(key(1));
      assertThat(cache.shared().claim(key(1))).isInstanceOf(SharedColumns.Claim.Make.class);
      cache.shared().done(key(1));
    }
  }
}
