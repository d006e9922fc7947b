package io.bauplan.udf.environment;

import static io.bauplan.udf.environment.LocalIndexFixture.spec;
import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.udf.environment.WheelIndex.Times;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Checking a store, collecting its garbage, and what a killed build leaves.
class StoreCareTest {
  /// Modules beside each other and in a folder that two packages share.
  private static final Map<String, String> SINGLE =
      Map.of("single.py", "x = 1\n", "both/part.py", "x = 1\n");

  @TempDir Path folder;
  private LocalIndexFixture fixture;

  @BeforeEach
  void open() throws Exception {
    fixture = new LocalIndexFixture(folder, new WheelIndex(Times.SAID)).withUv();
    fixture
        .index
        .add("one", "1.0", "2023-01-01", "both")
        .add("two", "1.0", "2023-01-01", "both")
        .add("both", "1.0", "2023-01-01", "py3-none-any", SINGLE)
        .add("split", "1.0", "2023-01-01", "py3-none-any", Map.of("both/more.py", "y = 2\n"));
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  private Path inside(String name, String file) throws IOException {
    try (Stream<Path> walk = Files.walk(fixture.store().resolve("pkg").resolve(name))) {
      return walk.filter(p -> p.endsWith(file)).findFirst().orElseThrow();
    }
  }

  /// As somebody would who gets at the files: what came from the installer's cache is not touched.
  private static void overwrite(Path file, String text) throws IOException {
    Path other = Files.writeString(file.resolveSibling("other"), text);
    Files.move(other, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
  }

  @Test
  void findsAndRepairsWhatWasChanged() throws Exception {
    try (EnvironmentStore store = fixture.open()) {
      ReadyEnvironment one = store.get(spec("one"));
      ReadyEnvironment two = store.get(spec("two"));
      store.compile(one);
      store.compile(two);
      assertThat(store.verify()).isEmpty();

      overwrite(inside("one", "one/__init__.py"), "__version__ = 'poisoned'\n");

      assertThat(store.verify())
          .singleElement()
          .satisfies(
              p -> {
                assertThat(p.subject()).isEqualTo("one==1.0");
                assertThat(p.environments()).containsExactly(one.key());
                assertThat(p.differences()).containsExactly("one/__init__.py was changed");
              });
      assertThat(store.repair()).hasSize(1);
      assertThat(store.verify()).isEmpty();
      assertThat(two.sitePackages()).isDirectory();
      assertThat(one.sitePackages()).doesNotExist();
      assertThat(store.get(spec("one")).sitePackages().resolve("one/__init__.py"))
          .hasContent("__version__ = '1.0'");
    }
  }

  @Test
  void linksCompiledModulesOfSharedFolders() throws Exception {
    try (EnvironmentStore store = fixture.open()) {
      ReadyEnvironment one = store.get(spec("one", "split"));
      store.compile(one);

      assertThat(store.verify()).isEmpty();
      Path site = one.sitePackages();
      for (String name : List.of("single", "both/part", "both/more")) {
        Path module = site.resolve(name + ".py");
        String file = module.getFileName().toString().replace(".py", ".cpython-311.pyc");
        assertThat(module).exists();
        assertThat(module.resolveSibling("__pycache__").resolve(file)).exists();
      }
    }
  }

  @Test
  void goesOnCompilingWhereItWasCutShort() throws Exception {
    try (EnvironmentStore store = fixture.open()) {
      ReadyEnvironment both = store.get(spec("one", "split"));
      store.compile(both);
    }
    Path kept = inside("both", "both/__pycache__/part.cpython-311.pyc");
    Path lost = inside("both", "both/__pycache__/__init__.cpython-311.pyc");
    Object before = Files.getAttribute(kept, "unix:ino");
    Files.delete(lost);
    Path folderOfBoth = kept.getParent().getParent().getParent();
    for (Path mark : Bytecode.marks(folderOfBoth)) {
      Files.delete(mark);
    }

    try (EnvironmentStore store = fixture.open()) {
      store.compile(store.get(spec("one", "split")));
      assertThat(store.verify()).isEmpty();
    }
    assertThat(lost).exists();
    assertThat(Files.getAttribute(kept, "unix:ino")).isEqualTo(before);
    assertThat(Bytecode.marks(folderOfBoth)).hasSize(1);
  }

  @Test
  void findsEveryKindOfChange() throws Exception {
    try (EnvironmentStore store = fixture.open()) {
      ReadyEnvironment one = store.get(spec("one"));
      store.compile(one);
      Path pyc = inside("one", "one/__pycache__/__init__.cpython-311.pyc");
      Files.write(pyc, new byte[] {1, 2, 3});
      Files.writeString(pyc.resolveSibling("more.cpython-311.pyc"), "x");
      Files.writeString(inside("both", "both/__init__.py").resolveSibling("extra.py"), "x = 1");
      Files.delete(inside("pyarrow", "pyarrow/__init__.py"));
      Path link = one.sitePackages().resolve("both");
      Files.delete(link);
      Files.createDirectory(link);
      Files.writeString(one.sitePackages().resolve("evil.pth"), "import os");

      Map<String, List<String>> found = new HashMap<>();
      store.verify().forEach(p -> found.put(p.subject(), p.differences()));

      assertThat(found)
          .containsOnly(
              Map.entry(
                  "one==1.0",
                  List.of(
                      "one/__pycache__/__init__.cpython-311.pyc was changed",
                      "one/__pycache__/more.cpython-311.pyc was added")),
              Map.entry("both==1.0", List.of("both/extra.py was added")),
              Map.entry("pyarrow==15.0.0", List.of("pyarrow/__init__.py is missing")),
              Map.entry(
                  "environment " + one.key(), List.of("both was changed", "evil.pth was added")));
    }
  }

  @Test
  void collectsWhatNobodyUses() throws Exception {
    try (EnvironmentStore store = fixture.open()) {
      ReadyEnvironment one = store.get(spec("one"));
      ReadyEnvironment two = store.get(spec("two"));
      assertThat(store.collectGarbage(Instant.now().minusSeconds(3600)))
          .isEqualTo(new GarbageReport(List.of(), List.of(), 0));
      Files.setLastModifiedTime(
          one.sitePackages().getParent(),
          java.nio.file.attribute.FileTime.from(Instant.now().minusSeconds(7200)));

      GarbageReport report = store.collectGarbage(Instant.now().minusSeconds(3600));

      assertThat(report.environments()).containsExactly(one.key());
      assertThat(report.packages()).containsExactly("one==1.0");
      assertThat(report.bytes()).isPositive();
      assertThat(fixture.store().resolve("pkg/one")).doesNotExist();
      assertThat(two.sitePackages().resolve("both/__init__.py")).exists();
      assertThat(store.list())
          .singleElement()
          .satisfies(e -> assertThat(e.key()).isEqualTo(two.key()));
      assertThat(store.get(spec("one")).sitePackages().resolve("one/__init__.py")).exists();
    }
  }

  /// A process that builds is killed at many points; after each the next build is whole.
  @Test
  void leavesNothingHalfDoneWhenItIsKilled() throws Exception {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 1000; i++) {
      text.append("def f").append(i).append("(x):\n    return [x, x + ").append(i).append("]\n");
    }
    Map<String, String> many = new HashMap<>();
    for (int i = 0; i < 12; i++) {
      many.put("large/part" + i + ".py", text.toString());
    }
    fixture.index.add("large", "1.0", "2023-01-01", "py3-none-any", many, "one", "two");
    for (int round = 0; round < 5; round++) {
      Process builder = builder();
      boolean done = builder.waitFor(600 + round * 300L, TimeUnit.MILLISECONDS);
      builder.destroyForcibly().waitFor();

      try (EnvironmentStore store = fixture.open()) {
        assertThat(store.verify()).as("round %s, ended %s", round, done).isEmpty();
        ReadyEnvironment large = store.get(spec("large"));
        store.compile(large);
        assertThat(store.verify()).isEmpty();
        assertThat(large.sitePackages().resolve("large/part11.py")).exists();
        store.collectGarbage(Instant.now().plusSeconds(60));
        assertThat(leftovers()).isEmpty();
      }
    }
  }

  private List<Path> leftovers() throws IOException {
    try (Stream<Path> walk = Files.walk(fixture.store())) {
      return walk.filter(Files::isRegularFile).filter(p -> !p.endsWith("store.lck")).toList();
    }
  }

  private Process builder() throws IOException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                BuilderMain.class.getName(),
                folder.toString(),
                fixture.index.url(),
                fixture.variables.get("PATH"))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    return process;
  }

  /// Builds one environment in a process of its own.
  static final class BuilderMain {
    private BuilderMain() {}

    public static void main(String[] arguments) throws Exception {
      Path folder = Path.of(arguments[0]);
      Map<String, String> variables =
          Map.of(
              "PATH",
              arguments[2],
              "HOME",
              folder.resolve("home").toString(),
              "UV_CACHE_DIR",
              folder.resolve("uv-cache").toString(),
              "UV_DEFAULT_INDEX",
              arguments[1]);
      try (EnvironmentStore store =
          new EnvironmentStore(
              folder.resolve("store"),
              new InterpreterFinder(List.of(), System.getenv()),
              EnvironmentPolicy.of(variables))) {
        store.compile(store.get(spec("large")));
      }
    }
  }
}
