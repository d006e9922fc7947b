package io.bauplan.exec.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.scan.BatchReader;
import io.bauplan.exec.scan.ScanContext;
import io.bauplan.exec.scan.ScanTask;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.arrow.memory.RootAllocator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Who reads which piece of a scan.
class OpenTasksTest {
  private record Piece(String name) implements ScanTask, BatchReader {
    @Override
    public BatchReader open(ScanContext context) {
      return this;
    }

    @Override
    public @Nullable Batch next() {
      return null;
    }

    @Override
    public void close() {}
  }

  private record Task(String name, int size) implements ScanTask {
    @Override
    public BatchReader open(ScanContext context) {
      throw new IllegalStateException("it has pieces");
    }

    @Override
    public List<ScanTask> pieces(ScanContext context) {
      return IntStream.range(0, size).<ScanTask>mapToObj(i -> new Piece(name + i)).toList();
    }
  }

  @Test
  void driversKeepToTheirTaskAndTakeFromOthersInTheEnd() {
    try (RootAllocator allocator = new RootAllocator()) {
      OpenTasks open = new OpenTasks(new ScanContext(allocator, new ScanContext.Figures()), true);
      assertThat(open.start(List.of(new Task("a", 5), new Task("b", 2), new Piece("c"))))
          .isEqualTo(8);
      OpenTasks.Taker first = new OpenTasks.Taker();
      OpenTasks.Taker second = new OpenTasks.Taker();
      open.enter();
      open.enter();
      List<String> mine = new ArrayList<>();
      List<String> theirs = new ArrayList<>();
      mine.add(next(open, first));
      for (int i = 0; i < 3; i++) {
        theirs.add(next(open, second));
      }
      mine.add(next(open, first));
      // Nobody has begun anything else: from the end of what the first has left.
      theirs.add(next(open, second));
      mine.add(next(open, first));
      theirs.add(next(open, second));
      assertThat(mine).containsExactly("a0", "a1", "a2");
      assertThat(theirs).containsExactly("b0", "b1", "c", "a4", "a3");
      assertThat(open.next(first)).isNull();
      assertThat(open.next(second)).isNull();
      open.leave();
      open.leave();
    }
  }

  private static String next(OpenTasks open, OpenTasks.Taker taker) {
    BatchReader reader = open.next(taker);
    assertThat(reader).isNotNull();
    return ((Piece) reader).name();
  }
}
