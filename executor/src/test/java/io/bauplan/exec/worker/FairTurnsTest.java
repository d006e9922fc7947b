package io.bauplan.exec.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Turns by the number, without a clock: what a query gets beside others.
class FairTurnsTest {
  private static final long TURN = TimeUnit.MILLISECONDS.toNanos(10);

  /// Gives shares; its one thread has nothing to do.
  private final Scheduler scheduler = new Scheduler(1);

  private final FairTurns turns = new FairTurns();
  private final Map<Scheduler.Share, Integer> taken = new HashMap<>();

  @AfterEach
  void close() {
    scheduler.close();
  }

  /// A query that has as many drivers, which never end.
  private Scheduler.Share query(int drivers) {
    Scheduler.Share share = scheduler.share(false);
    for (int i = 0; i < drivers; i++) {
      turns.add(share, () -> true);
    }
    return share;
  }

  /// Runs turns as one thread would.
  private void run(int count) {
    for (int i = 0; i < count; i++) {
      FairTurns.Next next = turns.poll();
      taken.merge(next.share(), 1, Integer::sum);
      turns.used(next, TURN);
      turns.add(next.share(), next.turn());
    }
  }

  private int taken(Scheduler.Share share) {
    return taken.getOrDefault(share, 0);
  }

  @Test
  void aNewQueryIsNotQueuedBehindLongOnes() {
    for (int i = 0; i < 4; i++) {
      query(8);
    }
    run(10_000);
    Scheduler.Share small = query(2);
    taken.clear();
    run(3);
    assertThat(taken(small)).isGreaterThanOrEqualTo(2);
    run(9);
    assertThat(taken(small)).as("of 12 turns, until it has used 100 ms").isGreaterThanOrEqualTo(9);
  }

  @Test
  void queriesTakeTurnsHoweverManyDriversTheyHave() {
    Scheduler.Share wide = query(16);
    Scheduler.Share narrow = query(1);
    run(20_000);
    assertThat(taken(narrow)).isBetween(9_900, 10_100);
    assertThat(taken(wide)).isBetween(9_900, 10_100);
  }

  @Test
  void manyShortQueriesDoNotStopALongOne() {
    Scheduler.Share longOne = query(2);
    run(10_000);
    taken.clear();
    // A stream of queries of two turns each: there is always a new one.
    int turnsOfLong = 0;
    int count = 6_000;
    int queued = 0;
    for (int i = 0; i < count; i++) {
      if (queued == 0) {
        query(2);
        queued = 2;
      }
      FairTurns.Next next = turns.poll();
      turns.used(next, TURN);
      if (next.share() == longOne) {
        turnsOfLong++;
        turns.add(longOne, next.turn());
      } else {
        queued--;
      }
    }
    // Four levels down, each of half the share of the one above: a seventeenth.
    assertThat(turnsOfLong).isBetween(count / 18, count / 16);
  }

  @Test
  void aLevelThatWasEmptyHasSavedNothingUp() {
    Scheduler.Share first = query(1);
    run(100_000);
    Scheduler.Share second = query(1);
    taken.clear();
    run(10_000);
    // Until it has used as much as the first, which is more than this; it is never alone for long.
    assertThat(taken(first)).isGreaterThan(10_000 / 4);
    assertThat(taken(second)).isGreaterThan(10_000 / 2);
  }

  @Test
  void theBackgroundGetsWhatIsLeft() {
    Scheduler.Share background = scheduler.share(true);
    turns.add(background, () -> true);
    run(100);
    assertThat(taken(background)).isEqualTo(100);
    Scheduler.Share asked = query(1);
    taken.clear();
    run(10_000);
    assertThat(taken(background)).isLessThanOrEqualTo(10_000 / 30);
    assertThat(taken(asked)).isGreaterThan(9_600);
  }

  @Test
  void everyTurnIsGivenOnceAndNoneIsLost() {
    for (int i = 0; i < 50; i++) {
      query(3);
    }
    for (int i = 0; i < 150; i++) {
      FairTurns.Next next = turns.poll();
      assertThat(next).isNotNull();
      turns.used(next, i * TURN);
    }
    assertThat(turns.poll()).isNull();
  }
}
