package io.bauplan.udf.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.bauplan.udf.api.EnvironmentFailure;
import io.bauplan.udf.api.EnvironmentSpec;
import io.bauplan.udf.environment.EnvironmentPolicy.Interpreters;
import io.bauplan.udf.environment.EnvironmentPolicy.Network;
import io.bauplan.udf.environment.EnvironmentPolicy.Sources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A store over a [WheelIndex], apart from the user's own settings.
final class LocalIndexFixture implements AutoCloseable {
  static final InterpreterFinder INTERPRETERS = new InterpreterFinder(List.of(), System.getenv());
  private static final Path TOOLS = Path.of("target", "function-store").toAbsolutePath();

  final Path folder;
  final WheelIndex index;
  final Map<String, String> variables = new HashMap<>();
  Network network = Network.ALLOWED;

  LocalIndexFixture(Path folder, WheelIndex index) throws IOException {
    this.folder = folder;
    this.index = index;
    variables.put("HOME", Files.createDirectories(folder.resolve("home")).toString());
    variables.put("UV_CACHE_DIR", folder.resolve("uv-cache").toString());
    variables.put("PIP_CACHE_DIR", folder.resolve("pip-cache").toString());
    variables.put("PIP_INDEX_URL", index.url());
  }

  /// uv of PATH, or the one that the other tests of this module fetch.
  LocalIndexFixture withUv() throws IOException, InterruptedException {
    Path uv =
        new InstallerChoice(StorePaths.create(TOOLS).root(), EnvironmentPolicy.of(System.getenv()))
            .findOrFetchUv(INTERPRETERS.find(Optional.of("3.11")).orElseThrow())
            .orElseThrow(() -> new AssertionError("uv is not here and cannot be fetched with pip"));
    variables.put("PATH", uv.getParent() + ":/usr/bin:/bin");
    return this;
  }

  /// Below a folder that would not be compiled in a package.
  Path store() {
    return folder.resolve("tests").resolve("store");
  }

  EnvironmentStore open() throws IOException {
    return new EnvironmentStore(
        store(),
        INTERPRETERS,
        new EnvironmentPolicy(network, Sources.WHEELS_ONLY, Interpreters.FOUND_ONLY, variables));
  }

  static EnvironmentSpec spec(String... requirements) {
    return new EnvironmentSpec(Optional.of("3.11"), List.of(requirements), Optional.empty());
  }

  static EnvironmentSpec asOf(String day, String... requirements) {
    return new EnvironmentSpec(
        Optional.of("3.11"), List.of(requirements), Optional.of(LocalDate.parse(day)));
  }

  ReadyEnvironment get(EnvironmentSpec spec) throws Exception {
    try (EnvironmentStore store = open()) {
      return store.get(spec);
    }
  }

  EnvironmentFailure failure(EnvironmentSpec spec) throws IOException {
    try (EnvironmentStore store = open()) {
      EnvironmentException thrown =
          catchThrowableOfType(EnvironmentException.class, () -> store.get(spec));
      assertThat(thrown).as("a failure for %s", spec).isNotNull();
      return thrown.failure();
    }
  }

  @Override
  public void close() {
    index.close();
  }
}
