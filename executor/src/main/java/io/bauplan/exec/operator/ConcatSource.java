package io.bauplan.exec.operator;

import io.bauplan.exec.scan.BatchReader;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// UNION ALL: each driver reads its share of every input, one input after the other.
final class ConcatSource implements Source {
  private final List<Source> inputs;
  private final List<Integer> drivers = new ArrayList<>();

  ConcatSource(List<Source> inputs) {
    this.inputs = List.copyOf(inputs);
  }

  @Override
  public int drivers() {
    int most = 1;
    for (Source input : inputs) {
      int count = input.drivers();
      drivers.add(count);
      most = Math.max(most, count);
    }
    return most;
  }

  @Override
  public BatchReader open(int driver) {
    return new ReaderChain() {
      private int input;

      @Override
      protected @Nullable BatchReader open() {
        while (input < inputs.size() && driver >= drivers.get(input)) {
          input++;
        }
        return input == inputs.size() ? null : inputs.get(input++).open(driver);
      }
    };
  }
}
