package io.bauplan.tests.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// One scan to measure: a file, its columns and the rows that count.
///
/// @param columns that are read, besides those of the condition
/// @param selective whether a condition leaves out most rows
record ScanBenchQuery(String name, String sql, Path file, List<String> columns, boolean selective) {
  private static final String LINEITEM_CONDITION =
      "l_shipdate BETWEEN DATE '1995-03-10' AND DATE '1995-03-12' AND l_quantity < 5";
  private static final String WIDE_CONDITION = "i0 BETWEEN 4000 AND 4100 AND d0 < 5.0";

  private static final List<String> LINEITEM =
      List.of(
          "l_orderkey",
          "l_partkey",
          "l_suppkey",
          "l_linenumber",
          "l_quantity",
          "l_extendedprice",
          "l_discount",
          "l_tax",
          "l_returnflag",
          "l_linestatus",
          "l_shipdate",
          "l_commitdate",
          "l_receiptdate",
          "l_shipinstruct",
          "l_shipmode",
          "l_comment");

  /// Every measured scan of a file made by [ScanBenchFiles].
  static List<ScanBenchQuery> of(Path file) {
    boolean lineitem = file.getFileName().toString().startsWith("lineitem");
    List<List<String>> projections =
        lineitem
            ? List.of(
                List.of("l_extendedprice"),
                List.of("l_partkey", "l_quantity", "l_shipdate", "l_shipmode"),
                LINEITEM)
            : List.of(List.of("d3"), List.of("i1", "d1", "s1", "t1"), ScanBenchFiles.WIDE);
    List<ScanBenchQuery> queries = new ArrayList<>();
    for (List<String> columns : projections) {
      queries.add(query(file, columns, ""));
      queries.add(query(file, columns, lineitem ? LINEITEM_CONDITION : WIDE_CONDITION));
    }
    return queries;
  }

  private static ScanBenchQuery query(Path file, List<String> columns, String condition) {
    String folds =
        IntStream.range(0, columns.size())
            .mapToObj(i -> fold(columns.get(i)) + " AS c" + i)
            .collect(Collectors.joining(", "));
    String sql = "SELECT " + folds + " FROM read_parquet('" + file + "')";
    String name =
        file.getFileName().toString().replace(".parquet", "")
            + " "
            + columns.size()
            + (condition.isEmpty() ? " full" : " selective");
    return condition.isEmpty()
        ? new ScanBenchQuery(name, sql, file, columns, false)
        : new ScanBenchQuery(name, sql + " WHERE " + condition, file, columns, true);
  }

  /// Strings, dates and booleans have no sum.
  private static String fold(String column) {
    boolean extreme =
        column.startsWith("s")
            || column.startsWith("t")
            || column.endsWith("date")
            || List.of("l_returnflag", "l_linestatus", "l_shipinstruct", "l_shipmode", "l_comment")
                .contains(column);
    return (extreme ? "MAX(" : "SUM(") + column + ")";
  }
}
