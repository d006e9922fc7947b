package io.bauplan.tests.errors;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.error.ErrorReport;
import io.bauplan.tests.support.EngineRows;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// Statements that people get wrong, and what they are told: `errors.txt`. `-Derrors.accept=true`
/// writes down what they are told now; read the difference.
class ErrorMessagesTest {
  private static final Path GOLDEN =
      Path.of("src/test/resources/io/bauplan/tests/errors/errors.txt");
  private static final int LEAST_ENTRIES = 250;

  private static final List<String> TABLES =
      List.of(
          "CREATE TABLE orders (id BIGINT NOT NULL, customer VARCHAR, amount DECIMAL(10, 2),"
              + " placed TIMESTAMP, day DATE, paid BOOLEAN, items ARRAY<INTEGER>,"
              + " place ROW(city VARCHAR, zip VARCHAR), tags MAP<VARCHAR, VARCHAR>)",
          "CREATE TABLE customers (name VARCHAR, country VARCHAR, born DATE)",
          "CREATE NAMESPACE shop",
          "CREATE TABLE shop.visits (page VARCHAR, n INTEGER)",
          "CREATE VIEW big_orders AS SELECT id, amount FROM orders WHERE amount > 100",
          "INSERT INTO orders VALUES (1, 'ada', 10.50, TIMESTAMP '2024-01-31 12:00:00',"
              + " DATE '2024-01-31', TRUE, ARRAY[1, 2], ROW('Rome', '00100'), MAP['k', 'v']),"
              + " (2, 'bob', 0, NULL, NULL, FALSE, NULL, NULL, NULL)",
          "CREATE BRANCH develop",
          "CREATE TAG v1");

  /// Words of our insides and of libraries, which tell people nothing.
  private static final Pattern INTERNALS =
      Pattern.compile(
          "org\\.|java\\.|[cC]alcite|Exception|EXPR\\$|\\$f\\d|\\$SCALAR|RecordType|RECORDTYPE"
              + "|Sql[A-Z]|Rel[A-Z]|Rex[A-Z]|Logical[A-Z]|_UTF|CHARACTER SET|COMPARABLE_TYPE"
              + "|DATETIME_INTERVAL|please report");

  @TempDir static Path warehouse;
  private static Engine engine;

  private record Entry(String sql, String told) {}

  @BeforeAll
  static void open() {
    engine = Engine.open(EngineConfig.of(warehouse));
    TABLES.forEach(sql -> EngineRows.run(engine, sql));
  }

  @AfterAll
  static void close() {
    engine.close();
  }

  @TestFactory
  Stream<DynamicTest> tellsWhatIsWrongWhereAndWhatToDo() throws IOException {
    List<Entry> entries = read();
    assertThat(entries).hasSizeGreaterThan(LEAST_ENTRIES);
    if (Boolean.getBoolean("errors.accept")) {
      write(entries);
      entries = read();
    }
    return entries.stream().map(entry -> DynamicTest.dynamicTest(entry.sql, () -> check(entry)));
  }

  private static void check(Entry entry) {
    String told = told(entry.sql);
    assertThat(told).isNotEqualTo("no error");
    assertThat(INTERNALS.matcher(told.replace(entry.sql, "")).find()).as(told).isFalse();
    assertThat(told).isEqualTo(entry.told);
  }

  private static String told(String sql) {
    try {
      EngineRows.run(engine, sql);
      return "no error";
    } catch (EngineException e) {
      assertThat(e.code()).isNotEqualTo(ErrorCode.INTERNAL_ERROR);
      return e.code().sqlState() + " " + ErrorReport.render(e, sql);
    }
  }

  /// Entries are separated by blank lines, a statement from what is told by a line of dashes.
  private static List<Entry> read() throws IOException {
    List<Entry> entries = new ArrayList<>();
    for (String block : Files.readString(GOLDEN).split("\n\n+")) {
      String[] parts = block.strip().split("\n----\n", 2);
      if (!parts[0].isBlank()) {
        entries.add(new Entry(parts[0], parts.length > 1 ? parts[1] : ""));
      }
    }
    return entries;
  }

  private static void write(List<Entry> entries) throws IOException {
    StringBuilder text = new StringBuilder();
    for (Entry entry : entries) {
      text.append(entry.sql).append("\n----\n").append(told(entry.sql)).append("\n\n");
    }
    Files.writeString(GOLDEN, text.toString().stripTrailing() + "\n");
  }
}
