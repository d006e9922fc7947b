package io.bauplan.graalpy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.sql.error.EngineException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Functions in the engine's process, against the same functions in sandboxed processes of CPython.
@Tag("graalpy")
class GraalPyTest {
  @TempDir static Path warehouse;
  private static Engine engine;

  @BeforeAll
  static void open() throws Exception {
    assertThat(System.getenv("BAUPLAN_GRAALPY"))
        .as("run tests/graalpy, which sets BAUPLAN_GRAALPY=allow")
        .isEqualTo("allow");
    engine = Engine.open(EngineConfig.of(warehouse));
    Rows.run(
        engine,
        """
        CREATE TABLE t AS SELECT i,
          CASE WHEN i % 7 = 0 THEN NULL ELSE CAST(i % 100 AS TINYINT) END AS i8,
          CASE WHEN i % 5 = 0 THEN NULL ELSE CAST(i * 3 AS SMALLINT) END AS i16,
          CAST(i - 500 AS INTEGER) AS i32,
          CASE WHEN i % 11 = 0 THEN NULL ELSE CAST(i AS BIGINT) * 12345678901 END AS i64,
          CAST(i AS REAL) / 8 AS f32,
          CASE WHEN i % 3 = 0 THEN NULL ELSE CAST(i AS DOUBLE) / 7 END AS f64,
          CASE WHEN i % 13 = 0 THEN NULL ELSE 'Straße ' || CAST(i AS VARCHAR) || ' 日本 😀' END AS s,
          i % 2 = 0 AS b,
          DATE '1969-12-01' + INTERVAL '1' DAY * i AS d,
          TIMESTAMP '1969-12-31 23:59:58.000001' + INTERVAL '1' SECOND * i AS ts,
          CAST(TIMESTAMP '2024-01-01 00:00:00.5' + INTERVAL '1' MINUTE * i AS TIME) AS tm,
          CAST(CAST(i AS VARCHAR) AS VARBINARY) AS bin,
          CAST(i AS DECIMAL(20, 2)) / 4 AS dec
        FROM generate_series(1, 1000) AS g (i)\
        """);
    Trials.allWin = true;
    InProcess.ready(engine);
  }

  @AfterAll
  static void close() {
    Trials.allWin = false;
    engine.close();
  }

  record Case(String name, String parameters, String type, String arguments, String body) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Case> cases() {
    return Stream.of(
        new Case("c_i8", "x TINYINT", "TINYINT", "i8", "return None if x is None else x // 2"),
        new Case("c_i16", "x SMALLINT", "SMALLINT", "i16", "return x and -x % 77"),
        new Case("c_i32", "x INTEGER", "INTEGER", "i32", "return x ** 2 // 3 - (x >> 1)"),
        new Case("c_i64", "x BIGINT", "BIGINT", "i64", "return x and (x * x * x) % 1000003"),
        new Case("c_big", "x BIGINT", "VARCHAR", "i64", "return x and str(x ** 9)"),
        new Case("c_f32", "x REAL", "REAL", "f32", "return x / 3 + 1e-7"),
        new Case("c_int_to_float", "x INTEGER", "DOUBLE", "i32", "return x"),
        new Case("c_float_to_int", "x REAL", "BIGINT", "f32", "return float(int(x))"),
        new Case(
            "c_f64",
            "x DOUBLE",
            "DOUBLE",
            "f64",
            "import math\n"
                + "    return None if x is None else round(math.sin(x) * math.sqrt(x) + x ** 0.5,"
                + " 12)"),
        new Case("c_nan", "x DOUBLE", "DOUBLE", "f64", "return float('nan') if x is None else -x"),
        new Case("c_repr", "x DOUBLE", "VARCHAR", "f64", "return repr(x) + f'{x or 0:.3f}'"),
        new Case(
            "c_text",
            "s VARCHAR, n INTEGER",
            "VARCHAR",
            "s, i32",
            "return None if s is None else s.upper()[::-1].casefold() + s[n % 5:] + format(n,"
                + " '08,d')"),
        new Case("c_len", "s VARCHAR", "INTEGER", "s", "return 0 if s is None else len(s)"),
        new Case(
            "c_regex",
            "s VARCHAR",
            "VARCHAR",
            "s",
            "import re\n    return re.sub(r'(\\d)(\\d)', r'\\2\\1', s or '') or None"),
        new Case(
            "c_json",
            "s VARCHAR, x DOUBLE",
            "VARCHAR",
            "s, f64",
            "import json\n    return json.dumps({'s': s, 'x': x, 'l': [1, None]}, sort_keys=True)"),
        new Case("c_bool", "x BOOLEAN, y INTEGER", "BOOLEAN", "b, i32", "return x != (y > 0)"),
        new Case(
            "c_date",
            "x DATE",
            "DATE",
            "d",
            "import datetime\n    return x.replace(day=1) - datetime.timedelta(days=1)"),
        new Case(
            "c_weekday",
            "x DATE",
            "VARCHAR",
            "d",
            "return x.strftime('%Y-%j') + str(x.isocalendar()[1])"),
        new Case(
            "c_timestamp",
            "x TIMESTAMP",
            "TIMESTAMP",
            "ts",
            "import datetime\n    return x + datetime.timedelta(days=400, microseconds=7)"),
        new Case("c_iso", "x TIMESTAMP", "VARCHAR", "ts", "return x.isoformat()"),
        new Case(
            "c_instant",
            "x TIMESTAMP WITH TIME ZONE",
            "TIMESTAMP WITH TIME ZONE",
            "CAST(ts AS TIMESTAMP WITH TIME ZONE)",
            "import datetime\n"
                + "    return x.astimezone(datetime.timezone(datetime.timedelta(hours=5)))"),
        new Case("c_time", "x TIME", "TIME", "tm", "return x.replace(second=x.minute)"),
        new Case(
            "c_binary", "x VARBINARY", "VARBINARY", "bin", "return bytes(255 - c for c in x) + x"),
        new Case("c_decimal", "x DECIMAL(20, 2)", "DECIMAL(20, 2)", "dec", "return x * 2"),
        new Case("c_none", "x INTEGER", "VARCHAR", "i32", "return None"),
        new Case(
            "c_three",
            "a INTEGER, b TINYINT, c VARCHAR",
            "VARCHAR",
            "i32, i8, s",
            "return f'{a}|{b}|{c}'"),
        new Case("c_nothing", "", "BIGINT", "", "return 42"),
        new Case(
            "c_state",
            "x INTEGER",
            "INTEGER",
            "i32",
            "global seen\n    seen = globals().get('seen', 0) + 1\n    return 1"));
  }

