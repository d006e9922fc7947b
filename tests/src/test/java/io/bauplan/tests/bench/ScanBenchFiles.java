package io.bauplan.tests.bench;

import io.bauplan.exec.engine.Engine;
import io.bauplan.tests.support.DuckDb;
import io.bauplan.tests.support.EngineRows;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// TPC-H's lineitem and a table of 60 columns as Parquet files, by several writers and codecs.
///
/// @param scale of lineitem; the wide table has half a million rows times that
record ScanBenchFiles(
    Path folder, double scale, Engine engine, DuckDb duck, ScanBenchPython python) {
  private static final int WIDE_ROWS = 500_000;
  private static final int OF_EACH_KIND = 12;

  /// Columns of the wide table: integers, decimals, doubles, strings of few and of many values
  /// (each with a tenth of NULLs), timestamps.
  static final List<String> WIDE = wideColumns();

  private static List<String> wideColumns() {
    List<String> columns = new ArrayList<>();
    for (String kind : List.of("i", "d", "f", "s", "t")) {
      for (int i = 0; i < OF_EACH_KIND; i++) {
        columns.add(kind + i);
      }
    }
    return List.copyOf(columns);
  }

  private static String expression(String column) {
    int i = Integer.parseInt(column.substring(1));
    String noise = "hash(r * 60 + " + (i * 7 + column.charAt(0)) + ")";
    return switch (column.charAt(0)) {
      case 'i' -> "(" + noise + " % " + 10L * (i < 6 ? 1000 : 100_000_000) + ")::BIGINT";
      case 'd' -> "((" + noise + " % 100000) / 100.0)::DECIMAL(12, 2)";
      case 'f' ->
          "CASE WHEN " + noise + " % 10 = 0 THEN NULL ELSE (" + noise + " % 1000003) / 7.0 END";
      case 's' ->
          i < 6
              ? "CASE WHEN " + noise + " % 10 = 0 THEN NULL ELSE 'city ' || " + noise + " % 200 END"
              : "CASE WHEN " + noise + " % 10 = 0 THEN NULL ELSE 'someone-' || " + noise + " END";
      default -> "TIMESTAMP '2024-01-01' + to_seconds((r + " + noise + " % 1000)::BIGINT)";
    };
  }

  /// Makes what is not there.
  List<Path> make() throws IOException {
    List<Path> files = new ArrayList<>();
    for (String table : List.of("lineitem", "wide")) {
      Path base = path(table, "duckdb", "snappy");
      if (Files.notExists(base)) {
        if (table.equals("lineitem")) {
          lineitem(base);
        } else {
          wide(base);
        }
      }
      for (String codec : List.of("snappy", "zstd")) {
        Path duckdb = path(table, "duckdb", codec);
        if (Files.notExists(duckdb)) {
          copy("SELECT * FROM read_parquet('" + base + "')", duckdb, codec);
        }
        files.add(duckdb);
        Path pyarrow = path(table, "pyarrow", codec);
        if (Files.exists(pyarrow) || python.write(base, pyarrow, codec)) {
          files.add(pyarrow);
        }
      }
      Path ours = path(table, "bauplan", "zstd");
      if (Files.notExists(ours)) {
        EngineRows.run(
            engine,
            "COPY (SELECT * FROM read_parquet('"
                + base
                + "')) TO '"
                + ours
                + "' WITH (FORMAT parquet)");
      }
      files.add(ours);
    }
    return files;
  }

  private Path path(String table, String writer, String codec) {
    return folder.resolve(
        String.format(Locale.ROOT, "%s-%s-%s-sf%s.parquet", table, writer, codec, scale));
  }

  private void copy(String query, Path to, String codec) {
    duck.execute(
        "COPY (" + query + ") TO '" + to + "' (FORMAT parquet, COMPRESSION " + codec + ")");
  }

  private void lineitem(Path to) {
    Path made = folder.resolve("lineitem-made.parquet");
    EngineRows.run(
        engine, "CALL system.generate_tpch(scale => " + scale + ", namespace => 'scan')");
    EngineRows.run(
        engine, "COPY (SELECT * FROM scan.lineitem) TO '" + made + "' WITH (FORMAT parquet)");
    copy("SELECT * FROM read_parquet('" + made + "')", to, "snappy");
  }

  private void wide(Path to) {
    List<String> columns = new ArrayList<>();
    for (String column : WIDE) {
      columns.add(expression(column) + " AS " + column);
    }
    copy(
        "SELECT "
            + String.join(", ", columns)
            + " FROM range("
            + (long) (WIDE_ROWS * scale)
            + ") x(r)",
        to,
        "snappy");
  }
}
