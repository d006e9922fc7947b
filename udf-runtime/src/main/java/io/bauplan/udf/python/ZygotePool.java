package io.bauplan.udf.python;

import io.bauplan.udf.environment.ReadyEnvironment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The zygotes of one runtime, by environment (whose key has the interpreter in it): started in the
/// background, the least recently used ended where there are too many. A runtime serves one tenant,
/// so no zygote is shared between tenants.
final class ZygotePool implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ZygotePool.class);

  /// How long after a failure the next start waits.
  private static final Duration RETRY = Duration.ofMinutes(5);

  /// How long calls wait for a zygote, from the begin of its start: a fresh interpreter would have
  /// to import the same, beside it. One that takes longer may hang.
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final Duration LOOK_AROUND = Duration.ofSeconds(15);

  /// How long a start waits for the imports of the call that missed the zygote.
  private static final Duration AFTER_A_MISS = Duration.ofSeconds(1);

  private final ZygotePolicy policy;
  private final ZygoteStarter starter;
  private final Map<String, Place> places = new LinkedHashMap<>();
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon(true).name("zygote-clock").factory());
  private final List<Zygote> retired = new ArrayList<>();
  private boolean closed;

  /// One environment's zygote, or what became of it.
  private static final class Place {
    private final CompletableFuture<Zygote> zygote = new CompletableFuture<>();
    private long begun = System.nanoTime();
    private long used = begun;
    private boolean isDue = true;
    private long bytes;
    private @Nullable String problem;

    private boolean isServing() {
      return zygote.isDone() && problem == null;
    }
  }

  /// A zygote that serves, or is about to.
  ///
  /// @param patience how long to wait for it; may be negative
  record Coming(CompletableFuture<Zygote> zygote, Duration patience) {}

  ZygotePool(ZygotePolicy policy, ZygoteStarter starter) {
    this.policy = policy;
    this.starter = starter;
    clock.scheduleWithFixedDelay(
        this::endIdle, LOOK_AROUND.toSeconds(), LOOK_AROUND.toSeconds(), TimeUnit.SECONDS);
  }

  boolean isOff() {
    return policy.most() == 0;
  }

  /// Starts a zygote for an environment, unless there is one; returns at once.
  synchronized void warm(ReadyEnvironment environment, List<String> declared) {
    if (!closed && !isOff()) {
      begin(environment, declared, place(environment));
    }
  }

  /// The zygote that serves an environment, or is about to. Empty where there was none: one starts
  /// in the background for the next call.
  synchronized Optional<Coming> find(ReadyEnvironment environment, List<String> declared) {
    if (closed || isOff()) {
      return Optional.empty();
    }
    boolean isNew = !places.containsKey(environment.key());
    Place place = place(environment);
    if (place.problem != null) {
      return Optional.empty();
    }
    if (place.isDue) {
      if (isNew) {
        clock.schedule(
            () -> begin(environment, declared, place),
            AFTER_A_MISS.toMillis(),
            TimeUnit.MILLISECONDS);
      }
      return Optional.empty();
    }
    place.used = System.nanoTime();
    return Optional.of(
        new Coming(place.zygote, PATIENCE.minusNanos(System.nanoTime() - place.begun)));
  }

  private Place place(ReadyEnvironment environment) {
    Place place = places.get(environment.key());
    if (place != null
        && place.problem != null
        && System.nanoTime() - place.begun > RETRY.toNanos()) {
      places.remove(environment.key());
    }
    return places.computeIfAbsent(environment.key(), key -> new Place());
  }

  private synchronized void begin(
      ReadyEnvironment environment, List<String> declared, Place place) {
    if (place.isDue && !closed) {
      place.isDue = false;
      place.begun = System.nanoTime();
      Thread.ofPlatform()
          .daemon(true)
          .name("zygote-start-" + environment.key())
          .start(() -> fill(place, environment, declared));
    }
  }

  /// Why no zygote serves an environment.
  synchronized String problem(ReadyEnvironment environment) {
    if (isOff()) {
      return "zygotes are off";
    }
    Place place = places.get(environment.key());
    return place == null || place.problem == null ? "no zygote yet" : place.problem;
  }

  private void fill(Place place, ReadyEnvironment environment, List<String> declared) {
    try {
      Zygote zygote = starter.start(environment, declared);
      zygote.dead().thenAccept(reason -> died(place, zygote, reason));
      if (!serve(place, zygote)) {
        zygote.close();
      }
    } catch (ZygoteException e) {
      if (!isClosed()) {
        LOG.warn(
            "environment {}: functions take the direct path: {}",
            environment.key(),
            e.getMessage());
      }
      fail(place, String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      fail(place, "it was not awaited");
    } catch (RuntimeException | Error e) {
      fail(place, e.toString());
      throw e;
    }
  }

  private synchronized boolean serve(Place place, Zygote zygote) {
    if (closed) {
      fail(place, "the runtime is closed");
      return false;
    }
    place.bytes = zygote.ready().join();
    place.used = System.nanoTime();
    place.zygote.complete(zygote);
    LOG.info(
        "zygote {} serves: {} ms, {} MB of its own",
        zygote.name(),
        (System.nanoTime() - place.begun) / 1_000_000,
        place.bytes >> 20);
    endSurplus(place);
    return true;
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  private synchronized void fail(Place place, String problem) {
    place.problem = problem;
    place.zygote.completeExceptionally(new ZygoteException(problem));
  }

  /// What dies without being told to is started again when it is asked for.
  private synchronized void died(Place place, Zygote zygote, String reason) {
    retired.remove(zygote);
    if (places.values().removeIf(p -> p == place)) {
      LOG.warn("zygote {} died: {}", zygote.name(), reason);
    }
  }

  private void endSurplus(Place newest) {
    List<Map.Entry<String, Place>> serving =
        new ArrayList<>(places.entrySet().stream().filter(e -> e.getValue().isServing()).toList());
    serving.sort(Comparator.comparingLong(e -> e.getValue().used));
    int count = serving.size();
    long bytes = serving.stream().mapToLong(e -> e.getValue().bytes).sum();
    for (Map.Entry<String, Place> oldest : serving) {
      if (count <= policy.most() && bytes <= policy.mostBytes()) {
        return;
      }
      if (oldest.getValue() != newest) {
        count--;
        bytes -= oldest.getValue().bytes;
        retire(oldest.getKey(), oldest.getValue());
      }
    }
  }

  private synchronized void endIdle() {
    long now = System.nanoTime();
    for (Map.Entry<String, Place> entry : List.copyOf(places.entrySet())) {
      Place place = entry.getValue();
      if (place.isServing() && now - place.used > policy.idle().toNanos()) {
        retire(entry.getKey(), place);
      }
    }
    List.copyOf(retired).forEach(ZygotePool::killIfUnused);
  }

  /// Ends a zygote, after its last call.
  private void retire(String key, Place place) {
    places.remove(key);
    Zygote zygote = place.zygote.join();
    LOG.debug("zygote {} is let go", zygote.name());
    retired.add(zygote);
    killIfUnused(zygote);
  }

  private static void killIfUnused(Zygote zygote) {
    if (zygote.calls() == 0) {
      zygote.kill();
    }
  }

  /// The zygotes that serve, for tests.
  synchronized List<Zygote> serving() {
    return places.values().stream().filter(Place::isServing).map(p -> p.zygote.join()).toList();
  }

  /// Ends all zygotes and those that start; returns when they are gone.
  @Override
  public void close() {
    List<Zygote> all;
    synchronized (this) {
      closed = true;
      all = new ArrayList<>(serving());
      all.addAll(retired);
      places.clear();
    }
    clock.shutdownNow();
    starter.close();
    all.forEach(Zygote::close);
  }
}
