package io.bauplan.tests.differential;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.sql.catalog.CatalogEntry;
import io.bauplan.sql.plan.TableRef;
import io.bauplan.tests.support.DuckDb;
import io.bauplan.tests.support.EngineRows;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The table of `docs/types.md`, both ways: a column of each type is declared, written, looked up
/// in the Iceberg metadata and in the Parquet file, described and read back by an engine that was
/// opened anew.
final class TypeMappingTest {
  private static final Path DOCUMENT = Path.of("..", "docs", "types.md");

  /// A documented type that is stored, and what becomes of a column of it.
  ///
  /// @param documented the first cell of its row in the document
  /// @param sql its declaration here
  /// @param value a value of it
  /// @param iceberg its type in the metadata file
  /// @param parquet its physical and logical type, as DuckDB reads them from the file; none for a
  /// row @param described the type that a table says it has
  /// @param text the value's text
  private record Case(
      String documented,
      String sql,
      String value,
      String iceberg,
      String parquet,
      String described,
      String text) {}

  private static final List<Case> CASES =
      List.of(
          new Case("`BOOLEAN`", "BOOLEAN", "TRUE", "boolean", "BOOLEAN", "BOOLEAN", "true"),
          new Case("`TINYINT`", "TINYINT", "-128", "int", "INT32", "INTEGER", "-128"),
          new Case("`SMALLINT`", "SMALLINT", "32767", "int", "INT32", "INTEGER", "32767"),
          new Case("`INTEGER`", "INTEGER", "2147483647", "int", "INT32", "INTEGER", "2147483647"),
          new Case(
              "`BIGINT`",
              "BIGINT",
              "9223372036854775807",
              "long",
              "INT64",
              "BIGINT",
              "9223372036854775807"),
          new Case("`FLOAT`, `REAL`", "REAL", "0.1", "float", "FLOAT", "FLOAT", "0.1"),
          new Case(
              "`DOUBLE`",
              "DOUBLE",
              "CAST('-Infinity' AS DOUBLE)",
              "double",
              "DOUBLE",
              "DOUBLE",
              "-inf"),
          new Case(
              "`DECIMAL(p, s)`, p <= 38",
              "DECIMAL(9, 2)",
              "-1234567.89",
              "decimal(9, 2)",
              "INT32 Decimal",
              "DECIMAL(9, 2)",
              "-1234567.89"),
          new Case(
              "`DECIMAL(p, s)`, p <= 38",
              "DECIMAL(18, 4)",
              "12345678901234.5678",
              "decimal(18, 4)",
              "INT64 Decimal",
              "DECIMAL(18, 4)",
              "12345678901234.5678"),
          new Case(
              "`DECIMAL(p, s)`, p <= 38",
              "DECIMAL(38, 0)",
              "-99999999999999999999999999999999999999",
              "decimal(38, 0)",
              "FIXED_LEN_BYTE_ARRAY Decimal",
              "DECIMAL(38, 0)",
              "-99999999999999999999999999999999999999"),
          new Case(
              "`VARCHAR`, `CHAR`, `TEXT`",
              "VARCHAR",
              "'日本 '",
              "string",
              "BYTE_ARRAY String",
              "VARCHAR",
              "日本 "),
          new Case(
              "`BINARY`, `VARBINARY`",
              "VARBINARY",
              "X'00FF10'",
              "binary",
              "BYTE_ARRAY",
              "BINARY",
              "00FF10"),
          new Case(
              "`UUID`",
              "UUID",
              "CAST('f81d4fae-7dec-11d0-a765-00a0c91e6bf6' AS UUID)",
              "uuid",
              "FIXED_LEN_BYTE_ARRAY UUID",
              "UUID",
              "f81d4fae-7dec-11d0-a765-00a0c91e6bf6"),
          new Case(
              "`DATE`", "DATE", "DATE '1582-10-15'", "date", "INT32 Date", "DATE", "1582-10-15"),
          new Case(
              "`TIME`",
              "TIME",
              "TIME '23:59:59.999999'",
              "time",
              "INT64 Time",
              "TIME",
              "23:59:59.999999"),
          new Case(
              "`TIMESTAMP`",
              "TIMESTAMP",
              "TIMESTAMP '1969-12-31 23:59:59.123456'",
              "timestamp",
              "INT64 Timestamp",
              "TIMESTAMP",
              "1969-12-31 23:59:59.123456"),
          new Case(
              "`TIMESTAMP WITH LOCAL TIME ZONE`",
              "TIMESTAMP WITH LOCAL TIME ZONE",
              "CAST('2024-02-29T12:00:00.000001+02:00' AS TIMESTAMP WITH LOCAL TIME ZONE)",
              "timestamptz",
              "INT64 Timestamp",
              "TIMESTAMP WITH LOCAL TIME ZONE",
              "2024-02-29 10:00:00.000001+00"),
          new Case(
              "`T ARRAY`",
              "INTEGER ARRAY",
              "ARRAY[1, NULL, 3]",
              "list",
              "List",
              "ARRAY<INTEGER>",
              "[1, null, 3]"),
          new Case(
              "`MAP<K, V>`",
              "MAP<VARCHAR, INTEGER>",
              "MAP['a', 1]",
              "map",
              "Map",
              "MAP<VARCHAR, INTEGER>",
              "{a=1}"),
          new Case(
              "`ROW(...)`",
              "ROW(a INTEGER, \"order\" VARCHAR)",
              "ROW(1, 'x')",
              "struct",
              "",
              "ROW(a INTEGER, order VARCHAR)",
              "[1, x]"));

