package io.bauplan.exec.operator;

import io.bauplan.exec.scan.BatchReader;
import io.bauplan.exec.scan.ScanContext;
import io.bauplan.exec.scan.ScanTask;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Hands a scan's tasks to its drivers in order. Behind a network it opens the next ones before a
/// driver is free, so that their bytes are under way while others are decoded. Thread-safe.
final class OpenTasks {
  private static final int MAX_AHEAD = 8;

  private record Opened(int task, BatchReader reader) {}

  private final ScanContext context;
  private final boolean ahead;
  private final ArrayDeque<Opened> opened = new ArrayDeque<>();

  /// Opened ahead and closed again when no driver was left to read them.
  private final ArrayDeque<Integer> returned = new ArrayDeque<>();

  private List<ScanTask> tasks = List.of();
  private int next;
  private int drivers;
  private boolean opening;

  /// @param ahead false where the scan may end before its last task
  OpenTasks(ScanContext context, boolean ahead) {
    this.context = context;
    this.ahead = ahead;
  }

  void start(List<ScanTask> all) {
    tasks = all;
  }

  synchronized void enter() {
    drivers++;
  }

  /// The next task's reader, which the caller closes; null when there is none left.
  @Nullable BatchReader next() {
    BatchReader reader;
    Opened first;
    int task = -1;
    synchronized (this) {
      first = opened.poll();
      if (first == null) {
        task = take();
        if (task < 0) {
          return null;
        }
      }
    }
    reader = first == null ? tasks.get(task).open(context) : first.reader;
    if (ahead && reader.worksAhead()) {
      try {
        openAhead();
      } catch (RuntimeException | Error e) {
        reader.close();
        throw e;
      }
    }
    return reader;
  }

  private int take() {
    Integer again = returned.poll();
    return again != null ? again : next < tasks.size() ? next++ : -1;
  }

  private void openAhead() {
    synchronized (this) {
      if (opening) {
        return;
      }
      opening = true;
    }
    try {
      boolean more = true;
      while (more) {
        int task;
        synchronized (this) {
          task = opened.size() < MAX_AHEAD ? take() : -1;
        }
        if (task < 0) {
          return;
        }
        BatchReader reader = tasks.get(task).open(context);
        more = reader.worksAhead();
        synchronized (this) {
          opened.add(new Opened(task, reader));
        }
      }
    } finally {
      synchronized (this) {
        opening = false;
      }
    }
  }

  /// A driver reads no more. The last one closes what was opened ahead.
  void leave() {
    ArrayDeque<Opened> unread = new ArrayDeque<>();
    synchronized (this) {
      if (--drivers > 0) {
        return;
      }
      unread.addAll(opened);
      opened.clear();
      unread.forEach(each -> returned.add(each.task));
    }
    unread.forEach(each -> each.reader.close());
  }
}
