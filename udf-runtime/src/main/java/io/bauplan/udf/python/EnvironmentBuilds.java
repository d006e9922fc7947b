package io.bauplan.udf.python;

import io.bauplan.udf.api.EnvironmentSpec;
import io.bauplan.udf.environment.EnvironmentException;
import io.bauplan.udf.environment.EnvironmentStore;
import io.bauplan.udf.environment.ReadyEnvironment;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Environments that are made ready ahead of their first use. A call that comes meanwhile shares
/// what comes of it, an error too: it is not looked for twice.
final class EnvironmentBuilds {
  private static final Logger LOG = LoggerFactory.getLogger(EnvironmentBuilds.class);

  private final EnvironmentStore store;
  private final Map<EnvironmentSpec, CompletableFuture<ReadyEnvironment>> underWay =
      new ConcurrentHashMap<>();

  EnvironmentBuilds(EnvironmentStore store) {
    this.store = store;
  }

  /// Makes an environment ready in the background.
  ///
  /// @param then what to do with it before any waiting call gets it
  void prepare(EnvironmentSpec spec, Consumer<ReadyEnvironment> then) {
    CompletableFuture<ReadyEnvironment> build = new CompletableFuture<>();
    if (underWay.putIfAbsent(spec, build) != null) {
      return;
    }
    Thread.ofVirtual()
        .name("environment-prepare")
        .start(
            () -> {
              try {
                ReadyEnvironment ready = store.get(spec);
                then.accept(ready);
                build.complete(ready);
              } catch (EnvironmentException e) {
                LOG.debug("an environment cannot be prepared: {}", e.getMessage());
                build.completeExceptionally(e);
              } catch (InterruptedException | RuntimeException | Error e) {
                build.completeExceptionally(e);
              } finally {
                underWay.remove(spec);
              }
            });
  }

  /// The environment for a wish, built where it is missing. An interrupt ends the wait.
  ReadyEnvironment get(EnvironmentSpec spec) throws EnvironmentException, InterruptedException {
    CompletableFuture<ReadyEnvironment> build = underWay.get(spec);
    if (build != null) {
      try {
        return build.get();
      } catch (ExecutionException e) {
        if (e.getCause() instanceof EnvironmentException failure) {
          throw new EnvironmentException(failure.failure());
        }
        LOG.debug("an environment was not prepared", e);
      }
    }
    return store.get(spec);
  }
}
