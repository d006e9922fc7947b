package io.bauplan.exec.worker;

import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Whose turn is next: a multilevel feedback queue. A query sinks from level to level as it uses
/// time; each level gets a share of the threads that is some times that of the next, and within a
/// level queries take turns, however many drivers they have. So a short query is not queued behind
/// long ones, and many short ones do not stop a long one. Not thread-safe.
final class FairTurns {
  /// Time that a query may have used to be in a level; beyond the last it is in one more.
  private static final long[] LEVEL_NANOS = {
    TimeUnit.MILLISECONDS.toNanos(100),
    TimeUnit.SECONDS.toNanos(1),
    TimeUnit.SECONDS.toNanos(10),
    TimeUnit.SECONDS.toNanos(60)
  };

  /// What queries in the background are in: below all others.
  private static final int BACKGROUND = LEVEL_NANOS.length + 1;

  /// How many times the share of the next a level gets.
  private static final int SHARE_RATIO = 2;

  /// The same for the background: work that nobody waits for.
  private static final int BACKGROUND_RATIO = 32;

  private final List<Level> levels =
      IntStream.rangeClosed(0, BACKGROUND).mapToObj(FairTurns::level).toList();

  /// Weighted time of the level that had the last turn: a level that was empty starts from here, as
  /// it saves nothing up.
  private long clock;

  /// A turn to run.
  record Next(Scheduler.Share share, Scheduler.Turn turn, int level) {}

  private static final class Level {
    final ArrayDeque<Scheduler.Share> shares = new ArrayDeque<>();
    final int slowness;
    long time;

    Level(int slowness) {
      this.slowness = slowness;
    }
  }

  private static Level level(int number) {
    int slowness = (int) Math.pow(SHARE_RATIO, Math.min(number, BACKGROUND - 1));
    return new Level(number == BACKGROUND ? slowness * BACKGROUND_RATIO : slowness);
  }

  void add(Scheduler.Share share, Scheduler.Turn turn) {
    share.waitingTurns.add(turn);
    if (share.waitingTurns.size() == 1) {
      enqueue(share);
    }
  }

  private void enqueue(Scheduler.Share share) {
    Level level = levels.get(levelOf(share));
    if (level.shares.isEmpty()) {
      level.time = Math.max(level.time, clock);
    }
    level.shares.add(share);
  }

  private static int levelOf(Scheduler.Share share) {
    if (share.background) {
      return BACKGROUND;
    }
    int level = 0;
    while (level < LEVEL_NANOS.length && share.usedNanos() > LEVEL_NANOS[level]) {
      level++;
    }
    return level;
  }

  @Nullable Next poll() {
    int best = -1;
    for (int i = 0; i < levels.size(); i++) {
      if (!levels.get(i).shares.isEmpty()
          && (best < 0 || levels.get(i).time < levels.get(best).time)) {
        best = i;
      }
    }
    if (best < 0) {
      return null;
    }
    Level level = levels.get(best);
    clock = Math.max(clock, level.time);
    Scheduler.Share share = level.shares.remove();
    Scheduler.Turn turn = share.waitingTurns.remove();
    if (!share.waitingTurns.isEmpty()) {
      enqueue(share);
    }
    return new Next(share, turn, best);
  }

  /// Charges a turn to its query and its level.
  void used(Next turn, long nanos) {
    turn.share().use(nanos);
    Level level = levels.get(turn.level());
    level.time += nanos * level.slowness;
  }
}
