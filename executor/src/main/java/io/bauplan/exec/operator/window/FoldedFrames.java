package io.bauplan.exec.operator.window;

import io.bauplan.sql.plan.PhysicalPlan.Window.Bound;
import io.bauplan.sql.plan.PhysicalPlan.Window.Exclusion;
import io.bauplan.sql.plan.PhysicalPlan.Window.Frame;

/// Folds the frame of every row of a span. A frame that only grows takes each row once; other ones
/// are put together from a tree of folded blocks, or row by row where they are short.
final class FoldedFrames {
  private static final int FAN_BITS = 4;
  private static final int FAN = 1 << FAN_BITS;
  private static final int MAX_LEVELS = Integer.SIZE / FAN_BITS;

  /// Shorter frames, on average, are not worth a tree.
  private static final int MIN_TREE_ROWS = 2 * FAN;

  private final Span span;
  private final Fold fold;

  /// First slot of each level of blocks, above the rows.
  private final int[] levels = new int[MAX_LEVELS];

  private int levelCount;

  private FoldedFrames(Span span, Fold fold) {
    this.span = span;
    this.fold = fold;
  }

  static void run(Span span, Fold fold) {
    FoldedFrames frames = new FoldedFrames(span, fold);
    if (frames.onlyGrow()) {
      frames.growing();
    } else {
      frames.any();
    }
  }

  private boolean onlyGrow() {
    Frame frame = span.group().frame();
    if (frame.lower().kind() != Bound.Kind.UNBOUNDED_PRECEDING
        || frame.exclusion() != Exclusion.NO_OTHERS) {
      return false;
    }
    int[] begins = span.begins();
    int[] ends = span.frames().ends();
    boolean grows = true;
    for (int i = 1; i < ends.length; i++) {
      grows &= ends[i] >= ends[i - 1] || begins[i] == i;
    }
    return grows;
  }

  private void growing() {
    fold.grow(1);
    int[] begins = span.begins();
    int[] ends = span.frames().ends();
    int[] rows = span.rows();
    int added = 0;
    for (int i = 0; i < rows.length; i++) {
      if (begins[i] == i) {
        fold.reset(0);
        added = i;
      }
      for (; added < ends[i]; added++) {
        fold.add(0, added);
      }
      fold.emit(rows[i]);
    }
  }

  private void any() {
    build();
    int[] rows = span.rows();
    Span.Parts parts = new Span.Parts();
    for (int i = 0; i < rows.length; i++) {
      span.parts(i, parts);
      fold.reset(0);
      for (int p = 0; p < parts.count; p++) {
        query(0, parts.begin[p], parts.end[p]);
      }
      fold.emit(rows[i]);
    }
  }

  private void build() {
    int[] begins = span.frames().begins();
    int[] ends = span.frames().ends();
    long total = 0;
    for (int i = 0; i < begins.length; i++) {
      total += Math.max(0, ends[i] - begins[i]);
    }
    int slots = 1;
    if (total >= (long) MIN_TREE_ROWS * begins.length) {
      for (int blocks = begins.length >> FAN_BITS; blocks > 0; blocks >>= FAN_BITS) {
        levels[levelCount++] = slots;
        slots += blocks;
      }
    }
    fold.grow(slots);
    for (int level = 0; level < levelCount; level++) {
      int first = levels[level];
      int end = level + 1 < levelCount ? levels[level + 1] : slots;
      for (int slot = first; slot < end; slot++) {
        fold.reset(slot);
        int from = slot - first << FAN_BITS;
        for (int i = from; i < from + FAN; i++) {
          add(slot, level, i);
        }
      }
    }
  }

  /// Adds a row (level 0) or a block of the level below.
  private void add(int slot, int level, int index) {
    if (level == 0) {
      fold.add(slot, index);
    } else {
      fold.merge(slot, levels[level - 1] + index);
    }
  }

  /// Adds rows or blocks of one level to slot 0, in order, whole blocks at once.
  private void query(int level, int from, int end) {
    int firstBlock = from + FAN - 1 >> FAN_BITS;
    int lastBlock = end >> FAN_BITS;
    if (level == levelCount || firstBlock >= lastBlock) {
      for (int i = from; i < end; i++) {
        add(0, level, i);
      }
      return;
    }
    for (int i = from; i < firstBlock << FAN_BITS; i++) {
      add(0, level, i);
    }
    query(level + 1, firstBlock, lastBlock);
    for (int i = lastBlock << FAN_BITS; i < end; i++) {
      add(0, level, i);
    }
  }
}
