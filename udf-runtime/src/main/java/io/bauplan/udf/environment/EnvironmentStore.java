package io.bauplan.udf.environment;

import io.bauplan.udf.api.EnvironmentFailure.Reason;
import io.bauplan.udf.api.EnvironmentSpec;
import io.bauplan.udf.api.KnownEnvironment;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileLockInterruptionException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Environments by what was asked for: (interpreter, requirements, as-of day). The first request
/// resolves, fetches and links; every later one finds the lock file and costs about a millisecond,
/// network or not. Thread-safe, and safe against other processes on the same store.
///
/// Without an explicit day, pinned requirements (`pandas==2.0`) bound the rest: packages are
/// resolved as the index stood a month after the newest pinned release, so that an old pin meets
/// the dependencies of its time.
public final class EnvironmentStore implements AutoCloseable {
  /// The day that counts where neither a function nor its project says one.
  public static final String AS_OF_VARIABLE = "BAUPLAN_PACKAGES_AS_OF";

  private static final Logger LOG = LoggerFactory.getLogger(EnvironmentStore.class);
  private static final int FORMAT = 2;

  /// Environments remembered in memory; the rest is found on disk again.
  private static final int MAX_KNOWN = 1000;

  /// How exactly the last use of an environment is written down.
  private static final Duration USE_PRECISION = Duration.ofMinutes(10);

  private final StorePaths paths;
  private final StoreLocks locks;
  private final InterpreterFinder interpreters;
  private final EnvironmentPolicy policy;
  private final InstallerChoice installers;
  private final PackageStore packages;
  private final EnvironmentBuilder builder;
  private final StoreCare care;
  private final Bytecode bytecode;
  private final Map<EnvironmentSpec, Known> known = new ConcurrentHashMap<>();

  private record Known(ReadyEnvironment ready, long usedNanos) {}

  /// @param root the store's folder, made where it is missing
  public EnvironmentStore(Path root, InterpreterFinder interpreters, EnvironmentPolicy policy)
      throws IOException {
    this.paths = StorePaths.create(root);
    this.locks = StoreLocks.of(paths.locks());
    this.interpreters = interpreters;
    this.policy = policy;
    this.packages = new PackageStore(paths.packages(), paths.work());
    this.installers = new InstallerChoice(paths.root(), policy);
    this.builder = new EnvironmentBuilder(paths, locks, installers, packages);
    this.care = new StoreCare(paths, locks, packages);
    this.bytecode = new Bytecode(locks, paths.work());
    care.sweep();
  }