  /// Values are equal, bit by bit, whichever of the two computes them.
  @ParameterizedTest
  @MethodSource("cases")
  void givesWhatCPythonGives(Case c) throws Exception {
    InProcess.pooled();
    for (String runtime : List.of("graalpy", "")) {
      Rows.run(
          engine,
          "CREATE OR REPLACE FUNCTION %s%s (%s) RETURNS %s LANGUAGE PYTHON %s HANDLER = 'f' AS $$\ndef f(%s):\n    %s\n$$"
              .formatted(
                  c.name(),
                  runtime,
                  c.parameters(),
                  c.type(),
                  runtime.isEmpty() ? "" : "RUNTIME_VERSION = 'graalpy' IMMUTABLE",
                  names(c.parameters()),
                  c.body()));
    }
    String query = "SELECT i, %s(%s) FROM t ORDER BY i";
    Rows.Answer here = Rows.query(engine, query.formatted(c.name() + "graalpy", c.arguments()));
    Rows.Answer process = Rows.query(engine, query.formatted(c.name(), c.arguments()));
    assertThat(here.rows()).hasSize(1000).isEqualTo(process.rows());
    assertThat(process.inProcess()).isZero();
    assertThat(here.inProcess()).isPositive();
  }

  private static String names(String parameters) {
    return Stream.of(parameters.split(",(?![^(]*\\))"))
        .map(parameter -> parameter.strip().split(" ")[0])
        .collect(Collectors.joining(", "));
  }

  private static void fails(String type, String body, String... messages) throws Exception {
    InProcess.pooled();
    Rows.run(
        engine,
        "CREATE OR REPLACE FUNCTION wrong (x INTEGER) RETURNS "
            + type
            + " LANGUAGE PYTHON RUNTIME_VERSION = 'graalpy' IMMUTABLE TIMEOUT = '2 s' AS $$\n"
            + body
            + "\n$$");
    assertThatThrownBy(() -> Rows.query(engine, "SELECT wrong(i32) FROM t"))
        .isInstanceOf(EngineException.class)
        .satisfies(
            e -> {
              EngineException failed = (EngineException) e;
              String all = failed.getMessage() + failed.position() + failed.hint();
              assertThat(all).contains(messages);
            });
  }

