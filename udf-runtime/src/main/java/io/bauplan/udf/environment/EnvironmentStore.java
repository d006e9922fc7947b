package io.bauplan.udf.environment;

import io.bauplan.udf.api.EnvironmentFailure.Reason;
import io.bauplan.udf.api.EnvironmentSpec;
import io.bauplan.udf.api.KnownEnvironment;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Environments by what was asked for: (interpreter, requirements, as-of day). The first request
/// resolves, fetches and links; every later one finds the lock file and costs about a millisecond,
/// network or not. Thread-safe, and safe against other processes on the same store.
///
/// Without an explicit day, pinned requirements (`pandas==2.0`) bound the rest: packages are
/// resolved as the index stood [#MARGIN] after the newest pinned release, so that an old pin meets
/// the dependencies of its time.
public final class EnvironmentStore {
  /// How long after the newest pinned release other packages may have been released.
  public static final Duration MARGIN = Duration.ofDays(30);

  private static final Logger LOG = LoggerFactory.getLogger(EnvironmentStore.class);
  private static final int FORMAT = 1;

  /// Environments remembered in memory; the rest is found on disk again.
  private static final int MAX_KNOWN = 1000;

  /// The oldest pyarrow that the harness works with.
  private static final String PYARROW = "pyarrow>=8";

  private final Path root;
  private final InterpreterFinder interpreters;
  private final EnvironmentPolicy policy;
  private final InstallerChoice installers;
  private final PackageStore packages;
  private final Map<String, ReentrantLock> building = new ConcurrentHashMap<>();
  private final Map<EnvironmentSpec, ReadyEnvironment> known = new ConcurrentHashMap<>();

  /// @param root the store's folder, made where it is missing
  public EnvironmentStore(Path root, InterpreterFinder interpreters, EnvironmentPolicy policy)
      throws IOException {
    this.root = Files.createDirectories(root).toRealPath();
    this.interpreters = interpreters;
    this.policy = policy;
    for (String folder : List.of("pkg", "lock", "env", "tmp", "tools")) {
      Files.createDirectories(this.root.resolve(folder));
    }
    this.packages = new PackageStore(this.root.resolve("pkg"));
    this.installers = new InstallerChoice(this.root, policy);
  }

  public Path root() {
    return root;
  }

  public InterpreterFinder interpreters() {
    return interpreters;
  }

  /// The interpreter for a wish, or the failure `UNKNOWN_INTERPRETER` that names what there is.
  public Interpreter interpreter(Optional<String> wanted)
      throws EnvironmentException, IOException, InterruptedException {
    Optional<Interpreter> found = interpreters.find(wanted);
    if (found.isEmpty()
        && wanted.isPresent()
        && policy.interpreters() == EnvironmentPolicy.Interpreters.INSTALL_ALLOWED
        && wanted.get().matches("3\\.\\d+(\\.\\d+)?")) {
      installers.installInterpreter(wanted.get());
      found = interpreters.find(wanted);
    }
    return found.orElseThrow(
        () ->
            InstallerMessages.failure(
                Reason.UNKNOWN_INTERPRETER,
                wanted.orElse("Python 3"),
                wanted
                        .map(w -> "Python " + w + " was not found on this machine")
                        .orElse("No Python 3 was found on this machine")
                    + " (there is: %s); install it with pyenv, uv or the system's packages, or ask for one that is there"
                        .formatted(interpreters.inWords())));
  }

  /// The environments that are built, by key.
  public List<KnownEnvironment> list() throws IOException {
    List<KnownEnvironment> all = new ArrayList<>();
    try (Stream<Path> files = Files.list(root.resolve("lock"))) {
      for (Path file : (Iterable<Path>) files.sorted()::iterator) {
        String name = String.valueOf(file.getFileName());
        Optional<EnvironmentLock> lock =
            name.endsWith(".json") ? EnvironmentLock.read(file, root) : Optional.empty();
        String key = name.replace(".json", "");
        if (lock.isPresent() && Files.isDirectory(sitePackages(key))) {
          all.add(
              new KnownEnvironment(
                  key,
                  lock.get().interpreter(),
                  lock.get().requirements(),
                  lock.get().bound(),
                  lock.get().packages().stream().map(p -> p.name() + "==" + p.version()).toList(),
                  Files.getLastModifiedTime(file).toInstant()));
        }
      }
    }
    return all;
  }

