package io.bauplan.exec.operator;

import io.bauplan.exec.batch.Batch;
import java.util.SplittableRandom;

/// TABLESAMPLE: BERNOULLI decides for each row, SYSTEM for each batch.
final class SampleStage implements Readers.Stage {
  private final boolean bernoulli;
  private final double fraction;
  private final SplittableRandom random;

  SampleStage(boolean bernoulli, double fraction, long seed) {
    this.bernoulli = bernoulli;
    this.fraction = fraction;
    this.random = new SplittableRandom(seed);
  }

  @Override
  public Batch apply(Batch batch) {
    if (!bernoulli) {
      return random.nextDouble() < fraction ? batch : batch.withSelection(new int[0], 0);
    }
    int[] kept = new int[batch.rowCount()];
    int[] selection = batch.selection();
    int count = 0;
    for (int i = 0; i < batch.rowCount(); i++) {
      if (random.nextDouble() < fraction) {
        kept[count++] = selection == null ? i : selection[i];
      }
    }
    return batch.withSelection(kept, count);
  }

  @Override
  public void close() {}
}
