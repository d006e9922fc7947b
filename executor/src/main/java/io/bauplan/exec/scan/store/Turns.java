package io.bauplan.exec.scan.store;

import java.util.PriorityQueue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Lets a number of threads in at a time; of those that wait, the one with the lowest place first.
final class Turns {
  private final ReentrantLock lock = new ReentrantLock();
  private final PriorityQueue<Waiting> queue = new PriorityQueue<>();
  private int free;

  private record Waiting(long place, Condition turn) implements Comparable<Waiting> {
    @Override
    public int compareTo(Waiting other) {
      return Long.compare(place, other.place);
    }
  }

  Turns(int atOnce) {
    this.free = atOnce;
  }

  /// Waits for the turn of a place, which nobody else has. Whoever is interrupted goes in at once,
  /// to find out about that.
  void await(long place) {
    lock.lock();
    try {
      Waiting mine = new Waiting(place, lock.newCondition());
      queue.add(mine);
      while (free <= 0 || !mine.equals(queue.peek())) {
        mine.turn.await();
      }
      queue.remove(mine);
      free--;
      wakeFirst();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      queue.removeIf(each -> each.place == place);
      free--;
    } finally {
      lock.unlock();
    }
  }

  /// Ends a turn.
  void leave() {
    lock.lock();
    try {
      free++;
      wakeFirst();
    } finally {
      lock.unlock();
    }
  }

  private void wakeFirst() {
    Waiting first = queue.peek();
    if (free > 0 && first != null) {
      first.turn.signal();
    }
  }
}
