package io.bauplan.exec.operator.window;

import io.bauplan.sql.plan.PhysicalPlan.Window.Exclusion;
import io.bauplan.sql.plan.PhysicalPlan.Window.Group;
import org.jspecify.annotations.Nullable;

/// Some whole partitions, one after the other in their order, and where each row's partition, peers
/// and frame are. Positions count from the span's first row. Used by one thread, which computes all
/// calls of a group over it.
final class Span {
  private final Group group;
  private final WindowRows input;
  private final int size;
  private final int[] rows;

  /// By position: where its partition begins, and where it ends.
  private final int[] begins;

  private final int[] ends;
  private final boolean[] differs;
  private int @Nullable [] peerBegins;
  private int @Nullable [] peerEnds;
  private @Nullable Frames frames;

  /// @param from first partition
  /// @param to the one after the last
  Span(Group group, WindowRows input, SortedRows sorted, int from, int to) {
    this.group = group;
    this.input = input;
    int start = sorted.partition(from);
    this.size = sorted.partition(to) - start;
    this.rows = new int[size];
    System.arraycopy(sorted.rows(), start, rows, 0, size);
    this.differs = new boolean[size];
    System.arraycopy(sorted.differs(), start, differs, 0, size);
    this.begins = new int[size];
    this.ends = new int[size];
    for (int p = from; p < to; p++) {
      int begin = sorted.partition(p) - start;
      int end = sorted.partition(p + 1) - start;
      java.util.Arrays.fill(begins, begin, end, begin);
      java.util.Arrays.fill(ends, begin, end, end);
    }
  }

  Group group() {
    return group;
  }

  WindowRows input() {
    return input;
  }

  int size() {
    return size;
  }

  /// Row numbers by position.
  int[] rows() {
    return rows;
  }

  int[] begins() {
    return begins;
  }

  int[] ends() {
    return ends;
  }

  /// By position: the first of the rows that ORDER BY does not tell apart from it.
  int[] peerBegins() {
    int[] known = peerBegins;
    if (known == null) {
      known = new int[size];
      for (int i = 0; i < size; i++) {
        boolean first = begins[i] == i || differs[i] && !group.orderBy().isEmpty();
        known[i] = first ? i : known[i - 1];
      }
      peerBegins = known;
    }
    return known;
  }

  /// By position: the one after its last peer.
  int[] peerEnds() {
    int[] known = peerEnds;
    if (known == null) {
      int[] first = peerBegins();
      known = new int[size];
      for (int i = size - 1; i >= 0; i--) {
        known[i] = i + 1 == size || first[i + 1] == i + 1 ? i + 1 : known[i + 1];
      }
      peerEnds = known;
    }
    return known;
  }

  Frames frames() {
    Frames known = frames;
    if (known == null) {
      known = Frames.of(this);
      frames = known;
    }
    return known;
  }

  /// Up to three stretches of positions, ascending: a frame without what EXCLUDE takes out of it.
  static final class Parts {
    int count;
    final int[] begin = new int[3];
    final int[] end = new int[3];

    private void add(int from, int to) {
      if (from < to) {
        begin[count] = from;
        end[count++] = to;
      }
    }
  }

  /// The frame of a position.
  void parts(int position, Parts to) {
    Frames bounds = frames();
    int begin = bounds.begins()[position];
    int end = bounds.ends()[position];
    to.count = 0;
    Exclusion exclusion = group.frame().exclusion();
    switch (exclusion) {
      case NO_OTHERS -> to.add(begin, end);
      case CURRENT_ROW -> {
        to.add(begin, Math.min(end, position));
        to.add(Math.max(begin, position + 1), end);
      }
      case GROUP, TIES -> {
        to.add(begin, Math.min(end, peerBegins()[position]));
        if (exclusion == Exclusion.TIES && position >= begin) {
          to.add(position, Math.min(end, position + 1));
        }
        to.add(Math.max(begin, peerEnds()[position]), end);
      }
    }
  }
}
