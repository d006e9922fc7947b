package io.bauplan.exec.expression;

import io.bauplan.exec.batch.Batch;
import org.jspecify.annotations.Nullable;

/// An expression in a branch or behind an AND that is computed elsewhere for every row: where that
/// has been done for the batch, its values are taken, otherwise those of the rows that are asked
/// for are computed here.
final class SharedNode extends Node {
  private final Node everyRow;
  private final Node some;

  SharedNode(Node everyRow, Node some) {
    super(some.type());
    this.everyRow = everyRow;
    this.some = some;
  }

  @Override
  Register compute(Batch batch, int @Nullable [] rows, int count) {
    Register known = everyRow.known(batch);
    return known == null ? some.evaluate(batch, rows, count) : known;
  }

  @Override
  int selectTrue(Batch batch, int @Nullable [] rows, int count, int[] to) {
    Register known = everyRow.known(batch);
    return known == null
        ? some.selectTrue(batch, rows, count, to)
        : selectTrue(known, rows, count, to);
  }

  @Override
  int selectFalse(Batch batch, int @Nullable [] rows, int count, int[] to) {
    Register known = everyRow.known(batch);
    return known == null
        ? some.selectFalse(batch, rows, count, to)
        : selectFalse(known, rows, count, to);
  }

  @Override
  void release() {
    everyRow.close();
    some.close();
  }
}
