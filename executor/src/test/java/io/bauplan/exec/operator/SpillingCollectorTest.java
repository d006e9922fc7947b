package io.bauplan.exec.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bauplan.exec.spill.OperatorSpill;
import io.bauplan.exec.spill.SpillFolder;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.RowType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.arrow.memory.AllocationListener;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Who closes a batch that cannot be kept.
class SpillingCollectorTest {
  private static final RowType ROW = PlanFixture.type("l", DataType.INT64);

  @TempDir Path folder;

  @Test
  void closesABatchThatFailsToBePutTogether() throws IOException {
    IllegalStateException cancelled = new IllegalStateException("cancelled");
    assertThatThrownBy(() -> collect(refusing(cancelled))).isSameAs(cancelled);
  }

  @Test
  void keepsABatchThatHasNoRoomTogether() throws IOException {
    assertThat(collect(refusing(new OutOfMemoryException("full")))).isEqualTo(2);
  }

  /// Rows kept of a batch of two, with an allocator that refuses to put small batches together.
  private int collect(AllocationListener refusing) throws IOException {
    // Closing it says what has leaked.
    try (RootAllocator root = new RootAllocator();
        BufferAllocator small = root.newChildAllocator("small", refusing, 0, Long.MAX_VALUE);
        SpillFolder files = new SpillFolder(folder, 1 << 20);
        OperatorSpill spill = new OperatorSpill(files, root, (bytes, count) -> {});
        RowCollector rows = new RowCollector(ROW, small)) {
      SpillingCollector collector = new SpillingCollector(rows, ROW, List.of(), 0, spill);
      Sink.Writer writer = collector.open(0);
      writer.accept(PlanFixture.batch(ROW, List.of(List.of(1L), List.of(2L)), root));
      writer.finish();
      return rows.rowCount();
    }
  }

  private static AllocationListener refusing(RuntimeException error) {
    return new AllocationListener() {
      @Override
      public void onPreAllocation(long bytes) {
        throw error;
      }
    };
  }
}