  @Test
  void namesFunctionAndLineOfWhatGoesWrong() throws Exception {
    fails(
        "INTEGER",
        "def wrong(x):\n    if x == 3:\n        return 1 // (x - 3)\n    return x",
        "function \"wrong\" raised ZeroDivisionError",
        "<function wrong>",
        "line 4",
        "return 1 // (x - 3)");
    fails(
        "INTEGER",
        "def wrong(x):\n    return 'text'",
        "'wrong' returned a value that is no int32",
        "'text'");
    fails(
        "TINYINT",
        "def wrong(x):\n    return 128",
        "'wrong' returned a value that is no int8",
        "128");
    fails(
        "INTEGER",
        "def wrong(x):\n    return 1.5",
        "'wrong' returned a value that is no int32",
        "1.5");
    fails("VARCHAR", "def wrong(x):\n    return '\\ud800'", "returned a value that is no string");
    fails("INTEGER", "def wrong(x:\n    return x", "SyntaxError", "<function wrong>");
    fails("INTEGER", "def other(x):\n    return x", "there is no function named 'wrong'");
    fails(
        "INTEGER",
        "import numpy\ndef wrong(x):\n    return x",
        "ModuleNotFoundError",
        "PACKAGES ('numpy')");
    fails("INTEGER", "import sys\ndef wrong(x):\n    sys.exit(3)", "exit(3)");
    fails("INTEGER", "def wrong(x):\n    return wrong(x)", "RecursionError");
    fails("INTEGER", "def wrong(x: 'pa.Array'):\n    return x", "takes 'x' as a column");
    fails("INTEGER", "def wrong(x, y):\n    return x", "TypeError");
  }

  @Test
  void endsWhatRunsTooLong() throws Exception {
    long begun = System.nanoTime();
    fails(
        "INTEGER",
        "def wrong(x):\n    while True:\n        pass",
        "ran longer than its limit of 2 s");
    fails("INTEGER", "while True:\n    pass", "ran longer than its limit of 2 s");
    assertThat((System.nanoTime() - begun) / 1_000_000_000L).isLessThan(30);
  }

  /// Not isolation: what an honest function has no business with is not there.
  @Test
  void hasNothingOfTheHost() throws Exception {
    fails("VARCHAR", "def wrong(x):\n    return open('/etc/passwd').read()", "wrong");
    fails("VARCHAR", "import os\ndef wrong(x):\n    return str(os.listdir('/'))", "wrong");
    fails("INTEGER", "import os\ndef wrong(x):\n    return os.system('true')", "wrong");
    fails("INTEGER", "import os\ndef wrong(x):\n    return os.fork()", "wrong");
    fails("INTEGER", "import subprocess\ndef wrong(x):\n    subprocess.run(['true'])", "wrong");
    fails(
        "INTEGER",
        "import socket\ndef wrong(x):\n    socket.create_connection(('127.0.0.1', 22))",
        "wrong");
    fails(
        "INTEGER",
        "import threading\ndef wrong(x):\n    threading.Thread(target=print).start()",
        "wrong");
    fails(
        "INTEGER",
        "import java\ndef wrong(x):\n    java.type('java.lang.System').exit(1)",
        "wrong");
    fails(
        "INTEGER",
        "import polyglot\n"
            + "def wrong(x):\n"
            + "    return polyglot.eval(language='python', string='1') + None",
        "wrong");
    fails(
        "VARCHAR",
        "import ctypes\ndef wrong(x):\n    return str(ctypes.CDLL(None).getpid())",
        "wrong");
    fails("VARCHAR", "import os\ndef wrong(x):\n    return os.environ['PATH']", "KeyError");
    fails(
        "VARCHAR",
        "import gc\n"
            + "def wrong(x):\n"
            + "    return str(x.__class__.__base__.__subclasses__()[0].getClass())",
        "wrong");
  }

  @Test
  void isRefusedWhereItCannotKeepWhatIsDeclared() {
    for (String clause : List.of("PACKAGES ('six')", "MEMORY = '1 GiB'", "INTERNET_ACCESS")) {
      assertThatThrownBy(
              () ->
                  Rows.run(
                      engine,
                      "CREATE FUNCTION no (x INTEGER) RETURNS INTEGER LANGUAGE PYTHON"
                          + " RUNTIME_VERSION = 'graalpy' IMMUTABLE "
                          + clause
                          + " AS $$ def no(x): return x $$"))
          .isInstanceOf(EngineException.class)
          .hasMessageContaining("RUNTIME_VERSION = 'graalpy' with " + clause.split(" ")[0]);
    }
  }
}
