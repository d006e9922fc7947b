package io.bauplan.exec.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.exec.memory.Memory;
import io.bauplan.exec.scan.ScanRows;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.RowType;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.OutOfMemoryException;
import org.apache.arrow.memory.RootAllocator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Small batches of every encoding, put together, have the same rows as one by one.
class BatchAppenderTest {
  private static final List<DataType> TYPES =
      List.of(
          DataType.BOOLEAN,
          DataType.INT32,
          DataType.INT64,
          DataType.FLOAT64,
          new DataType.DecimalType(12, 2),
          new DataType.DecimalType(38, 2),
          DataType.DATE,
          DataType.VARCHAR);

  private final long seed = Long.getLong("test.seed", System.nanoTime());
  private final Random random = new Random(seed);
  private final RootAllocator allocator = new RootAllocator();

  @AfterEach
  void close() {
    allocator.close();
  }

  private static RowType type() {
    return new RowType(
        TYPES.stream().map(type -> new Column("c" + TYPES.indexOf(type), type, true)).toList());
  }

  @Test
  void keepsRowsAndTheirOrder() {
    for (int round = 0; round < 40; round++) {
      List<List<@Nullable Object>> expected = new ArrayList<>();
      List<List<@Nullable Object>> found = new ArrayList<>();
      try (BatchAppender appender = new BatchAppender(type(), 700, allocator)) {
        for (int b = 0; b < 12; b++) {
          try (Batch batch = batch(1 + random.nextInt(300))) {
            try (Batch dense =
                new Batch(
                        batch.columns().stream().map(Vector::retain).toList(),
                        batch.vectorLength(),
                        batch.selection(),
                        batch.rowCount())
                    .compact(allocator)) {
              expected.addAll(ScanRows.rows(dense, allocator));
            }
            if (!appender.hasRoom(batch.rowCount())) {
              take(appender, found);
            }
            appender.append(batch);
          }
        }
        take(appender, found);
      }
      assertThat(found).as("seed " + seed).isEqualTo(expected);
    }
  }

  private void take(BatchAppender appender, List<List<@Nullable Object>> to) {
    try (Batch all = appender.take()) {
      to.addAll(ScanRows.rows(all, allocator));
    }
    assertThat(appender.rowCount()).isZero();
  }

  /// Where one column has no room, none of the batch's rows are there.
  @Test
  void hasAllRowsOfABatchOrNone() {
    RowType type = type();
    for (int limit = 0; limit < 120_000; limit += 3_000) {
      List<List<@Nullable Object>> expected = new ArrayList<>();
      List<List<@Nullable Object>> found = new ArrayList<>();
      try (var tight = allocator.newChildAllocator("tight", 0, limit);
          BatchAppender appender = new BatchAppender(type, 2_000, tight)) {
        for (int b = 0; b < 8; b++) {
          try (Batch batch = batch(200);
              Batch dense =
                  new Batch(
                          batch.columns().stream().map(Vector::retain).toList(),
                          batch.vectorLength(),
                          batch.selection(),
                          batch.rowCount())
                      .compact(allocator)) {
            appender.append(batch);
            expected.addAll(ScanRows.rows(dense, allocator));
          } catch (OutOfMemoryException e) {
            assertThat(limit).isLessThan(300_000);
          }
        }
        if (appender.rowCount() > 0) {
          take(appender, found);
        }
      }
      assertThat(found).as("seed " + seed + " limit " + limit).isEqualTo(expected);
    }
  }

  private Batch batch(int rows) {
    List<Vector> columns = new ArrayList<>();
    for (DataType type : TYPES) {
      columns.add(
          switch (random.nextInt(4)) {
            case 0 -> new ConstantVector(values(type, 1, random.nextBoolean()), rows);
            case 1 -> codes(type, rows);
            default -> values(type, rows, random.nextBoolean());
          });
    }
    Batch batch = new Batch(columns, rows);
    if (random.nextBoolean()) {
      return batch;
    }
    int[] some = new int[rows];
    int count = 0;
    for (int row = 0; row < rows; row++) {
      if (random.nextInt(3) > 0) {
        some[count++] = row;
      }
    }
    return batch.withSelection(some, count);
  }

  private FlatVector values(DataType type, int rows, boolean nulls) {
    try (VectorBuilder builder = new VectorBuilder(type, rows, allocator)) {
      for (int row = 0; row < rows; row++) {
        int value = random.nextInt(1000);
        if (nulls && random.nextInt(4) == 0) {
          builder.appendNull();
          continue;
        }
        switch (type) {
          case DataType.BooleanType() -> builder.appendLong(value % 2);
          case DataType.FloatType ignored -> builder.appendDouble(value / 3.0);
          case DataType.VarcharType() -> builder.appendValue("text ".repeat(value % 12) + value);
          case DataType.DecimalType(int precision, int ignored) when precision > 18 ->
              builder.appendInt128(BigDecimal.valueOf(-value).signum(), -value);
          default -> builder.appendLong(value);
        }
      }
      return builder.build();
    }
  }

  private DictionaryVector codes(DataType type, int rows) {
    // All rows are NULL where there are no entries.
    int entries = random.nextInt(4) == 0 ? 0 : 1 + random.nextInt(200);
    ArrowBuf codes = Gather.zeroed(allocator, rows);
    ArrowBuf validity = Gather.zeroed(allocator, (rows + 7) / 8);
    for (int row = 0; row < rows; row++) {
      if (entries > 0 && random.nextInt(5) > 0) {
        Memory.putByte(codes.memoryAddress() + row, (byte) random.nextInt(entries));
        Memory.setBit(validity.memoryAddress(), row);
      }
    }
    return new DictionaryVector(rows, 1, validity, codes, values(type, entries, false));
  }
}
