package io.bauplan.udf.environment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Compiled modules of the packages of a store: nobody may write to it from a sandbox, and so a
/// function's imports would compile every module anew.
///
/// A package is used as soon as it is unpacked and compiled meanwhile: compiling all of a large
/// package takes longer than importing what a function needs of it. When it is done, a file beside
/// the package's folder lists what was made, with hashes. What was cut short goes on where it ended
/// (each module appears whole, and names the time of its source): else an engine that lives for a
/// second, as a command does, would begin a large package again and again.
final class Bytecode implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Bytecode.class);
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final long IDLE_SECONDS = 5;

  /// Ends with the process that started it, whose end of the pipe closes then. Without processes of
  /// its own: nobody would end those.
  private static final String PROGRAM =
      """
      import compileall, os, re, sys, threading
      threading.Thread(target=lambda: (os.read(0, 1), os._exit(1)), daemon=True).start()
      if sys.argv[1] == "background":
          os.nice(10)
      for folder in sys.argv[2:]:
          # Below the package: the store itself may lie below a folder `tests`.
          tests = re.compile(re.escape(folder) + "/(.*/)?tests?/")
          compileall.compile_dir(folder, maxlevels=30, quiet=2, rx=tests)
      os._exit(0)
      """;

  private final StoreLocks locks;
  private final Path work;
  private final Set<Path> queued = ConcurrentHashMap.newKeySet();
  private final ThreadPoolExecutor background;

  /// @param work an existing folder for short-lived files
  Bytecode(StoreLocks locks, Path work) {
    this.locks = locks;
    this.work = work;
    this.background =
        new ThreadPoolExecutor(
            1,
            1,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform().daemon().name("package-compile").factory());
    background.allowCoreThreadTimeOut(true);
  }

  /// Sees to it that the packages get compiled for an interpreter; returns at once.
  void compileSoon(Interpreter interpreter, List<Path> folders) {
    for (Path folder : folders) {
      Path mark = mark(interpreter, folder);
      if (!Files.exists(mark) && queued.add(mark)) {
        Future<?> ignored = background.submit(() -> compileQuietly(interpreter, folder, mark));
      }
    }
  }

  private void compileQuietly(Interpreter interpreter, Path folder, Path mark) {
    try (StoreLocks.Held store = locks.shared()) {
      compile(interpreter, List.of(folder), 1);
    } catch (IOException e) {
      LOG.debug("{} stays uncompiled", folder, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      queued.remove(mark);
    }
  }

  /// Compiles what is not compiled yet, on all processors. Under the store's lock.
  void compileNow(Interpreter interpreter, List<Path> folders)
      throws IOException, InterruptedException {
    background.getQueue().clear();
    queued.clear();
    compile(interpreter, folders, Math.max(2, Runtime.getRuntime().availableProcessors()));
  }

  private void compile(Interpreter interpreter, List<Path> folders, int processes)
      throws IOException, InterruptedException {
    List<String> names = new ArrayList<>();
    folders.forEach(
        f -> names.add("compile-" + FileTrees.parent(FileTrees.parent(f)).getFileName()));
    try (StoreLocks.Held held = locks.named(names)) {
      List<Path> todo =
          folders.stream()
              .filter(f -> Files.isDirectory(f) && !Files.exists(mark(interpreter, f)))
              .toList();
      if (todo.isEmpty()) {
        return;
      }
      run(interpreter, todo, processes);
      for (Path folder : todo) {
        FileTrees.makeReadable(folder);
        write(interpreter, folder);
      }
    }
  }

  private static void run(Interpreter interpreter, List<Path> folders, int count)
      throws IOException, InterruptedException {
    List<Process> processes = new ArrayList<>();
    try {
      for (int i = 0; i < Math.min(count, folders.size()); i++) {
        List<String> command = new ArrayList<>();
        command.addAll(List.of(interpreter.binary().toString(), "-I", "-S", "-c", PROGRAM));
        command.add(count == 1 ? "background" : "foreground");
        for (int k = i; k < folders.size(); k += count) {
          command.add(folders.get(k).toString());
        }
        ProcessBuilder builder =
            new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().clear();
        processes.add(builder.start());
      }
      for (Process process : processes) {
        if (process.waitFor() != 0) {
          throw new IOException("compiling ended with status " + process.exitValue());
        }
      }
    } finally {
      for (Process process : processes) {
        process.destroyForcibly();
        process.toHandle().onExit().join();
      }
    }
  }

  private void write(Interpreter interpreter, Path folder) throws IOException {
    ObjectNode made = JSON.createObjectNode();
    for (Path file : compiled(folder, tag(interpreter))) {
      if (file.toString().endsWith(".pyc")) {
        made.put(folder.relativize(file).toString(), Hashes.hex(file));
      } else {
        Files.deleteIfExists(file); // an earlier attempt was killed in the middle of this one
      }
    }
    Path temporary = Files.createTempFile(work, "compiled-", ".json");
    JSON.writeValue(temporary.toFile(), made);
    Files.move(temporary, mark(interpreter, folder), StandardCopyOption.ATOMIC_MOVE);
  }

  private static List<Path> compiled(Path folder, String tag) throws IOException {
    try (Stream<Path> walk = Files.walk(folder)) {
      return walk.filter(
              p ->
                  FileTrees.parent(p).getFileName().toString().equals("__pycache__")
                      && p.getFileName().toString().contains("." + tag + ".")
                      && Files.isRegularFile(p))
          .toList();
    }
  }

  /// The hashes of the compiled modules by their path in the package, by the tag in their names of
  /// the interpreter that they are for.
  static Map<String, Map<String, String>> recorded(Path folder) throws IOException {
    Map<String, Map<String, String>> all = new HashMap<>();
    for (Path file : marks(folder)) {
      Map<String, String> hashes = new HashMap<>();
      JsonNode json = JSON.readTree(file.toFile());
      json.properties().forEach(e -> hashes.put(e.getKey(), e.getValue().asText()));
      String name = file.getFileName().toString();
      all.put(name.substring(name.lastIndexOf('.') + 1), hashes);
    }
    return all;
  }

  /// The lists beside a package's folder.
  static List<Path> marks(Path folder) throws IOException {
    try (Stream<Path> beside = Files.list(FileTrees.parent(folder))) {
      String start = "." + folder.getFileName() + ".";
      return beside.filter(p -> p.getFileName().toString().startsWith(start)).toList();
    }
  }

  private static Path mark(Interpreter interpreter, Path folder) {
    return folder.resolveSibling("." + folder.getFileName() + "." + tag(interpreter));
  }

  private static String tag(Interpreter interpreter) {
    return tag(interpreter.version());
  }

  /// `cpython-311` for `3.11.7`.
  static String tag(String version) {
    String[] numbers = version.split("\\.");
    return "cpython-" + numbers[0] + numbers[1];
  }

  /// Which interpreter a file `module.cpython-311.pyc` is for.
  static Optional<String> tagOf(Path file) {
    String name = file.getFileName().toString();
    int end = name.lastIndexOf(".pyc");
    int start = end < 0 ? -1 : name.lastIndexOf('.', end - 1);
    boolean inside = FileTrees.parent(file).getFileName().toString().equals("__pycache__");
    return start < 0 || !inside ? Optional.empty() : Optional.of(name.substring(start + 1, end));
  }

  /// Ends what compiles in the background.
  @Override
  public void close() {
    background.shutdownNow();
    boolean interrupted = false;
    while (!background.isTerminated()) {
      try {
        background.awaitTermination(1, TimeUnit.MINUTES);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
