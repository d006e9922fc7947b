package io.bauplan.graalpy;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Times of functions of single values over rows of each type, here and in processes of CPython;
/// run by `tests/graalpy --bench`. The last line is a JSON object.
@Tag("graalpy")
class GraalPyBench {
  private static final int ROUNDS = Integer.getInteger("bench.rounds", 5);
  private static final String SHAPE = System.getProperty("bench.shapes", ".*");
  private static final long TRIAL_NANOS = 75_000_000_000L;
  private static final int ROWS = Integer.getInteger("bench.rows", 1_000_000);

  private record Shape(String name, String type, String column, String body) {}

  private static final List<Shape> SHAPES =
      List.of(
          new Shape(
              "digits",
              "BIGINT",
              "i",
              "t = 0\n    while x > 0:\n        t += x % 10\n        x //= 10\n    return t"),
          new Shape("plus", "DOUBLE", "x", "return x * 1.1 + 2"),
          new Shape("text", "VARCHAR", "s", "return x.strip().upper()[::-1]"),
          new Shape(
              "regex", "VARCHAR", "s", "import re\n    return re.sub(r'(\\d)(\\d)', r'\\2\\1', x)"),
          new Shape("date", "DATE", "d", "return x.replace(day=1)"),
          new Shape("decimal", "DECIMAL(18, 2)", "dec", "return x * 2"));

  @TempDir static Path warehouse;

  @Test
  void measures() throws Exception {
    StringBuilder json = new StringBuilder("{\"rows\": " + ROWS);
    try (Engine engine = Engine.open(EngineConfig.of(warehouse))) {
      Rows.run(
          engine,
          "CREATE TABLE t AS SELECT i, CAST(i AS DOUBLE) / 7 AS x, ' name ' || CAST(i AS VARCHAR)"
              + " AS s, DATE '1970-01-01' + INTERVAL '1' DAY * (i % 20000) AS d, CAST(i AS"
              + " DECIMAL(18, 2)) / 4 AS dec FROM generate_series(1, "
              + ROWS
              + ") AS g (i)");
      InProcess.ready(engine);
      for (Shape shape : SHAPES) {
        if (!shape.name().matches(SHAPE)) {
          continue;
        }
        define(engine, shape, "graalpy");
        define(engine, shape, "");
        List<Double> here = new ArrayList<>();
        List<Double> process = new ArrayList<>();
        String last = "";
        boolean won = wins(engine, shape);
        for (int round = 0; round < ROUNDS; round++) {
          InProcess.pooled();
          last = time(engine, shape, "graalpy", here);
          assertThat(time(engine, shape, "", process)).isEqualTo(last);
        }
        System.out.printf(
            Locale.ROOT,
            "%-8s %s: %.0f ms; CPython: %.0f ms%n",
            shape.name(),
            won ? "in process" : "stayed in CPython",
            median(here),
            median(process));
        json.append(
            String.format(
                Locale.ROOT,
                ", \"%s\": {\"in_process\": %s, \"ms\": %.0f, \"cpython_ms\": %.0f}",
                shape.name(),
                won,
                median(here),
                median(process)));
      }
    }
    System.out.println(json.append('}'));
  }

  private static void define(Engine engine, Shape shape, String runtime) {
    Rows.run(
        engine,
        "CREATE FUNCTION %s%s (x %s) RETURNS %s LANGUAGE PYTHON %s HANDLER = 'f' AS $$\ndef f(x):\n    %s\n$$"
            .formatted(
                shape.name(),
                runtime,
                shape.type(),
                shape.type(),
                runtime.isEmpty() ? "" : "RUNTIME_VERSION = 'graalpy' IMMUTABLE",
                shape.body()));
  }

  /// Calls it until it is called in this process: after a trial in the background.
  private static boolean wins(Engine engine, Shape shape) throws InterruptedException {
    long begun = System.nanoTime();
    while (System.nanoTime() - begun < TRIAL_NANOS) {
      if (Rows.query(engine, query(shape, "graalpy")).inProcess() > 0) {
        return true;
      }
      Thread.sleep(1000);
    }
    return false;
  }

  private static String query(Shape shape, String runtime) {
    return "SELECT COUNT(*), MIN(y), MAX(y) FROM (SELECT %s%s(%s) AS y FROM t) AS q"
        .formatted(shape.name(), runtime, shape.column());
  }

  private static String time(Engine engine, Shape shape, String runtime, List<Double> times) {
    long begun = System.nanoTime();
    Rows.Answer answer = Rows.query(engine, query(shape, runtime));
    times.add((System.nanoTime() - begun) / 1e6);
    return answer.rows().toString();
  }

  private static double median(List<Double> times) {
    return times.stream().sorted().skip(times.size() / 2).findFirst().orElseThrow();
  }
}
