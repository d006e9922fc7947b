package io.bauplan.udf.environment;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/// Locks on a store, between the threads of this process and between processes. The system lets go
/// of a dead process's locks.
///
/// Who builds holds the store's lock together with others, and by name what it builds; who sweeps
/// holds the store's lock alone, and so meets nothing half made but what the dead left.
final class StoreLocks {
  /// The system's file locks are a process's, not a thread's: one keeper per store and process.
  private static final Map<Path, StoreLocks> KEEPERS = new ConcurrentHashMap<>();

  private final Path folder;
  private final Map<String, ReentrantLock> names = new ConcurrentHashMap<>();
  private final ReentrantReadWriteLock whole = new ReentrantReadWriteLock();
  private final Object sharing = new Object();
  private int sharers;
  private @Nullable FileChannel shared;

  private StoreLocks(Path folder) {
    this.folder = folder;
  }

  /// @param folder an existing folder for the lock files, as a real path
  static StoreLocks of(Path folder) {
    return KEEPERS.computeIfAbsent(folder, StoreLocks::new);
  }

  /// What is held until it is closed, by the thread that took it.
  interface Held extends AutoCloseable {
    @Override
    void close() throws IOException;
  }

  /// The store together with others, none of whom sweeps.
  Held shared() throws IOException, InterruptedException {
    whole.readLock().lockInterruptibly();
    try {
      synchronized (sharing) {
        if (sharers == 0) {
          FileChannel channel = open("store");
          try {
            channel.lock(0, Long.MAX_VALUE, true);
          } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
          }
          shared = channel;
        }
        sharers++;
      }
    } catch (IOException | RuntimeException e) {
      whole.readLock().unlock();
      throw e;
    }
    return this::leave;
  }

  private void leave() throws IOException {
    try {
      synchronized (sharing) {
        sharers--;
        FileChannel channel = shared;
        if (sharers == 0 && channel != null) {
          shared = null;
          channel.close();
        }
      }
    } finally {
      whole.readLock().unlock();
    }
  }

  /// The store alone.
  Held alone() throws IOException, InterruptedException {
    whole.writeLock().lockInterruptibly();
    FileChannel channel = null;
    try {
      channel = open("store");
      channel.lock();
      return releasing(channel, whole.writeLock()::unlock);
    } catch (IOException | RuntimeException e) {
      close(channel);
      whole.writeLock().unlock();
      throw e;
    }
  }

  /// The store alone, if nobody else has it now.
  Optional<Held> tryAlone() throws IOException {
    if (!whole.writeLock().tryLock()) {
      return Optional.empty();
    }
    return tryLock("store", whole.writeLock()::unlock);
  }

  /// Names, in an order that all follow, so that no two wait for each other. Under [#shared].
  Held named(Collection<String> wanted) throws IOException, InterruptedException {
    Deque<Held> held = new ArrayDeque<>();
    try {
      for (String name : new TreeSet<>(wanted)) {
        held.push(named(name));
      }
      return () -> release(held);
    } catch (IOException | RuntimeException | InterruptedException e) {
      release(held);
      throw e;
    }
  }

  private Held named(String name) throws IOException, InterruptedException {
    ReentrantLock lock = lock(name);
    lock.lockInterruptibly();
    FileChannel channel = null;
    try {
      channel = open(name);
      channel.lock();
      return releasing(channel, lock::unlock);
    } catch (IOException | RuntimeException e) {
      close(channel);
      lock.unlock();
      throw e;
    }
  }

  /// One name, if nobody has it now. Under [#shared].
  Optional<Held> tryNamed(String name) throws IOException {
    ReentrantLock lock = lock(name);
    return lock.tryLock() ? tryLock(name, lock::unlock) : Optional.empty();
  }

  private Optional<Held> tryLock(String name, Runnable unlock) throws IOException {
    FileChannel channel = null;
    try {
      channel = open(name);
      FileLock lock = channel.tryLock();
      if (lock != null) {
        return Optional.of(releasing(channel, unlock));
      }
    } catch (IOException | RuntimeException e) {
      close(channel);
      unlock.run();
      throw e;
    }
    close(channel);
    unlock.run();
    return Optional.empty();
  }

  private ReentrantLock lock(String name) {
    return names.computeIfAbsent(name, n -> new ReentrantLock());
  }

  private FileChannel open(String name) throws IOException {
    return FileChannel.open(
        folder.resolve(name + ".lck"),
        StandardOpenOption.CREATE,
        StandardOpenOption.WRITE,
        StandardOpenOption.READ);
  }

  private static Held releasing(FileChannel channel, Runnable unlock) {
    return () -> {
      try {
        channel.close();
      } finally {
        unlock.run();
      }
    };
  }

  private static void release(Deque<Held> held) throws IOException {
    while (!held.isEmpty()) {
      held.pop().close();
    }
  }

  private static void close(@Nullable FileChannel channel) throws IOException {
    if (channel != null) {
      channel.close();
    }
  }
}
