package io.bauplan.udf.python;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bauplan.udf.api.OutputListener;
import io.bauplan.udf.environment.FileTrees;
import io.bauplan.udf.shm.Pipe;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A process that has the packages of one environment imported and forks a child for each call;
/// `gate.py` tells how to speak to it. It dies when this closes, when the engine does, and with it
/// every child that it has.
final class Zygote implements AutoCloseable {
  /// The status of processes that were killed.
  static final int KILLED = 128 + 9;

  private static final Logger LOG = LoggerFactory.getLogger(Zygote.class);
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final int MAX_LINES = 5;

  private final String name;
  private final Process process;
  private final Path folder;
  private final Path control;
  private final Map<Integer, ZygoteCall> calls = new ConcurrentHashMap<>();
  private final AtomicInteger numbers = new AtomicInteger();
  private final CompletableFuture<Long> ready = new CompletableFuture<>();
  private final CompletableFuture<String> dead = new CompletableFuture<>();
  private final Deque<String> said = new ArrayDeque<>();
  private volatile String unfit = "";
  private volatile String threads = "";

  /// Takes ownership of the process and of its folder.
  ///
  /// @param control where the sandbox says why it could not be set up
  Zygote(String name, Process process, Path folder, Path control) {
    this.name = name;
    this.process = process;
    this.folder = folder;
    this.control = control;
    Thread.ofPlatform().daemon(true).name("zygote-" + name).start(this::listen);
    OutputListener log =
        (stream, text) -> {
          LOG.debug("zygote {}: {}", name, text);
          synchronized (said) {
            said.addLast(text);
            if (said.size() > MAX_LINES) {
              said.removeFirst();
            }
          }
        };
    new LinePump(process.getErrorStream(), OutputListener.Stream.STDERR, log)
        .start("zygote-log-" + name);
  }

  String name() {
    return name;
  }

  /// Completes with the private bytes that it holds once it can serve, or fails.
  CompletableFuture<Long> ready() {
    return ready;
  }

  /// Completes with the reason when it is gone.
  CompletableFuture<String> dead() {
    return dead;
  }

  /// A module that starts threads when it is imported, so that it must not be; empty = none.
  String threads() {
    return threads;
  }

  /// The process that the engine started, for tests that end it.
  long pid() {
    return process.pid();
  }

  /// Calls under way.
  int calls() {
    return calls.size();
  }

  /// Asks for a child. The caller ends and closes the call.
  ///
  /// @param request with `function`, `limits`, `segments`, `tables`, `control` and `result`
  ZygoteCall call(ObjectNode request) throws IOException {
    Pipe out = Pipe.open();
    ZygoteCall call;
    try {
      call = new ZygoteCall(this, numbers.incrementAndGet(), out, Pipe.open());
    } catch (IOException e) {
      out.close();
      throw e;
    }
    calls.put(call.number(), call);
    request.put("call", call.number());
    request.put("stdout", out.writer());
    request.put("stderr", call.errorWriter());
    try {
      send(request);
    } catch (IOException gone) {
      fail(call, "the zygote is gone: " + gone.getMessage());
    }
    if (dead.isDone()) {
      fail(call, dead.join());
    }
    return call;
  }

  private void fail(ZygoteCall call, String reason) {
    if (calls.remove(call.number()) != null) {
      call.hasFailed(reason);
    }
  }

  void askToEnd(int call) {
    try {
      send(JSON.createObjectNode().put("end", call));
    } catch (IOException gone) {
      LOG.debug("zygote {} is gone", name, gone);
    }
  }

  private void send(ObjectNode message) throws IOException {
    byte[] line = JSON.writeValueAsBytes(message);
    synchronized (process) {
      OutputStream to = process.getOutputStream();
      to.write(line);
      to.write('\n');
      to.flush();
    }
  }

  private void listen() {
    try (BufferedReader events =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      String line;
      while ((line = events.readLine()) != null) {
        take(JSON.readTree(line));
      }
    } catch (IOException e) {
      LOG.debug("zygote {}", name, e);
    } finally {
      kill();
      process.onExit().join();
      String reason = reason();
      delete();
      ready.completeExceptionally(new ZygoteException(reason));
      dead.complete(reason);
      calls.forEach((number, call) -> lost(call, reason));
      calls.clear();
    }
  }

  private static void lost(ZygoteCall call, String reason) {
    if (call.started().isDone()) {
      call.hasEnded(KILLED);
    } else {
      call.hasFailed(reason);
    }
  }

  private void take(JsonNode event) {
    ZygoteCall call = calls.get(event.path("call").asInt());
    switch (event.path("event").asText()) {
      case "ready" -> ready.complete(event.path("bytes").asLong());
      case "unfit" -> unfit = event.path("message").asText();
      case "threads" -> {
        threads = event.path("module").asText();
        unfit = "importing " + threads + " starts threads";
      }
      case "started" -> {
        if (call != null) {
          call.hasStarted();
        }
      }
      case "failed" -> {
        if (call != null) {
          fail(call, event.path("message").asText());
        }
      }
      case "ended" -> {
        if (call != null) {
          calls.remove(call.number());
          call.hasEnded(event.path("status").asInt());
        }
      }
      default -> LOG.warn("zygote {} says {}", name, event);
    }
  }

  private String reason() {
    if (!unfit.isEmpty()) {
      return unfit;
    }
    String setup = "";
    try {
      setup = JSON.readTree(Files.readString(control)).path("message").asText("");
    } catch (IOException nothing) {
      LOG.debug("zygote {} left no word", name, nothing);
    }
    synchronized (said) {
      String last = setup.isEmpty() ? String.join("; ", said) : setup;
      return "it ended with status " + process.exitValue() + (last.isEmpty() ? "" : ": " + last);
    }
  }

  private void delete() {
    try {
      FileTrees.delete(folder);
    } catch (IOException e) {
      LOG.warn("cannot delete {}", folder, e);
    }
  }

  /// Ends it and all its children without waiting.
  void kill() {
    process.toHandle().destroyForcibly();
  }

  /// Ends it and all its children; returns when they are gone.
  @Override
  public void close() {
    kill();
    dead.join();
  }
}
