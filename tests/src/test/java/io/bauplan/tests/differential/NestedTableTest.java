package io.bauplan.tests.differential;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.tests.support.DuckDb;
import io.bauplan.tests.support.EngineRows;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Tables with lists, maps and rows, whose files other engines must understand too.
final class NestedTableTest {
  private static final String CREATE =
      "CREATE TABLE nested (id BIGINT, tags ARRAY<VARCHAR>, scores MAP<VARCHAR, INTEGER>,"
          + " place ROW(city VARCHAR, zip INTEGER))";

  @TempDir static Path folder;

  @Test
  void writesFieldIdsOfEveryLevelAndReadsItselfEqual() {
    try (Engine engine = Engine.open(EngineConfig.of(folder.resolve("warehouse")));
        DuckDb duck = DuckDb.open()) {
      EngineRows.run(engine, CREATE);
      EngineRows.run(
          engine,
          "INSERT INTO nested VALUES (1, ARRAY['a', 'b'], MAP['x', 1, 'y', 2], ROW('Rome', 100)),"
              + " (2, NULL, NULL, NULL)");
      List<List<Object>> expected =
          List.of(
              java.util.Arrays.asList(1L, 2L, 1L, "Rome", 100L),
              java.util.Arrays.asList(2L, null, null, null, null));
      assertThat(
              longs(
                  EngineRows.run(
                      engine,
                      "SELECT id, CARDINALITY(tags), scores['x'], nested.place.city,"
                          + " nested.place.zip FROM nested ORDER BY id")))
          .isEqualTo(expected);
      String files = "'" + folder.resolve("warehouse") + "/**/*.parquet'";
      assertThat(
              longs(
                  duck.query(
                      "SELECT id, len(tags), scores['x'], place.city, place.zip"
                          + " FROM read_parquet("
                          + files
                          + ") ORDER BY id")))
          .isEqualTo(expected);
      List<List<Object>> ids =
          duck.query(
              "SELECT field_id FROM parquet_schema("
                  + files
                  + ") WHERE name NOT IN ('table', 'list', 'key_value')");
      Set<Object> distinct = new HashSet<>();
      ids.forEach(row -> distinct.add(row.get(0)));
      assertThat(distinct).doesNotContainNull().hasSize(9).hasSameSizeAs(ids);
    }
  }

  private static List<List<Object>> longs(List<List<Object>> rows) {
    return rows.stream()
        .map(
            row ->
                row.stream()
                    .map(value -> value instanceof Number number ? number.longValue() : value)
                    .collect(java.util.stream.Collectors.<Object>toList()))
        .toList();
  }
}