  /// The environment for a wish, built where it is missing. An interrupt ends a build.
  public ReadyEnvironment get(EnvironmentSpec spec)
      throws EnvironmentException, InterruptedException {
    ReadyEnvironment before = known.get(spec);
    if (before != null && Files.isDirectory(before.sitePackages())) {
      return before;
    }
    List<Requirement> wanted = new ArrayList<>();
    for (String written : spec.requirements()) {
      wanted.add(Requirement.parse(written));
    }
    try {
      Interpreter interpreter = interpreter(spec.interpreterVersion());
      String key = key(interpreter, wanted, spec.packagesAsOf());
      ReentrantLock lock = building.computeIfAbsent(key, k -> new ReentrantLock());
      lock.lockInterruptibly();
      try (FileChannel file =
              FileChannel.open(
                  root.resolve("lock").resolve(key + ".lck"),
                  StandardOpenOption.CREATE,
                  StandardOpenOption.WRITE);
          FileLock held = file.lock()) {
        Optional<ReadyEnvironment> there = open(key, interpreter);
        ReadyEnvironment ready =
            there.isPresent() ? there.get() : build(key, interpreter, wanted, spec.packagesAsOf());
        if (known.size() >= MAX_KNOWN) {
          known.clear();
        }
        known.put(spec, ready);
        return ready;
      } finally {
        lock.unlock();
      }
    } catch (java.nio.channels.FileLockInterruptionException
        | java.nio.channels.ClosedByInterruptException e) {
      throw new InterruptedException();
    } catch (IOException e) {
      LOG.debug("environment build failed", e);
      throw InstallerMessages.failure(
          Reason.DISK,
          root.toString(),
          "The package store %s cannot be used: %s".formatted(root, e.getMessage()));
    }
  }

  private Optional<ReadyEnvironment> open(String key, Interpreter interpreter) {
    Path site = sitePackages(key);
    if (!Files.isDirectory(site)) {
      return Optional.empty();
    }
    return EnvironmentLock.read(lockFile(key), root)
        .filter(l -> l.folders().stream().allMatch(Files::isDirectory))
        .map(l -> ready(key, interpreter, l));
  }

  private ReadyEnvironment ready(String key, Interpreter interpreter, EnvironmentLock lock) {
    return new ReadyEnvironment(
        key,
        interpreter,
        sitePackages(key),
        List.of(sitePackages(key), packages.root()),
        lock.packages(),
        lock.bound());
  }

  private ReadyEnvironment build(
      String key, Interpreter interpreter, List<Requirement> wanted, Optional<LocalDate> asOf)
      throws IOException, InterruptedException, EnvironmentException {
    long started = System.nanoTime();
    PackageTool tool = installers.choose(interpreter);
    List<Requirement> all = new ArrayList<>(wanted);
    if (wanted.stream().noneMatch(r -> r.name().equals("pyarrow"))) {
      all.add(Requirement.parse(PYARROW));
    }
    Optional<Instant> bound = bound(tool, interpreter, wanted, asOf);
    List<ResolvedPackage> resolved;
    try {
      resolved = tool.resolve(interpreter, all, List.of(), bound);
    } catch (EnvironmentException refused) {
      if (asOf.isPresent() || bound.isEmpty()) {
        throw refused;
      }
      LOG.info("environment {}: nothing fits before {}, resolving without that bound", key, bound);
      bound = Optional.empty();
      resolved = tool.resolve(interpreter, all, List.of(), bound);
    }
    List<Path> folders = fetch(tool, interpreter, resolved);
    if (NumpyAbi.isNumpy2(resolved) && NumpyAbi.firstBuiltForNumpy1(folders).isPresent()) {
      LOG.info("environment {}: a package was built for NumPy 1, resolving with numpy<2", key);
      resolved = tool.resolve(interpreter, all, List.of("numpy<2"), bound);
      folders = fetch(tool, interpreter, resolved);
    }
    EnvironmentLock lock =
        new EnvironmentLock(
            interpreter.version(),
            wanted.stream().map(Requirement::text).toList(),
            bound.map(b -> LocalDate.ofInstant(b.minusNanos(1), ZoneOffset.UTC).toString()),
            resolved,
            folders);
    assemble(key, folders);
    lock.write(lockFile(key), root);
    LOG.info(
        "environment {} built: {} packages, {} ms",
        key,
        resolved.size(),
        (System.nanoTime() - started) / 1_000_000);
    return ready(key, interpreter, lock);
  }

