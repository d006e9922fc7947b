package io.bauplan.udf.java;

import io.bauplan.udf.environment.FileTrees;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The JVM that Java functions run in: the engine's Arrow classes and the harness on its class
/// path, nothing else of the engine's process, and an AOT cache of both, which is made once in the
/// background and lies beside the environments.
public final class JvmHarness implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(JvmHarness.class);
  private static final long TRAINING_SECONDS = 180;
  private static final List<String> OPTIONS =
      List.of(
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow",
          "--add-opens=java.base/java.nio=ALL-UNNAMED",
          "-Darrow.allocation.manager.type=Unsafe",
          "-Dstdout.encoding=UTF-8",
          "-Dstderr.encoding=UTF-8",
          "-Djava.util.logging.config.file=/dev/null",
          "-Dslf4j.internal.verbosity=ERROR",
          "-XX:-UsePerfData",
          "-XX:+UseSerialGC",
          // What the JVM says of a cache that it cannot use would be among the function's prints.
          "-Xlog:disable");
  private static final String HEAP_SHARE = "-XX:MaxRAMPercentage=50";

  private final Path folder;
  private final Path home;
  private final List<Path> classPath;
  private final Path cache;
  private @Nullable Thread training;
  private volatile @Nullable Process trainee;

  private JvmHarness(Path folder, Path home, List<Path> classPath, Path cache) {
    this.folder = folder;
    this.home = home;
    this.classPath = List.copyOf(classPath);
    this.cache = cache;
  }

  /// @param store where packages and environments lie
  public static JvmHarness open(Path store) throws IOException {
    Path folder = Files.createDirectories(store.resolve("java"));
    Path home = Path.of(System.getProperty("java.home")).toRealPath();
    List<Path> jars = new ArrayList<>();
    for (Path entry : engineClassPath()) {
      jars.add(Files.isDirectory(entry) ? packed(entry, folder) : entry);
    }
    StringBuilder key = new StringBuilder(Runtime.version() + "\n" + home + "\n" + OPTIONS);
    for (Path jar : jars) {
      key.append('\n').append(jar).append(' ').append(Files.size(jar));
      key.append(' ').append(Files.getLastModifiedTime(jar).toMillis());
    }
    Path cache = folder.resolve(hash(key.toString().getBytes(StandardCharsets.UTF_8)) + ".aot");
    return new JvmHarness(folder, home, jars, cache);
  }

  /// What functions are compiled against.
  public List<Path> classPath() {
    return classPath;
  }

  /// The command line of a JVM that waits for its call; a descriptor's number is to be added.
  public List<String> command(OptionalLong memoryBytes) {
    List<String> command = new ArrayList<>(java());
    if (Files.exists(cache)) {
      command.add("-XX:AOTCache=" + cache);
    }
    command.add(
        memoryBytes.isPresent()
            ? "-Xmx" + Math.max(memoryBytes.getAsLong(), 16 << 20)
            : HEAP_SHARE);
    memoryBytes.ifPresent(b -> command.add("-Dfunction.memory=" + b));
    command.addAll(main());
    return command;
  }

  /// Files and folders that a JVM must see.
  public List<Path> visible() {
    List<Path> visible = new ArrayList<>(classPath);
    visible.add(home);
    if (Files.exists(cache)) {
      visible.add(cache);
    }
    return visible;
  }

  /// Makes the cache in the background where there is none.
  public synchronized void train() {
    if (training == null && !Files.exists(cache)) {
      training = Thread.ofPlatform().daemon(true).name("jvm-training").start(this::makeCache);
    }
  }

  /// Waits for the cache that is being made. Whether there is one.
  public boolean awaitCache() throws InterruptedException {
    Thread underWay;
    synchronized (this) {
      underWay = training;
    }
    if (underWay != null) {
      underWay.join();
    }
    return Files.exists(cache);
  }

  private void makeCache() {
    Path draft = null;
    try {
      draft = Files.createTempFile(folder, ".new-", ".aot");
      Files.delete(draft);
      List<String> command = new ArrayList<>(java());
      command.add(HEAP_SHARE);
      command.add("-XX:AOTCacheOutput=" + draft);
      command.addAll(main());
      long start = System.nanoTime();
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      trainee = process;
      boolean ended = process.waitFor(TRAINING_SECONDS, TimeUnit.SECONDS);
      if (ended && process.exitValue() == 0 && Files.exists(draft)) {
        FileTrees.makeReadable(draft);
        Files.move(draft, cache, StandardCopyOption.ATOMIC_MOVE);
        LOG.info(
            "Java functions have an AOT cache of {} MB: {} ms",
            Files.size(cache) >> 20,
            (System.nanoTime() - start) / 1_000_000);
      } else {
        LOG.warn(
            "no AOT cache for Java functions: {}", ended ? process.exitValue() : "it took long");
      }
    } catch (IOException e) {
      LOG.warn("no AOT cache for Java functions", e);
    } catch (InterruptedException closed) {
      LOG.debug("the AOT cache is not awaited");
    } finally {
      endTraining(draft);
    }
  }

  private void endTraining(@Nullable Path draft) {
    Process process = trainee;
    if (process != null && process.isAlive()) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
      process.onExit().join();
    }
    try {
      if (draft != null) {
        Files.deleteIfExists(draft);
        Files.deleteIfExists(Path.of(draft + ".config"));
      }
    } catch (IOException e) {
      LOG.warn("cannot delete {}", draft, e);
    }
  }

  private List<String> java() {
    List<String> command = new ArrayList<>();
    command.add(home.resolve("bin").resolve("java").toString());
    command.addAll(OPTIONS);
    return command;
  }

  private List<String> main() {
    return List.of(
        "-cp",
        String.join(File.pathSeparator, classPath.stream().map(Path::toString).toList()),
        FunctionMain.class.getName());
  }

  /// A folder of classes as a jar: an AOT cache knows jars only.
  private static Path packed(Path classes, Path folder) throws IOException {
    List<Path> files;
    try (Stream<Path> walk = Files.walk(classes)) {
      files = walk.filter(f -> f.toString().endsWith(".class")).sorted().toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    MessageDigest digest = sha();
    for (Path file : files) {
      digest.update(classes.relativize(file).toString().getBytes(StandardCharsets.UTF_8));
      digest.update(Files.readAllBytes(file));
    }
    Path jar = folder.resolve(HexFormat.of().formatHex(digest.digest(), 0, 8) + ".jar");
    if (Files.exists(jar)) {
      return jar;
    }
    Path draft = Files.createTempFile(folder, ".new-", ".jar");
    try (OutputStream out = Files.newOutputStream(draft);
        JarOutputStream entries = new JarOutputStream(out)) {
      for (Path file : files) {
        entries.putNextEntry(new JarEntry(classes.relativize(file).toString()));
        Files.copy(file, entries);
        entries.closeEntry();
      }
    }
    FileTrees.makeReadable(draft);
    Files.move(draft, jar, StandardCopyOption.ATOMIC_MOVE);
    return jar;
  }

  private static String hash(byte[] bytes) {
    return HexFormat.of().formatHex(sha().digest(bytes), 0, 8);
  }

  private static MessageDigest sha() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  /// Where the classes of Arrow, Jackson, the logging interface and this module were loaded from.
  private static List<Path> engineClassPath() throws IOException {
    Set<Path> found = new LinkedHashSet<>();
    for (String entry : System.getProperty("java.class.path", "").split(File.pathSeparator)) {
      String name = entry.isEmpty() ? "" : Path.of(entry).getFileName().toString();
      boolean wanted =
          name.matches(
              "(arrow|flatbuffers|jackson|slf4j-api|commons-codec|checker|jspecify|netty-common).*\\.jar");
      if (wanted && Files.exists(Path.of(entry))) {
        found.add(Path.of(entry).toRealPath());
      }
    }
    for (Class<?> one :
        List.of(
            FunctionMain.class,
            org.apache.arrow.vector.VectorSchemaRoot.class,
            org.apache.arrow.memory.BufferAllocator.class,
            org.apache.arrow.flatbuf.Message.class,
            com.google.flatbuffers.Table.class,
            com.fasterxml.jackson.databind.JsonNode.class,
            com.fasterxml.jackson.core.JsonParser.class,
            com.fasterxml.jackson.annotation.JsonFormat.class,
            org.slf4j.Logger.class)) {
      var source = one.getProtectionDomain().getCodeSource();
      if (source != null) {
        found.add(Path.of(source.getLocation().getPath()).toRealPath());
      }
    }
    return List.copyOf(found);
  }

  /// Ends the training where it is under way.
  @Override
  public synchronized void close() {
    Thread underWay = training;
    if (underWay != null) {
      underWay.interrupt();
      try {
        underWay.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
