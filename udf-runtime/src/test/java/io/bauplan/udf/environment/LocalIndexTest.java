package io.bauplan.udf.environment;

import static io.bauplan.udf.environment.LocalIndexFixture.asOf;
import static io.bauplan.udf.environment.LocalIndexFixture.spec;
import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.udf.api.EnvironmentFailure;
import io.bauplan.udf.api.EnvironmentFailure.Reason;
import io.bauplan.udf.environment.EnvironmentPolicy.Network;
import io.bauplan.udf.environment.WheelIndex.Times;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Environments from an index and from wheels that are made here.
class LocalIndexTest {
  @TempDir Path folder;
  private LocalIndexFixture fixture;

  @BeforeEach
  void open() throws Exception {
    fixture = new LocalIndexFixture(folder, new WheelIndex(Times.SAID)).withUv();
    fixture
        .index
        .add("pyarrow", "14.0.0", "2020-01-01")
        .add("table", "2.0", "2023-04-03", "number>=1")
        .add("number", "1.24", "2023-02-01")
        .add("number", "1.30", "2024-05-01")
        .add("number", "2.0", "2024-06-16")
        .add("strict", "1.0", "2023-01-01", "number<2")
        .add("native", "1.0", "2023-01-01", "cp310-cp310-manylinux_2_17_x86_64", Map.of());
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  private static List<String> packages(ReadyEnvironment environment) {
    return environment.packages().stream().map(ResolvedPackage::toString).sorted().toList();
  }

  @Test
  void resolvesAPinAgainstThePackagesOfItsTime() throws Exception {
    assertThat(packages(fixture.get(spec("table==2.0"))))
        .containsExactly("number==1.24", "pyarrow==14.0.0", "table==2.0");
    assertThat(packages(fixture.get(spec("table"))))
        .containsExactly("number==2.0", "pyarrow==15.0.0", "table==2.0");
  }

  @Test
  void resolvesRangesAndADay() throws Exception {
    assertThat(packages(fixture.get(spec("number>1.24,<2")))).contains("number==1.30");
    assertThat(packages(fixture.get(asOf("2024-06-15", "number")))).contains("number==1.30");
    assertThat(packages(fixture.get(asOf("2024-06-16", "number")))).contains("number==2.0");

    fixture.variables.put("BAUPLAN_PACKAGES_AS_OF", "2023-12-31");
    assertThat(packages(fixture.get(spec("number")))).contains("number==1.24");
    assertThat(packages(fixture.get(asOf("2024-06-15", "number")))).contains("number==1.30");
    fixture.variables.put("BAUPLAN_PACKAGES_AS_OF", "last year");
    assertThat(fixture.failure(spec("number")).message())
        .isEqualTo(
            "BAUPLAN_PACKAGES_AS_OF is 'last year', which is no day; write it as 2023-06-30");
  }

  @Test
  void fetchesOneWhereOneOfTwentyChanges() throws Exception {
    List<String> twenty = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      fixture.index.add("part" + i, "1.0", "2023-01-01").add("part" + i, "2.0", "2023-01-01");
      twenty.add("part" + i + "==1.0");
    }
    fixture.get(spec(twenty.toArray(String[]::new)));
    fixture.index.downloads().clear();
    twenty.set(7, "part7==2.0");

    fixture.get(spec(twenty.toArray(String[]::new)));

    assertThat(fixture.index.downloads().stream().distinct())
        .containsExactly("part7-2.0-py3-none-any.whl");
  }