  private static Optional<Instant> bound(
      PackageTool tool, Interpreter interpreter, List<Requirement> wanted, Optional<LocalDate> asOf)
      throws IOException, InterruptedException {
    if (asOf.isPresent()) {
      return asOf.map(day -> day.plusDays(1).atStartOfDay(ZoneOffset.UTC).toInstant());
    }
    List<Requirement> pinned = wanted.stream().filter(Requirement::isPinned).toList();
    if (pinned.isEmpty()) {
      return Optional.empty();
    }
    return tool.newestRelease(interpreter, pinned)
        .map(t -> t.plus(MARGIN).atZone(ZoneOffset.UTC).toLocalDate().plusDays(1))
        .map(day -> day.atStartOfDay(ZoneOffset.UTC).toInstant());
  }

  private List<Path> fetch(
      PackageTool tool, Interpreter interpreter, List<ResolvedPackage> resolved)
      throws IOException, InterruptedException, EnvironmentException {
    List<ResolvedPackage> missing = new ArrayList<>();
    Map<String, Path> places = new HashMap<>();
    for (ResolvedPackage p : resolved) {
      Optional<Path> place = packages.find(p, interpreter);
      place.ifPresentOrElse(f -> places.put(p.name(), f), () -> missing.add(p));
    }
    if (!missing.isEmpty()) {
      Path target = Files.createTempDirectory(root.resolve("tmp"), "unpack-");
      try {
        tool.unpack(interpreter, missing, target);
        List<Path> fresh = packages.adopt(target);
        compile(interpreter, fresh);
        for (Path place : fresh) {
          places.put(packages.root().relativize(place).getName(0).toString(), place);
        }
      } finally {
        FileTrees.delete(target);
      }
    }
    List<Path> folders = new ArrayList<>();
    for (ResolvedPackage p : resolved) {
      Path place = places.get(p.name());
      if (place == null) {
        throw InstallerMessages.failure(
            Reason.OTHER, p.source(), "The installer did not deliver " + p.source());
      }
      folders.add(place);
    }
    return folders;
  }

  /// Imports from a store that nobody may write to would compile every module anew at each start.
  private void compile(Interpreter interpreter, List<Path> folders)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                interpreter.binary().toString(),
                "-I",
                "-m",
                "compileall",
                "-q",
                "-j",
                "0",
                "-x",
                "[/]tests?[/]"));
    folders.forEach(f -> command.add(f.toString()));
    InstallerRun.of(command, Map.of("PATH", "/usr/bin:/bin"), root.resolve("tmp"));
    for (Path folder : folders) {
      FileTrees.makeReadable(folder);
    }
  }

  private void assemble(String key, List<Path> folders) throws IOException {
    Path place = root.resolve("env").resolve(key);
    Path temporary = Files.createTempDirectory(root.resolve("env"), ".new-");
    LinkFarm.assemble(Files.createDirectory(temporary.resolve("site-packages")), folders);
    FileTrees.makeReadable(temporary);
    FileTrees.delete(place);
    Files.move(temporary, place, StandardCopyOption.ATOMIC_MOVE);
  }

  private Path sitePackages(String key) {
    return root.resolve("env").resolve(key).resolve("site-packages");
  }

  private Path lockFile(String key) {
    return root.resolve("lock").resolve(key + ".json");
  }

  private String key(Interpreter interpreter, List<Requirement> wanted, Optional<LocalDate> asOf) {
    StringBuilder text = new StringBuilder();
    text.append(FORMAT).append('\n').append(interpreter.version()).append('\n');
    text.append(interpreter.binary()).append('\n').append(System.getProperty("os.arch"));
    text.append('\n').append(PYARROW).append('\n').append(policy.sources()).append('\n');
    asOf.ifPresent(text::append);
    wanted.stream().map(Requirement::text).sorted().forEach(r -> text.append('\n').append(r));
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest(text.toString().getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest).substring(0, 24);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
