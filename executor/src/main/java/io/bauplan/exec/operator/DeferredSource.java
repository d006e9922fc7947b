package io.bauplan.exec.operator;

import io.bauplan.exec.scan.BatchReader;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A source that can be made only when steps before it are done.
final class DeferredSource implements Source {
  private final Supplier<Source> maker;
  private @Nullable Source made;

  DeferredSource(Supplier<Source> maker) {
    this.maker = maker;
  }

  @Override
  public int drivers() {
    Source source = maker.get();
    made = source;
    return source.drivers();
  }

  @Override
  public BatchReader open(int driver) {
    return Objects.requireNonNull(made).open(driver);
  }
}
