package io.bauplan.tests.objects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.tests.support.EngineRows;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `information_schema`, `sys`, SHOW, and JDBC's metadata, which says the same.
final class SystemSchemasTest {
  @TempDir Path warehouse;

  private static void fill(Engine engine) {
    run(engine, "CREATE TABLE t (id BIGINT NOT NULL, price DECIMAL(9, 2), at_time TIMESTAMP)");
    run(engine, "INSERT INTO t VALUES (1, 1.5, TIMESTAMP '2024-01-01 00:00:00')");
    run(engine, "CREATE VIEW v AS SELECT id FROM t");
    run(engine, "CREATE MATERIALIZED VIEW m AS SELECT COUNT(*) AS n FROM t");
    run(
        engine,
        "CREATE FUNCTION f (x DOUBLE, y BIGINT) RETURNS DOUBLE LANGUAGE PYTHON"
            + " RUNTIME_VERSION = '3.11' PACKAGES = ('pandas==2.0') IMMUTABLE HANDLER = 'f'"
            + " AS $$ def f(x, y): return x $$");
    run(engine, "CREATE BRANCH dev");
    run(engine, "CREATE TAG one");
  }

  private static List<List<Object>> run(Engine engine, String sql) {
    return EngineRows.run(engine, sql);
  }

  @Test
  void describesWhatThereIs() {
    try (Engine engine = Engine.open(EngineConfig.of(warehouse))) {
      fill(engine);
      assertThat(
              run(
                  engine,
                  "SELECT schema_name FROM information_schema.schemata ORDER BY schema_name"))
          .containsExactly(List.of("bauplan"), List.of("information_schema"), List.of("sys"));
      assertThat(
              run(
                  engine,
                  "SELECT table_name, table_type, is_insertable_into FROM information_schema.tables"
                      + " WHERE table_schema = 'bauplan' ORDER BY table_name"))
          .containsExactly(
              List.of("m", "VIEW", "NO"),
              List.of("m__storage", "BASE TABLE", "YES"),
              List.of("t", "BASE TABLE", "YES"),
              List.of("v", "VIEW", "NO"));
      assertThat(
              run(
                  engine,
                  "SELECT column_name, ordinal_position, is_nullable, data_type, numeric_precision,"
                      + " numeric_scale, datetime_precision FROM information_schema.columns"
                      + " WHERE table_name = 't' ORDER BY ordinal_position"))
          .containsExactly(
              Arrays.asList("id", 1L, "NO", "BIGINT", 19L, 0L, null),
              Arrays.asList("price", 2L, "YES", "DECIMAL(9, 2)", 9L, 2L, null),
              Arrays.asList("at_time", 3L, "YES", "TIMESTAMP", null, null, 6L));
      assertThat(
              run(
                  engine,
                  "SELECT table_name, is_updatable FROM information_schema.views ORDER BY 1"))
          .containsExactly(List.of("m", "NO"), List.of("v", "NO"));
      assertThat(
              run(
                  engine,
                  "SELECT routine_name, data_type, external_language, is_deterministic"
                      + " FROM information_schema.routines"))
          .containsExactly(List.of("f", "DOUBLE", "PYTHON", "YES"));
      assertThat(
              run(
                  engine,
                  "SELECT parameter_name, ordinal_position, data_type"
                      + " FROM information_schema.parameters ORDER BY 2"))
          .containsExactly(List.of("x", 1L, "DOUBLE"), List.of("y", 2L, "BIGINT"));
      assertThat(run(engine, "SELECT name, kind FROM sys.refs ORDER BY name"))
          .containsExactly(
              List.of("dev", "BRANCH"), List.of("main", "BRANCH"), List.of("one", "TAG"));
      assertThat(
              run(
                  engine,
                  "SELECT format_version, row_count FROM sys.tables WHERE table_name = 't'"))
          .containsExactly(List.of(2L, 1L));
      assertThat(run(engine, "SELECT view_name, storage_table FROM sys.materialized_views"))
          .containsExactly(List.of("m", "bauplan.m__storage"));
      assertThat(run(engine, "SELECT python_version, packages FROM sys.functions"))
          .containsExactly(List.of("3.11", "pandas==2.0"));
      // The function has not run: nothing was built for it, but others may have been.
      assertThat(
              run(engine, "SELECT count(*) FROM sys.environments WHERE packages = ''").toString())
          .isEqualTo("[[0]]");
      for (String table : List.of("sys.column_lineage")) {
        assertThatThrownBy(() -> run(engine, "SELECT * FROM " + table))
            .isInstanceOfSatisfying(
                EngineException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_SUPPORTED))
            .hasMessageContaining(table);
      }
    }
  }

  /// Whatever is listed can be read, with the columns that are listed.
  @Test
  void everySystemTableIsListedAndReadable() {
    try (Engine engine = Engine.open(EngineConfig.of(warehouse))) {
      fill(engine);
      List<List<Object>> tables =
          run(
              engine,
              "SELECT table_schema, table_name FROM information_schema.tables"
                  + " WHERE table_type = 'SYSTEM VIEW'");
      assertThat(tables).hasSizeGreaterThan(14);
      for (List<Object> table : tables) {
        String name = table.get(0) + "." + table.get(1);
        List<Object> described =
            run(engine, "DESCRIBE " + name).stream().map(List::getFirst).toList();
        assertThat(
                run(
                        engine,
                        "SELECT column_name FROM information_schema.columns WHERE table_schema = '"
                            + table.get(0)
                            + "' AND table_name = '"
                            + table.get(1)
                            + "' ORDER BY ordinal_position")
                    .stream()
                    .map(List::getFirst))
            .as(name)
            .isEqualTo(described);
        run(engine, "SELECT * FROM " + name);
      }
      for (String show :
          List.of(
              "TABLES", "VIEWS", "FUNCTIONS", "SCHEMAS", "BRANCHES", "TAGS", "LOGS", "SETTINGS")) {
        assertThat(run(engine, "SHOW " + show)).as(show).isNotEmpty();
      }
      for (String show : List.of("TABLE t", "VIEW v", "MATERIALIZED VIEW m", "FUNCTION f")) {
        String text = (String) run(engine, "SHOW CREATE " + show).getFirst().getFirst();
        assertThat(text).startsWith("CREATE " + show.substring(0, show.lastIndexOf(' ')));
        // What it says makes the object again.
        run(engine, "CREATE OR REPLACE" + text.substring("CREATE".length()));
      }
    }
  }

  @Test
  void driverMetadataSaysTheSame() throws Exception {
    try (Engine engine = Engine.open(EngineConfig.of(warehouse))) {
      fill(engine);
    }
    Set<String> schema = new TreeSet<>();
    Set<String> driver = new TreeSet<>();
    try (Connection connection = DriverManager.getConnection("jdbc:bauplan:" + warehouse)) {
      try (ResultSet rows =
          connection
              .createStatement()
              .executeQuery(
                  "SELECT c.table_schema, c.table_name, t.table_type, c.column_name,"
                      + " c.ordinal_position, c.is_nullable FROM information_schema.columns AS c"
                      + " JOIN information_schema.tables AS t USING (table_schema, table_name)")) {
        while (rows.next()) {
          schema.add(
              String.join(
                  "|",
                  rows.getString(1),
                  rows.getString(2),
                  rows.getString(3).replace("BASE ", ""),
                  rows.getString(4),
                  rows.getString(5),
                  rows.getString(6)));
        }
      }
      try (ResultSet tables = connection.getMetaData().getTables(null, null, "%", null)) {
        while (tables.next()) {
          try (ResultSet columns =
              connection
                  .getMetaData()
                  .getColumns(null, tables.getString(2), tables.getString(3), "%")) {
            while (columns.next()) {
              if (columns.getString("TABLE_NAME").equals(tables.getString(3))) {
                driver.add(
                    String.join(
                        "|",
                        tables.getString("TABLE_SCHEM"),
                        tables.getString("TABLE_NAME"),
                        tables.getString("TABLE_TYPE"),
                        columns.getString("COLUMN_NAME"),
                        columns.getString("ORDINAL_POSITION"),
                        columns.getString("IS_NULLABLE")));
              }
            }
          }
        }
      }
      try (ResultSet functions = connection.getMetaData().getFunctions(null, "bauplan", "%")) {
        assertThat(functions.next()).isTrue();
        assertThat(functions.getString("FUNCTION_NAME")).isEqualTo("f");
      }
    }
    assertThat(driver).isEqualTo(schema);
  }
}