  @Test
  void oneFetchesWhereManyEnvironmentsNeedTheSameAtOnce() throws Exception {
    fixture.index.add("shared", "1.0", "2023-01-01");
    List<Callable<ReadyEnvironment>> tasks = new ArrayList<>();
    List<EnvironmentStore> stores = List.of(fixture.open(), fixture.open());
    for (int i = 0; i < 8; i++) {
      fixture.index.add("own" + i, "1.0", "2023-01-01");
      String own = "own" + i;
      EnvironmentStore store = stores.get(i % 2);
      tasks.add(() -> store.get(spec("shared", own)));
    }
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      for (Future<ReadyEnvironment> one : threads.invokeAll(tasks)) {
        assertThat(packages(one.get())).contains("shared==1.0");
      }
    }
    stores.forEach(EnvironmentStore::close);
    assertThat(fixture.index.downloads().stream().filter(f -> f.startsWith("shared"))).hasSize(1);
  }

  @Test
  void takesLocalWheelsAndSeesThatTheyChange() throws Exception {
    Path wheels = folder.resolve("my wheels");
    Path wheel = WheelIndex.write(wheels, "mine", "1.0", Map.of("mine/extra.py", "x = 1\n"));
    String direct = "mine @ " + wheel.toUri();
    try (EnvironmentStore store = fixture.open()) {
      ReadyEnvironment first = store.get(spec(direct));
      assertThat(packages(first)).contains("mine==1.0");
      assertThat(first.sitePackages().resolve("mine/extra.py")).hasContent("x = 1");

      WheelIndex.write(wheels, "mine", "1.0", Map.of("mine/extra.py", "x = 'another'\n"));

      ReadyEnvironment second = store.get(spec(direct));
      assertThat(second.sitePackages().resolve("mine/extra.py")).hasContent("x = 'another'");
      assertThat(first.sitePackages().resolve("mine/extra.py")).hasContent("x = 1");
    }
  }

  @Test
  void takesFoldersOfWheelsFromPipsSettings() throws Exception {
    Path one = folder.resolve("one");
    Path two = folder.resolve("two");
    WheelIndex.write(one, "first-one", "1.0", Map.of());
    WheelIndex.write(two, "second-one", "1.0", Map.of());
    fixture.variables.put("PIP_FIND_LINKS", one + " " + two);

    assertThat(packages(fixture.get(spec("first-one", "second-one"))))
        .contains("first-one==1.0", "second-one==1.0");
    assertThat(packages(fixture.get(asOf("2024-03-01", "first-one")))).contains("first-one==1.0");
  }

  @Test
  void takesAnExtraIndexFromPipsFile() throws Exception {
    try (WheelIndex extra = new WheelIndex(Times.SAID)) {
      extra.add("private", "3.1", "2023-01-01");
      Path file = Files.createDirectories(folder.resolve("home/.config/pip")).resolve("pip.conf");
      Files.writeString(file, "[global]\nextra-index-url =\n    " + extra.url() + "\n");

      assertThat(packages(fixture.get(spec("private", "number<2"))))
          .contains("private==3.1", "number==1.30");
    }
  }

  @Test
  void worksWithoutTheNetworkOnceItIsBuilt() throws Exception {
    ReadyEnvironment built = fixture.get(spec("table==2.0"));
    fixture.get(spec("number==2.0"));
    fixture.index.close();
    fixture.network = Network.OFFLINE;

    assertThat(fixture.get(spec("table==2.0")).sitePackages()).isEqualTo(built.sitePackages());
    EnvironmentFailure failure = fixture.failure(spec("native>1"));
    assertThat(failure.reason()).isEqualTo(Reason.OFFLINE);
    assertThat(failure.message())
        .startsWith("The network is off, and not all that native>1 needs is in the local store");
  }

  @Test
  void saysWhatIsWrong() throws Exception {
    Path broken = Files.writeString(folder.resolve("broken-1.0-py3-none-any.whl"), "no zip");
    expect(Reason.UNKNOWN_PACKAGE, "'nope' is not in the package index; check its name", "nope");
    expect(Reason.UNKNOWN_PACKAGE, "There is no release number==9 for CPython 3.11", "number==9");
    expect(Reason.UNKNOWN_PACKAGE, "There is no release strict>=9", "strict>=9");
    expect(Reason.CONFLICT, "cannot be had together; change or", "strict", "number==2.0");
    expect(Reason.CONFLICT, "No ready-built package of native fits CPython 3.11", "native");
    expect(
        Reason.OTHER, "cannot be read; build or download it again", "broken @ " + broken.toUri());
    expect(
        Reason.UNKNOWN_PACKAGE,
        "There is no wheel at file:///nowhere/x-1.0-py3-none-any.whl; check its path",
        "x @ file:///nowhere/x-1.0-py3-none-any.whl");
    expect(Reason.UNKNOWN_PACKAGE, "number ; os cannot be read as package", "number ; os");
    expect(Reason.UNKNOWN_PACKAGE, "'number=2' is no package requirement; write", "number=2");
    expect(Reason.UNKNOWN_PACKAGE, "as name @ file:///", "./number-2.0-py3-none-any.whl");
    EnvironmentFailure early = fixture.failure(asOf("2022-06-30", "strict"));
    assertThat(early.message())
        .isEqualTo(
            "No release of strict that fits was there on that day (1.0 came on 2023-01-01); choose"
                + " a later day as PACKAGES_AS_OF, or an older version");
  }

  private void expect(Reason reason, String message, String... requirements) throws IOException {
    EnvironmentFailure failure = fixture.failure(spec(requirements));
    assertThat(failure.message()).contains(message).doesNotContain("pyarrow");
    assertThat(failure.reason()).as(failure.message()).isEqualTo(reason);
  }

  @Test
  void saysThatTheIndexDoesNotTellTimes() throws Exception {
    fixture.close();
    try (LocalIndexFixture timeless =
        new LocalIndexFixture(folder, new WheelIndex(Times.NOT_SAID)).withUv()) {
      timeless.index.add("number", "2.0", "");
      assertThat(packages(timeless.get(spec("number==2.0")))).contains("number==2.0");
      assertThat(timeless.failure(asOf("2024-06-30", "number")).message())
          .startsWith("The package index does not say when packages were uploaded");
    }
  }

  @Test
  void worksWithPipAlone() throws Exception {
    fixture.variables.remove("PATH");
    assertThat(packages(fixture.get(spec("table==2.0", "number<2"))))
        .containsExactly("number==1.30", "pyarrow==15.0.0", "table==2.0");
    assertThat(fixture.failure(asOf("2023-06-30", "number")).message())
        .startsWith("PACKAGES_AS_OF needs uv, or pip 26 or later for CPython 3.11");
    assertThat(fixture.failure(spec("strict", "number==2.0")).reason()).isEqualTo(Reason.CONFLICT);
  }

  @Test
  void saysThatTheDiskIsFull() throws Exception {
    Path tools = Files.createDirectories(folder.resolve("bin"));
    Path uv = tools.resolve("uv");
    Files.writeString(uv, "#!/bin/sh\necho 'No space left on device (os error 28)' >&2\nexit 2\n");
    assertThat(uv.toFile().setExecutable(true)).isTrue();
    fixture.variables.put("PATH", tools.toString());

    EnvironmentFailure failure = fixture.failure(spec("number"));

    assertThat(failure.reason()).isEqualTo(Reason.DISK);
    assertThat(failure.message()).contains("bauplan env gc").contains("XDG_CACHE_HOME");
  }

  @Test
  void findsInterpretersByRange() {
    InterpreterFinder finder = LocalIndexFixture.INTERPRETERS;
    assertThat(finder.find(java.util.Optional.of(">=3.10,<3.12")).orElseThrow().minor())
        .isEqualTo(11);
    assertThat(finder.find(java.util.Optional.of("~=3.11.0")).orElseThrow().minor()).isEqualTo(11);
    assertThat(finder.find(java.util.Optional.of(">=4"))).isEmpty();
  }
}
