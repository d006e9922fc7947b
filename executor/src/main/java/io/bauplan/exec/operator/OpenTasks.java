package io.bauplan.exec.operator;

import io.bauplan.exec.scan.BatchReader;
import io.bauplan.exec.scan.ScanContext;
import io.bauplan.exec.scan.ScanTask;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Hands a scan's tasks to its drivers in order. A driver gets all pieces of a task, whose batches
/// have dictionaries in common; when no task is left, it takes pieces from the others, so that all
/// end at about the same time (work stealing). Behind a network it opens the next tasks before a
/// driver is free, so that their bytes are under way while others are decoded. Thread-safe.
final class OpenTasks {
  private static final int MAX_AHEAD = 8;

  private record Opened(ScanTask task, BatchReader reader) {}

  /// Who takes tasks.
  static final class Taker {
    private ArrayDeque<ScanTask> pieces = new ArrayDeque<>();
  }

  private final ScanContext context;
  private final boolean ahead;
  private final ArrayDeque<Opened> opened = new ArrayDeque<>();

  /// Opened ahead and closed again when no driver was left to read them.
  private final ArrayDeque<ScanTask> returned = new ArrayDeque<>();

  /// Of tasks that somebody has begun, or nobody yet, by task.
  private List<ArrayDeque<ScanTask>> pieces = List.of();

  private final Taker forAll = new Taker();
  private int next;
  private int drivers;
  private boolean opening;

  /// @param ahead false where the scan may end before its last task
  OpenTasks(ScanContext context, boolean ahead) {
    this.context = context;
    this.ahead = ahead;
  }

  /// How many drivers can have something to do at once.
  int start(List<ScanTask> tasks) {
    pieces = tasks.stream().map(task -> new ArrayDeque<>(task.pieces(context))).toList();
    return pieces.stream().mapToInt(ArrayDeque::size).sum();
  }

  synchronized void enter() {
    drivers++;
  }

  /// The next task's reader, which the caller closes; null when there is none left.
  @Nullable BatchReader next(Taker taker) {
    Opened first;
    ScanTask task = null;
    synchronized (this) {
      first = opened.poll();
      if (first == null) {
        task = take(taker);
      }
    }
    if (first == null && task == null) {
      return null;
    }
    BatchReader reader = task == null ? first.reader : task.open(context);
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

  private @Nullable ScanTask take(Taker taker) {
    ScanTask again = returned.poll();
    if (again != null) {
      return again;
    }
    while (taker.pieces.isEmpty() && next < pieces.size()) {
      taker.pieces = pieces.get(next++);
    }
    if (!taker.pieces.isEmpty()) {
      return taker.pieces.poll();
    }
    ArrayDeque<ScanTask> most = taker.pieces;
    for (ArrayDeque<ScanTask> each : pieces) {
      most = each.size() > most.size() ? each : most;
    }
    return most.pollLast();
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
        ScanTask task;
        synchronized (this) {
          task = opened.size() < MAX_AHEAD ? take(forAll) : null;
        }
        if (task == null) {
          return;
        }
        BatchReader reader = task.open(context);
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
