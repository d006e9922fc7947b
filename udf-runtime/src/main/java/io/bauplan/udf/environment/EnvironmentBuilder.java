package io.bauplan.udf.environment;

import io.bauplan.udf.api.EnvironmentFailure.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Resolves requirements, fetches the packages that are not there yet, and links them together.
final class EnvironmentBuilder {
  /// How long after the newest pinned release other packages may have been released.
  static final Duration MARGIN = Duration.ofDays(30);

  private static final Logger LOG = LoggerFactory.getLogger(EnvironmentBuilder.class);

  /// The oldest pyarrow that the harness works with.
  static final String PYARROW = "pyarrow>=8";

  private final StorePaths paths;
  private final StoreLocks locks;
  private final InstallerChoice installers;
  private final PackageStore packages;

  EnvironmentBuilder(
      StorePaths paths, StoreLocks locks, InstallerChoice installers, PackageStore packages) {
    this.paths = paths;
    this.locks = locks;
    this.installers = installers;
    this.packages = packages;
  }

  /// Builds an environment. Under the locks of the store and of the key.
  EnvironmentLock build(
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
            versions(resolved, folders),
            folders);
    assemble(key, folders, Bytecode.tag(interpreter.version()));
    lock.write(paths.lockFile(key), paths);
    LOG.info(
        "environment {} built: {} packages, {} ms",
        key,
        resolved.size(),
        (System.nanoTime() - started) / 1_000_000);
    return lock;
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

  /// The folders of the packages. Of those who need the same one at once, one fetches it.
  private List<Path> fetch(
      PackageTool tool, Interpreter interpreter, List<ResolvedPackage> resolved)
      throws IOException, InterruptedException, EnvironmentException {
    Map<String, Path> places = new HashMap<>();
    List<ResolvedPackage> missing = missing(interpreter, resolved, places);
    if (!missing.isEmpty()) {
      List<String> names = missing.stream().map(p -> "package-" + p.name()).toList();
      try (StoreLocks.Held held = locks.named(names)) {
        List<ResolvedPackage> stillMissing = missing(interpreter, missing, places);
        if (!stillMissing.isEmpty()) {
          Path target = Files.createTempDirectory(paths.work(), "unpack-");
          try {
            tool.unpack(interpreter, stillMissing, target);
            places.putAll(packages.adopt(target));
          } finally {
            FileTrees.delete(target);
          }
        }
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

  private List<ResolvedPackage> missing(
      Interpreter interpreter, List<ResolvedPackage> resolved, Map<String, Path> places)
      throws IOException {
    List<ResolvedPackage> missing = new ArrayList<>();
    for (ResolvedPackage p : resolved) {
      packages
          .find(p, interpreter)
          .ifPresentOrElse(f -> places.put(p.name(), f), () -> missing.add(p));
    }
    return missing;
  }

  /// What was named by its place has shown its version only now.
  private static List<ResolvedPackage> versions(
      List<ResolvedPackage> resolved, List<Path> folders) {
    List<ResolvedPackage> out = new ArrayList<>();
    for (int i = 0; i < folders.size(); i++) {
      ResolvedPackage p = resolved.get(i);
      String version = FileTrees.parent(folders.get(i)).getFileName().toString();
      out.add(new ResolvedPackage(p.name(), version, p.source()));
    }
    return out;
  }

  private void assemble(String key, List<Path> folders, String tag) throws IOException {
    Path temporary = Files.createTempDirectory(paths.work(), "environment-");
    try {
      LinkFarm.assemble(Files.createDirectory(temporary.resolve("site-packages")), folders, tag);
      FileTrees.makeReadable(temporary);
      Path place = paths.environment(key);
      if (Files.exists(place)) {
        FileTrees.discard(place, paths.work());
      }
      Files.move(temporary, place, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      FileTrees.delete(temporary);
    }
  }
}
