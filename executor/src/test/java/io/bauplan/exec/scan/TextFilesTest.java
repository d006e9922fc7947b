package io.bauplan.exec.scan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataFileFormat;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.PhysicalPlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextFilesTest {
  @TempDir Path folder;

  private final StandardDataFiles files = new StandardDataFiles();

  private String file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text).toString();
  }

  private PhysicalPlan.FileScan csv(String text) throws IOException {
    return files.schemas().describe(DataFileFormat.CSV, file("a.csv", text), Map.of());
  }

  private PhysicalPlan.FileScan json(String text) throws IOException {
    return files.schemas().describe(DataFileFormat.JSON, file("a.json", text), Map.of());
  }

  private static List<@Nullable Object> row(@Nullable Object... values) {
    return Arrays.asList(values);
  }

  @Test
  void infersTypesOfCsvColumns() throws IOException {
    PhysicalPlan.FileScan scan =
        csv(
            """
            id,price,ok,day,at,slashed at,Cost Total $,zip
            1,1.5,true,2024-02-29,2024-01-01 10:00:00.5,2001/01/01 00:47,,00501
            2,2,FALSE,2024-03-01,2024-01-01T10:00:00,2001/01/01 00:48,"a ""b"", c",10001
            """);
    assertThat(scan.output().columns())
        .containsExactly(
            new Column("id", DataType.INT64, true),
            new Column("price", DataType.FLOAT64, true),
            new Column("ok", DataType.BOOLEAN, true),
            new Column("day", DataType.DATE, true),
            new Column("at", DataType.TIMESTAMP, true),
            new Column("slashed at", DataType.TIMESTAMP, true),
            new Column("Cost Total $", DataType.VARCHAR, true),
            new Column("zip", DataType.VARCHAR, true));
    assertThat(ScanRows.read(files.tasks(scan)))
        .containsExactly(
            row(1L, 1.5, true, 19782L, 1_704_103_200_500_000L, 978_310_020_000_000L, null, "00501"),
            row(
                2L,
                2.0,
                false,
                19783L,
                1_704_103_200_000_000L,
                978_310_080_000_000L,
                "a \"b\", c",
                "10001"));
  }

  @Test
  void findsDelimiterAndMissingHeader() throws IOException {
    PhysicalPlan.FileScan scan = csv("1;x\n2;\n");
    assertThat(scan.output().columns().stream().map(Column::name))
        .containsExactly("column0", "column1");
    assertThat(ScanRows.read(files.tasks(scan))).containsExactly(row(1L, "x"), row(2L, null));
  }

  @Test
  void namesTheLineOfRowWithTooManyCells() throws IOException {
    String path = file("bad.csv", "a,b\n1,2\n\"x\ny\",3\n1,2,3\n");
    assertThatThrownBy(() -> files.schemas().describe(DataFileFormat.CSV, path, Map.of()))
        .isInstanceOfSatisfying(
            EngineException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.MALFORMED_FILE))
        .hasMessageContaining("line 5: 3 values for 2 columns");
  }

  @Test
  void namesTheCellThatFitsNoMore() throws IOException {
    String path = file("late.csv", "a,b\n1,2\n1,secret\n");
    PhysicalPlan.FileScan scan =
        files.schemas().describe(DataFileFormat.CSV, path, Map.of("sample_rows", "1"));
    assertThatThrownBy(() -> ScanRows.read(files.tasks(scan)))
        .hasMessageContaining("line 3, column \"b\": VARCHAR where the rows before have BIGINT")
        .hasMessageNotContaining("secret");
  }

  @Test
  void readsJsonArrayWithNestedValues() throws IOException {
    PhysicalPlan.FileScan scan =
        json(
            """
            [{"a": 1, "s": {"x": 1.5, "y": [1, null]}, "d": "2024-01-01"},
             {"a": null, "t": "x", "s": {"y": []}}]
            """);
    assertThat(ScanRows.read(files.tasks(scan)))
        .containsExactly(
            row(1L, row(1.5, row(1L, null)), 19723L, null), row(null, row(null, row()), null, "x"));
  }

  @Test
  void readsJsonLinesAndWidensNumbers() throws IOException {
    PhysicalPlan.FileScan scan = json("{\"a\": 1}\n{\"a\": 2.5}\n");
    assertThat(ScanRows.read(files.tasks(scan))).containsExactly(row(1.0), row(2.5));
  }

  @Test
  void refusesBrokenJsonWithItsPlace() throws IOException {
    String path = file("bad.json", "{\"a\": 1}\n{\"a\": }\n");
    assertThatThrownBy(() -> files.schemas().describe(DataFileFormat.JSON, path, Map.of()))
        .hasMessageContaining("line 2, column");
  }

  @Test
  void saysWhichFileIsMissing() {
    assertThatThrownBy(
            () -> files.schemas().describe(DataFileFormat.CSV, "no/such/file.csv", Map.of()))
        .isInstanceOfSatisfying(
            EngineException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.FILE_NOT_FOUND);
              assertThat(e.hint()).hasValueSatisfying(h -> assertThat(h).contains("relative"));
            });
  }

  @Test
  void mergesColumnsOfManyFilesByName() throws IOException {
    file("p1.csv", "a,b\n1,x\n");
    file("p2.csv", "b,a,c\ny,2.5,3\n");
    PhysicalPlan.FileScan scan =
        files.schemas().describe(DataFileFormat.CSV, folder + "/p*.csv", Map.of());
    assertThat(ScanRows.read(files.tasks(scan)))
        .containsExactly(row(1.0, "x", null), row(2.5, "y", 3L));
  }

  @Test
  void readsRealFilesWhereTheyAreGiven() {
    String real = System.getProperty("real.data", "");
    if (real.isEmpty()) {
      System.err.println("NOT RUN: real files, give their folder as -Dreal.data=...");
      return;
    }
    for (String[] each :
        new String[][] {
          {"CSV", "airports.csv", "3376"},
          {"CSV", "birdstrikes.csv", "10000"},
          {"JSON", "flights-20k.json", "20000"},
          {"ARROW", "flights-200k.arrow", "200000"}
        }) {
      PhysicalPlan.FileScan scan =
          files.schemas().describe(DataFileFormat.valueOf(each[0]), real + "/" + each[1], Map.of());
      assertThat(ScanRows.read(files.tasks(scan))).hasSize(Integer.parseInt(each[2]));
    }
  }
}
