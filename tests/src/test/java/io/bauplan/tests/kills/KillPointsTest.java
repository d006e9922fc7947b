package io.bauplan.tests.kills;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.udf.shm.SharedMemory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// `kill -9` of the engine, of a zygote and of functions, at moments through the life of a call:
/// afterwards no process and no shared memory is left, no statement gave a wrong answer, and the
/// next one, of the same engine or the next, gives the right one.
///
/// The ordinary build has time for a few; `tests/kill-points` tries all (`-Dkills.all=true`,
/// `-Dkills.only=` part of a name).
class KillPointsTest {
  private static final boolean ALL = Boolean.getBoolean("kills.all");
  private static final String ONLY = System.getProperty("kills.only", "");
  private static final String INTERNAL_ERROR = "failed XX000";

  @TempDir static Path folder;
  private static Path warehouse;
  private static Optional<EngineProcess> engine = Optional.empty();
  private static boolean hasZygotes;
  private static int version;
  private static List<String> mounts;

  static Stream<KillPoint> points() {
    return KillPoint.all().stream()
        .filter(point -> (ALL || point.quick()) && point.toString().contains(ONLY));
  }

  @BeforeAll
  static void open() throws Exception {
    mounts = mounts();
    warehouse = folder.resolve("warehouse");
    EngineProcess first = running(true);
    for (String statement : Work.SETUP) {
      first.begin("sql", statement);
      assertThat(first.end()).startsWith("rows");
    }
  }

  @AfterAll
  static void close() throws Exception {
    end();
    SharedMemory.open().close();
    assertThat(mounts()).isEqualTo(mounts);
  }

  private static List<String> mounts() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/mounts"));
  }

  private static EngineProcess running(boolean zygotes) throws Exception {
    if (engine.isPresent() && hasZygotes != zygotes) {
      end();
    }
    if (engine.isEmpty()) {
      engine = Optional.of(new EngineProcess(warehouse, zygotes));
      hasZygotes = zygotes;
    }
    return engine.get();
  }

  /// An engine that closes leaves nothing at all.
  private static void end() throws Exception {
    if (engine.isPresent()) {
      EngineProcess last = engine.get();
      engine = Optional.empty();
      last.close();
      assertThat(last.exitValue()).isZero();
      assertThat(last.left()).isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource("points")
  void leavesNothingAndNoWrongAnswer(KillPoint point) throws Exception {
    try {
      attempt(point);
    } catch (Exception | AssertionError failed) {
      // The next point begins anew.
      engine.ifPresent(left -> left.kill(Victim.WORKER));
      engine = Optional.empty();
      throw failed;
    }
  }

  private static void attempt(KillPoint point) throws Exception {
    if (point.needsFreshEngine()) {
      end();
    }
    EngineProcess victim = running(point.zygotes());
    int before = version;
    begin(victim, point.work());
    victim.await(point.moment());
    victim.kill(point.victim());
    if (point.victim() == Victim.WORKER) {
      engine = Optional.empty();
      victim.awaitEnd();
      if (point.work() == Work.RUN) {
        assertOldOrNew(before);
      }
    } else {
      String answer = victim.end();
      assertThat(victim.isAlive()).isTrue();
      if (answer.startsWith("rows")) {
        assertThat(answer).isEqualTo("rows " + point.work().answer);
      } else {
        assertThat(answer).doesNotStartWith(INTERNAL_ERROR);
        System.out.println(point + ": " + answer);
      }
    }
    EngineProcess next = running(point.zygotes());
    begin(next, point.work());
    assertThat(next.end()).isEqualTo("rows " + point.work().answer);
    if (point.work() == Work.RUN) {
      assertThat(made(next)).isEqualTo("rows [[1000, " + version + ", " + version + "]]");
    }
    if (point.victim() == Victim.WORKER) {
      assertThat(victim.left()).as("what the next engine has swept").isEmpty();
    }
  }

  private static void begin(EngineProcess process, Work work) throws IOException {
    if (work == Work.RUN) {
      version++;
      Path project = Files.createDirectories(folder.resolve("project-" + version));
      Files.writeString(project.resolve("models.py"), Work.project(version));
      process.begin("run", project.toString());
    } else {
      process.begin("sql", work.sql);
    }
  }

  /// What a run makes is there as a whole or not at all.
  private static void assertOldOrNew(int before) throws Exception {
    String found = made(running(true));
    if (!found.startsWith("failed 42P01")) {
      assertThat(found)
          .isIn(
              "rows [[1000, " + before + ", " + before + "]]",
              "rows [[1000, " + version + ", " + version + "]]");
    } else {
      assertThat(before).isZero();
    }
  }

  private static String made(EngineProcess process) throws IOException {
    process.begin("sql", "SELECT COUNT(*), MIN(version), MAX(version) FROM made");
    return process.end();
  }
}
