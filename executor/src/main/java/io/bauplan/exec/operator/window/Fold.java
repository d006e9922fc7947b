package io.bauplan.exec.operator.window;

/// The state of an aggregate over stretches of a span, in numbered slots. Used by one thread.
abstract class Fold {
  /// Makes room for so many slots.
  abstract void grow(int slots);

  /// Forgets what a slot holds.
  abstract void reset(int slot);

  /// Adds one position to a slot.
  abstract void add(int slot, int position);

  /// Adds to a slot what another holds, whose positions come after.
  abstract void merge(int into, int from);

  /// What slot 0 holds is the result of this row.
  abstract void emit(int row);
}