  public Path root() {
    return paths.root();
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
      try (StoreLocks.Held held = locks.shared()) {
        installers.installInterpreter(wanted.get());
      }
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
                    + (" (there is: %s); install it with pyenv, uv or the system's packages, ask"
                            + " for one that is there, or set BAUPLAN_INSTALL_PYTHON=1 to let uv"
                            + " fetch it")
                        .formatted(interpreters.inWords())));
  }

  /// The environments that are built, by key.
  public List<KnownEnvironment> list() throws IOException {
    List<KnownEnvironment> all = new ArrayList<>();
    for (Map.Entry<String, EnvironmentLock> entry : care.locks().entrySet()) {
      String key = entry.getKey();
      EnvironmentLock lock = entry.getValue();
      try {
        all.add(
            new KnownEnvironment(
                key,
                lock.interpreter(),
                lock.requirements(),
                lock.bound(),
                lock.packages().stream().map(ResolvedPackage::toString).toList(),
                Files.getLastModifiedTime(paths.lockFile(key)).toInstant(),
                Files.getLastModifiedTime(paths.environment(key)).toInstant()));
      } catch (NoSuchFileException collected) {
        LOG.debug("{} is going", key);
      }
    }
    return all;
  }

  /// The folders of an environment's packages, in the order of [KnownEnvironment#packages].
  public List<Path> folders(String key) {
    return EnvironmentLock.read(paths.lockFile(key), paths)
        .map(EnvironmentLock::folders)
        .orElse(List.of());
  }

  /// Where an environment's `site-packages` are.
  public Path place(String key) {
    return paths.sitePackages(key);
  }

  /// The environment for a wish, built where it is missing. An interrupt ends a build.
  public ReadyEnvironment get(EnvironmentSpec spec)
      throws EnvironmentException, InterruptedException {
    Known before = known.get(spec);
    if (before != null
        && System.nanoTime() - before.usedNanos < USE_PRECISION.toNanos()
        && Files.isDirectory(before.ready.sitePackages())) {
      return before.ready;
    }
    List<Requirement> wanted = new ArrayList<>();
    for (String written : spec.requirements()) {
      wanted.add(Requirement.parse(written));
    }
    try {
      Optional<LocalDate> asOf = spec.packagesAsOf().isPresent() ? spec.packagesAsOf() : asOf();
      Interpreter interpreter = interpreter(spec.interpreterVersion());
      String key = key(interpreter, wanted, asOf);
      Optional<ReadyEnvironment> there = open(key, interpreter);
      ReadyEnvironment ready =
          there.isPresent() ? there.get() : build(key, interpreter, wanted, asOf);
      if (wanted.stream().allMatch(r -> r.file().isEmpty())) { // else it may change any time
        if (known.size() >= MAX_KNOWN) {
          known.clear();
        }
        known.put(spec, new Known(ready, System.nanoTime()));
      }
      return ready;
    } catch (FileLockInterruptionException | ClosedByInterruptException e) {
      throw new InterruptedException();
    } catch (IOException e) {
      LOG.debug("environment build failed", e);
      throw InstallerMessages.storeFailure(paths.root(), e);
    }
  }

  private Optional<LocalDate> asOf() throws EnvironmentException {
    String text = policy.variables().getOrDefault(AS_OF_VARIABLE, "").strip();
    try {
      return text.isEmpty() ? Optional.empty() : Optional.of(LocalDate.parse(text));
    } catch (DateTimeParseException e) {
      throw InstallerMessages.failure(
          Reason.OTHER,
          AS_OF_VARIABLE,
          "%s is '%s', which is no day; write it as 2023-06-30".formatted(AS_OF_VARIABLE, text));
    }
  }

  private ReadyEnvironment build(
      String key, Interpreter interpreter, List<Requirement> wanted, Optional<LocalDate> asOf)
      throws IOException, InterruptedException, EnvironmentException {
    try (StoreLocks.Held store = locks.shared();
        StoreLocks.Held one = locks.named(List.of(key))) {
      Optional<ReadyEnvironment> meanwhile = open(key, interpreter);
      if (meanwhile.isPresent()) {
        return meanwhile.get();
      }
      EnvironmentLock lock = builder.build(key, interpreter, wanted, asOf);
      bytecode.compileSoon(interpreter, lock.folders());
      return ready(key, interpreter, lock);
    }
  }

  private Optional<ReadyEnvironment> open(String key, Interpreter interpreter) {
    if (!Files.isDirectory(paths.sitePackages(key))) {
      return Optional.empty();
    }
    Optional<EnvironmentLock> lock =
        EnvironmentLock.read(paths.lockFile(key), paths)
            .filter(l -> l.folders().stream().allMatch(Files::isDirectory));
    lock.ifPresent(
        l -> {
          bytecode.compileSoon(interpreter, l.folders());
          noteUse(key);
        });
    return lock.map(l -> ready(key, interpreter, l));
  }

  private void noteUse(String key) {
    try {
      Files.setLastModifiedTime(paths.environment(key), FileTime.from(Instant.now()));
    } catch (IOException e) {
      LOG.debug("the use of environment {} is not noted", key, e);
    }
  }

  private ReadyEnvironment ready(String key, Interpreter interpreter, EnvironmentLock lock) {
    return new ReadyEnvironment(
        key,
        interpreter,
        paths.sitePackages(key),
        List.of(paths.sitePackages(key), packages.root()),
        lock.packages(),
        lock.bound());
  }

  /// Compiles all modules of an environment, where that has not been done in the background yet.
  public void compile(ReadyEnvironment environment) throws IOException, InterruptedException {
    try (StoreLocks.Held held = locks.shared()) {
      bytecode.compileNow(environment.interpreter(), folders(environment.key()));
    }
  }

  /// Takes away environments that were not used since an instant, then packages that none uses.
  /// Waits for builds that are under way.
  public GarbageReport collectGarbage(Instant usedBefore) throws IOException, InterruptedException {
    return care.collect(usedBefore);
  }

  /// What is not as it was made: packages against the hashes recorded when they came, environments
  /// against their locks.
  public List<StoreProblem> verify() throws IOException, InterruptedException {
    return care.verify(StoreCare.Repair.NO);
  }

  /// As [#verify], and takes away what is wrong, so that its next use fetches it again.
  public List<StoreProblem> repair() throws IOException, InterruptedException {
    return care.verify(StoreCare.Repair.YES);
  }

  private String key(Interpreter interpreter, List<Requirement> wanted, Optional<LocalDate> asOf)
      throws IOException {
    StringBuilder text = new StringBuilder();
    text.append(FORMAT).append('\n').append(interpreter.version()).append('\n');
    text.append(interpreter.binary()).append('\n').append(System.getProperty("os.arch"));
    text.append('\n').append(EnvironmentBuilder.PYARROW).append('\n').append(policy.sources());
    text.append('\n');
    asOf.ifPresent(text::append);
    for (Requirement r : wanted.stream().sorted().toList()) {
      text.append('\n').append(r.text());
      Optional<Path> file = r.file();
      if (file.isPresent() && Files.isRegularFile(file.get())) {
        text.append(' ').append(Files.size(file.get()));
        text.append(' ').append(Files.getLastModifiedTime(file.get()));
      }
    }
    return Hashes.hex(text.toString()).substring(0, 24);
  }

  /// Ends what goes on in the background; what it did not finish is done at the next use.
  @Override
  public void close() {
    bytecode.close();
  }
}
