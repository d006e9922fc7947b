package io.bauplan.tests.functions;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.sql.error.EngineException;
import io.bauplan.tests.support.EngineRows;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Everyday calls with the results that `docs/sql.md` promises: lines `statement => rows`, rows
/// apart by ` ; `, values by `|`. Statements without `=>` prepare.
class FunctionCasesTest {
  @TempDir private Path warehouse;

  @Test
  void aggregatesGiveWhatIsPromised() throws IOException {
    check("aggregates.txt");
  }

  @Test
  void scalarFunctionsGiveWhatIsPromised() throws IOException {
    check("scalars.txt");
  }

  private void check(String file) throws IOException {
    List<String> wrong = new ArrayList<>();
    try (Engine engine = Engine.open(EngineConfig.of(warehouse))) {
      for (String line : lines(file)) {
        int arrow = line.indexOf(" => ");
        if (arrow < 0) {
          EngineRows.run(engine, line);
          continue;
        }
        String expected = line.substring(arrow + 4).strip();
        String sql = line.substring(0, arrow);
        String found = run(engine, sql);
        if (!found.equals(expected)) {
          wrong.add(sql + "\n  gives    " + found + "\n  expected " + expected);
        }
      }
    }
    assertThat(wrong).isEmpty();
  }

  private static List<String> lines(String file) throws IOException {
    try (InputStream in = FunctionCasesTest.class.getResourceAsStream("/functions/" + file)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.isBlank() && !line.startsWith("#"))
          .toList();
    }
  }

  private static String run(Engine engine, String sql) {
    try {
      return EngineRows.run(engine, sql).stream()
          .map(row -> row.stream().map(FunctionCasesTest::text).collect(Collectors.joining("|")))
          .collect(Collectors.joining(" ; "));
    } catch (EngineException e) {
      return e.code() + ": " + e.getMessage();
    }
  }

  private static String text(Object value) {
    return value instanceof byte[] bytes
        ? "x" + HexFormat.of().formatHex(bytes)
        : String.valueOf(value);
  }
}