  @TempDir static Path folder;

  @Test
  void everyStoredTypeOfTheDocumentHasACase() throws IOException {
    List<String> stored = new ArrayList<>();
    for (String line : Files.readAllLines(DOCUMENT)) {
      String[] cells = line.split("\\|");
      if (cells.length >= 5 && cells[1].strip().startsWith("`")) {
        if (!cells[3].strip().equals("none")) {
          stored.add(cells[1].strip());
        }
      }
    }
    assertThat(stored).hasSizeGreaterThan(15);
    assertThat(CASES.stream().map(Case::documented).distinct().toList()).isEqualTo(stored);
  }

  @Test
  void everyTypeGoesToIcebergAndParquetAndComesBack() throws IOException {
    Path warehouse = folder.resolve("warehouse");
    JsonNode metadata;
    try (Engine engine = Engine.open(EngineConfig.of(warehouse))) {
      List<String> columns = new ArrayList<>();
      List<String> values = new ArrayList<>();
      for (int i = 0; i < CASES.size(); i++) {
        columns.add("c" + i + " " + CASES.get(i).sql());
        values.add(CASES.get(i).value());
      }
      EngineRows.run(engine, "CREATE TABLE everything (" + String.join(", ", columns) + ")");
      EngineRows.run(engine, "INSERT INTO everything VALUES (" + String.join(", ", values) + ")");
      metadata = metadata(engine);
    }
    assertThat(icebergTypes(metadata)).isEqualTo(expected(Case::iceberg));
    assertThat(parquetTypes(warehouse)).isEqualTo(expected(Case::parquet));
    try (Engine engine = Engine.open(EngineConfig.of(warehouse))) {
      assertThat(described(engine, "everything")).isEqualTo(expected(Case::described));
      List<Object> text = EngineRows.run(engine, "SHOW CREATE TABLE everything").get(0);
      EngineRows.run(
          engine, text.get(text.size() - 1).toString().replaceFirst("everything", "same"));
      assertThat(described(engine, "same")).isEqualTo(expected(Case::described));
      Map<String, String> read = new TreeMap<>();
      for (int i = 0; i < CASES.size(); i++) {
        String name = "c" + i;
        boolean nested = CASES.get(i).iceberg().matches("list|map|struct");
        String shown =
            nested
                ? name
                : CASES.get(i).sql().equals("VARBINARY")
                    ? "TO_HEX(" + name + ")"
                    : "CAST(" + name + " AS VARCHAR)";
        read.put(
            name,
            String.valueOf(
                EngineRows.run(engine, "SELECT " + shown + " FROM everything").get(0).get(0)));
      }
      assertThat(read).isEqualTo(expected(Case::text));
    }
  }

  private static Map<String, String> described(Engine engine, String table) {
    Map<String, String> described = new TreeMap<>();
    for (List<Object> row : EngineRows.run(engine, "DESCRIBE " + table)) {
      described.put(row.get(0).toString(), row.get(1).toString());
    }
    return described;
  }

  private static Map<String, String> expected(java.util.function.Function<Case, String> part) {
    Map<String, String> expected = new TreeMap<>();
    for (int i = 0; i < CASES.size(); i++) {
      expected.put("c" + i, part.apply(CASES.get(i)));
    }
    return expected;
  }

  private static JsonNode metadata(Engine engine) throws IOException {
    var at = engine.catalog().resolve("main");
    var found =
        engine.catalog().find(at, new TableRef(List.of("bauplan"), "everything")).orElseThrow();
    String location = ((CatalogEntry.Table) found).table().metadataLocation();
    return new ObjectMapper().readTree(Path.of(location.replaceFirst("^file:(//)?", "")).toFile());
  }

  private static Map<String, String> icebergTypes(JsonNode metadata) {
    Map<String, String> types = new TreeMap<>();
    for (JsonNode field : metadata.path("schemas").path(0).path("fields")) {
      JsonNode type = field.path("type");
      types.put(
          field.path("name").asText(),
          type.isTextual() ? type.asText() : type.path("type").asText());
    }
    return types;
  }

  private static Map<String, String> parquetTypes(Path warehouse) {
    Map<String, String> types = new TreeMap<>();
    try (DuckDb duck = DuckDb.open()) {
      String files = "'" + warehouse + "/**/*.parquet'";
      for (List<Object> row :
          duck.query(
              "SELECT name, type, logical_type FROM parquet_schema("
                  + files
                  + ") WHERE regexp_full_match(name, 'c[0-9]+')")) {
        String logical = String.valueOf(row.get(2)).replaceFirst("Type\\(.*", "");
        String text = (row.get(1) + " " + logical).replace("null", "");
        types.put(row.get(0).toString(), text.strip());
      }
    }
    return types;
  }
}
