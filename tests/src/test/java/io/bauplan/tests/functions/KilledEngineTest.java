package io.bauplan.tests.functions;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.tests.support.EngineRows;
import io.bauplan.udf.shm.SharedMemory;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// An engine that is killed while a function maps its columns leaves nothing behind.
class KilledEngineTest {
  private static final Path SHARED = Path.of("/dev/shm");
  private static final String READY = "the function has its columns";

  /// The engine to be killed.
  static final class Victim {
    private Victim() {}

    public static void main(String[] arguments) {
      try (Engine engine = Engine.open(EngineConfig.of(Path.of(arguments[0])))) {
        EngineRows.run(
            engine,
            "CREATE TABLE t AS SELECT i AS id, 'n' || CAST(i AS VARCHAR) AS s"
                + " FROM generate_series(1, 300000) AS g (i)");
        EngineRows.run(
            engine,
            """
            CREATE FUNCTION waits (data TABLE SET SEMANTICS) RETURNS TABLE (n BIGINT)
            LANGUAGE PYTHON AS $$
            def waits(data):
                import time
                time.sleep(600)
                return [{"n": data.num_rows}]
            $$\
            """);
        Thread.ofPlatform()
            .daemon(true)
            .start(
                () -> {
                  while (io.bauplan.udf.shm.Segment.openCount() < 2
                      || ProcessHandle.current().descendants().count() < 3) {
                    Thread.onSpinWait();
                  }
                  System.out.println(READY);
                });
        EngineRows.run(engine, "SELECT * FROM TABLE(waits(TABLE t))");
      }
    }
  }

  @Test
  void nothingIsLeftOfAnEngineThatWasKilled(@TempDir Path folder) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-Xmx512m",
            "-XX:TieredStopAtLevel=1",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "--add-opens=java.base/java.nio=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            Victim.class.getName(),
            folder.toString()));
    Process engine =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    List<ProcessHandle> functions;
    try (BufferedReader out = engine.inputReader()) {
      assertThat(out.lines().anyMatch(READY::equals)).as("the function started").isTrue();
      functions = engine.descendants().toList();
      assertThat(left(engine.pid())).as("while it runs").isNotEmpty();
    } finally {
      engine.destroyForcibly();
    }
    assertThat(engine.waitFor(20, TimeUnit.SECONDS)).isTrue();

    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (functions.stream().anyMatch(ProcessHandle::isAlive) && System.nanoTime() < end) {
      Thread.sleep(20);
    }
    assertThat(functions).isNotEmpty().noneMatch(ProcessHandle::isAlive);
    // Segments had no name; what had one goes when the next engine starts.
    assertThat(left(engine.pid())).noneMatch(path -> path.toString().contains("column"));
    SharedMemory.open().close();
    assertThat(left(engine.pid())).isEmpty();
  }

  private static List<Path> left(long pid) throws IOException {
    try (Stream<Path> files = Files.list(SHARED)) {
      return files.filter(path -> path.getFileName().toString().contains("-" + pid + "-")).toList();
    }
  }
}
