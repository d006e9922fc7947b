package io.bauplan.tests.kills;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/// A [VictimEngine] and all processes that were ever seen below it.
final class EngineProcess implements AutoCloseable {
  private static final Path SHARED = Path.of("/dev/shm");
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(120);
  private static final long LARGE_BYTES = 1 << 20;

  private final Process process;
  private final Writer commands;
  private final List<String> lines = new ArrayList<>();
  private final Set<ProcessHandle> seen = ConcurrentHashMap.newKeySet();
  private final Thread watch;
  private boolean wasWritten;

  EngineProcess(Path warehouse, boolean zygotes) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx768m",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "--add-opens=java.base/java.nio=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                VictimEngine.class.getName(),
                warehouse.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD);
    builder.environment().put("BAUPLAN_ZYGOTES", zygotes ? "8" : "0");
    builder.environment().put("BAUPLAN_KEEP_FAILED_MB", "0");
    process = builder.start();
    commands = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8);
    Thread.ofPlatform().daemon(true).name("victim-says").start(this::read);
    watch = Thread.ofPlatform().daemon(true).name("victim-watch").start(this::watch);
    until("the engine opens", () -> says("open", 1));
  }

  private void read() {
    try (BufferedReader out = process.inputReader()) {
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        synchronized (lines) {
          lines.add(line);
        }
      }
    } catch (IOException closed) {
      // it was killed
    }
  }

  private void watch() {
    try {
      while (true) {
        seen.addAll(below());
        Thread.sleep(2);
      }
    } catch (InterruptedException enough) {
      // it has been killed, or is about to close
    }
  }

  private List<ProcessHandle> below() {
    return process.descendants().toList();
  }

  /// Begins a statement, or a run of a project.
  void begin(String kind, String text) throws IOException {
    synchronized (lines) {
      lines.clear();
    }
    wasWritten = false;
    String encoded = Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    commands.write(kind + " " + encoded + "\n");
    commands.flush();
  }

  /// How it ended: `rows ...` or `failed ...`.
  String end() {
    until("the statement ends", () -> answer().isPresent());
    return answer().orElseThrow();
  }

  private Optional<String> answer() {
    synchronized (lines) {
      return lines.stream()
          .filter(line -> line.startsWith("rows ") || line.startsWith("failed "))
          .findFirst();
    }
  }

  private boolean says(String line, int times) {
    synchronized (lines) {
      return lines.stream().filter(line::equals).count() >= times;
    }
  }

  /// Waits for a moment of what was begun.
  void await(Moment moment) {
    until(
        moment.toString(),
        () -> {
          boolean isOver = answer().isPresent();
          if (hasCome(moment)) {
            return true;
          }
          if (isOver) {
            throw new AssertionError(moment + " never came: " + answer().orElseThrow());
          }
          return false;
        });
  }

  private boolean hasCome(Moment moment) {
    return switch (moment) {
      case Moment.Said(String line, int times) -> says(line, times);
      case Moment.Processes(int least) -> below().size() >= least;
      case Moment.Written ignored -> isWritten();
      case Moment.HandedOver ignored -> {
        wasWritten |= isWritten();
        yield wasWritten && below().stream().noneMatch(p -> depth(p) > Victim.ZYGOTE.depth);
      }
    };
  }

  private boolean isWritten() {
    for (Path folder : left()) {
      try (DirectoryStream<Path> results = Files.newDirectoryStream(folder, "result-*")) {
        for (Path result : results) {
          if (Files.size(result) >= LARGE_BYTES) {
            return true;
          }
        }
      } catch (IOException gone) {
        return false;
      }
    }
    return false;
  }

  /// What this engine has in shared memory under a name.
  List<Path> left() {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> all =
        Files.newDirectoryStream(SHARED, "bauplan-*-" + process.pid() + "-*")) {
      all.forEach(found::add);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return found;
  }

  private int depth(ProcessHandle handle) {
    int depth = 0;
    Optional<ProcessHandle> at = Optional.of(handle);
    while (at.isPresent() && at.get().pid() != process.pid()) {
      depth++;
      at = at.get().parent();
    }
    return depth;
  }

  void kill(Victim victim) {
    if (victim == Victim.WORKER) {
      process.destroyForcibly();
      return;
    }
    List<ProcessHandle> all = below();
    ProcessHandle one =
        all.stream()
            .filter(p -> victim == Victim.CHILD || depth(p) == victim.depth)
            .max(Comparator.comparingInt(this::depth))
            .orElseThrow(() -> new AssertionError("there is no " + victim));
    one.destroyForcibly();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /// Waits until nothing runs of it any more.
  void awaitEnd() throws InterruptedException {
    seen.addAll(below());
    until("the engine ends", () -> !process.isAlive());
    watch.interrupt();
    watch.join();
    // What a process had started that died before it was seen.
    seen.addAll(seen.stream().flatMap(ProcessHandle::descendants).toList());
    until("its processes end", () -> seen.stream().noneMatch(ProcessHandle::isAlive));
  }

  int exitValue() {
    return process.exitValue();
  }

  private static void until(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("this did not happen in time: " + what);
      }
      try {
        Thread.sleep(1);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /// Ends it in good order.
  @Override
  public void close() throws IOException, InterruptedException {
    commands.close();
    awaitEnd();
  }
}
