package io.bauplan.exec.operator.aggregate;

import io.bauplan.exec.expression.Register;
import io.bauplan.exec.operator.sort.TopColumn;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// Which groups are wanted where a top-N sorts them by one of their columns: the others' texts, as
/// many as there may be, are never copied.
///
/// @param top null = all are wanted
/// @param leftOut counts the others
public record WantedGroups(@Nullable TopColumn top, LongAdder leftOut) {
  /// The column that says it, by number; -1 = all groups are wanted.
  int column() {
    return top == null ? -1 : top.column();
  }

  /// Writes which of the first `count` rows are wanted to `to`, and returns how many they are.
  int select(Register values, int count, int[] to) {
    if (top == null) {
      throw new IllegalStateException("all groups are wanted");
    }
    int found = top.bound().select(values, count, to);
    leftOut.add(count - found);
    return found;
  }
}
