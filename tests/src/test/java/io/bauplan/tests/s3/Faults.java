package io.bauplan.tests.s3;

import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// Which requests go wrong, and how: chosen by a seed, so that a run can be looked at again.
final class Faults {
  enum Kind {
    INTERNAL_ERROR,
    SLOW_DOWN,
    /// No answer for a while, then the connection closes.
    SILENCE,
    /// The head of a whole answer, then half of its body.
    SHORT_BODY,
    RESET
  }

  static final Faults NONE = new Faults(0, 0, List.of(Kind.RESET), Duration.ZERO);

  private final double rate;
  private final List<Kind> kinds;
  private final Duration silence;
  private final SplittableRandom random;

  /// @param rate share of requests that go wrong
  /// @param silence how long no answer comes
  Faults(double rate, long seed, List<Kind> kinds, Duration silence) {
    this.rate = rate;
    this.kinds = kinds;
    this.silence = silence;
    this.random = new SplittableRandom(seed);
  }

  static Faults of(double rate, long seed) {
    return new Faults(rate, seed, List.of(Kind.values()), Duration.ofMillis(1500));
  }

  Duration silence() {
    return silence;
  }

  synchronized @Nullable Kind next() {
    return random.nextDouble() < rate ? kinds.get(random.nextInt(kinds.size())) : null;
  }
}
