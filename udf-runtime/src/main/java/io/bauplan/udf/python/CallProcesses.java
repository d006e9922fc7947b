package io.bauplan.udf.python;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bauplan.udf.api.FunctionDefinition;
import io.bauplan.udf.api.SharedTable;
import io.bauplan.udf.environment.ReadyEnvironment;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Chooses how a call is started: forked from a zygote where one serves its environment, else in a
/// fresh interpreter.
final class CallProcesses {
  private static final Logger LOG = LoggerFactory.getLogger(CallProcesses.class);
  private static final JsonMapper JSON = JsonMapper.builder().build();

  /// How long a forked child may take to begin.
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final ZygotePool zygotes;

  CallProcesses(ZygotePool zygotes) {
    this.zygotes = zygotes;
  }

  /// How a call was started: `direct` may have a reason.
  record Started(Optional<FunctionProcess> forked, String path) {
    private static Started directly(String reason) {
      return new Started(Optional.empty(), "direct (" + reason + ")");
    }
  }

  /// Distributions that a function declares, by their normalised names.
  static List<String> declared(List<String> requirements) {
    List<String> names = new ArrayList<>();
    for (String requirement : requirements) {
      String name = requirement.strip().replaceAll("[^A-Za-z0-9._-].*", "");
      names.add(name.replaceAll("[-_.]+", "-").toLowerCase(Locale.ROOT));
    }
    return names;
  }

  /// Forks the call where it can be. A cancellation ends the wait.
  ///
  /// @param described what `FunctionRequest` says of it
  Started fork(
      FunctionDefinition function,
      ReadyEnvironment environment,
      List<FunctionRequest.Argument> arguments,
      ObjectNode described,
      ObjectNode limits,
      CompletableFuture<Void> cancelled)
      throws InterruptedException {
    if (function.limits().internetAccess()) {
      return Started.directly("zygotes have no network");
    }
    List<String> declared = declared(function.environment().requirements());
    Optional<ZygotePool.Coming> found = zygotes.find(environment, declared);
    if (found.isEmpty()) {
      return Started.directly(zygotes.problem(environment));
    }
    Optional<ZygoteCall> call = Optional.empty();
    try {
      Zygote zygote = await(found.get().zygote(), found.get().patience(), cancelled);
      call = Optional.of(zygote.call(request(arguments, described, limits)));
      await(call.get().started(), PATIENCE, cancelled);
      return new Started(Optional.of(call.get()), "zygote");
    } catch (ExecutionException | IOException | TimeoutException e) {
      call.ifPresent(CallProcesses::giveUp);
      String reason =
          e instanceof TimeoutException
              ? "its zygote takes long"
              : String.valueOf(e.getCause() == null ? e.getMessage() : e.getCause().getMessage());
      LOG.warn("a call of '{}' takes the direct path: {}", function.name(), reason);
      return Started.directly(reason);
    } catch (InterruptedException e) {
      call.ifPresent(CallProcesses::giveUp);
      throw e;
    }
  }

  private static void giveUp(ZygoteCall call) {
    call.end();
    call.close();
  }

  private static <T> T await(
      CompletableFuture<T> result, Duration patience, CompletableFuture<Void> cancelled)
      throws InterruptedException, ExecutionException, TimeoutException {
    if (!result.isDone()) {
      CompletableFuture.anyOf(result, cancelled).get(patience.toNanos(), TimeUnit.NANOSECONDS);
      if (cancelled.isDone() && !result.isDone()) {
        throw new InterruptedException();
      }
    }
    return result.get();
  }

  private static ObjectNode request(
      List<FunctionRequest.Argument> arguments, ObjectNode described, ObjectNode limits) {
    ObjectNode request = JSON.createObjectNode();
    request.set("control", described.get("control"));
    request.set("result", described.get("result"));
    ArrayNode tables = request.putArray("tables");
    for (FunctionRequest.Argument argument : arguments) {
      if (argument instanceof FunctionRequest.Argument.OfTable(SharedTable table)) {
        tables.add(table.path().toString());
      }
    }
    request.set("segments", FunctionRequest.segments(arguments));
    request.set("limits", limits);
    request.set("function", described);
    return request;
  }
}
