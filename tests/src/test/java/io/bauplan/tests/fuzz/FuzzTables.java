package io.bauplan.tests.fuzz;

import java.util.List;

/// The tables that random statements read: a column of every type, few rows, many NULLs.
final class FuzzTables {
  private static final String COLUMNS =
      """
      CAST(%s AS TINYINT) AS ti, CAST(%s AS SMALLINT) AS si, CAST(%s AS INTEGER) AS i,
      CAST(%s AS BIGINT) AS l, CAST(%s AS DECIMAL(10, 2)) AS m, CAST(%s AS DECIMAL(38, 10)) AS m38,
      CAST(%s AS FLOAT) AS f, CAST(%s AS DOUBLE) AS d, CAST(%s AS BOOLEAN) AS b,
      CAST(%s AS VARCHAR) AS s, CAST(%s AS VARBINARY) AS bin, CAST(%s AS UUID) AS u,
      CAST(%s AS DATE) AS dt, CAST(%s AS TIME) AS tm, CAST(%s AS TIMESTAMP) AS ts,
      CAST(%s AS TIMESTAMP WITH LOCAL TIME ZONE) AS tz, %s AS a, %s AS sa, %s AS mp, %s AS r\
      """;

  private static final String NULLS =
      "SELECT "
          + COLUMNS.formatted(
              "NULL",
              "NULL",
              "NULL",
              "NULL",
              "NULL",
              "NULL",
              "NULL",
              "NULL",
              "NULL",
              "NULL",
              "NULL",
              "NULL",
              "NULL",
              "NULL",
              "NULL",
              "NULL",
              "CAST(NULL AS INTEGER ARRAY)",
              "CAST(NULL AS VARCHAR ARRAY)",
              "CAST(NULL AS MAP<VARCHAR, INTEGER>)",
              "CAST(NULL AS ROW(x INTEGER, y VARCHAR))");

  private static final String USUAL =
      "SELECT "
          + COLUMNS.formatted(
              "1",
              "2",
              "3",
              "4",
              "5.25",
              "6.5",
              "7.5",
              "8.5",
              "TRUE",
              "'Hello'",
              "'ab'",
              "'123e4567-e89b-12d3-a456-426614174000'",
              "'2024-02-29'",
              "'13:14:15.123456'",
              "'2024-02-29 13:14:15.123456'",
              "TIMESTAMP '2024-02-29 13:14:15.5'",
              "ARRAY[1, 2, NULL]",
              "ARRAY['x', 'y']",
              "MAP['k', 1, 'l', 2]",
              "CAST(ROW(1, 'one') AS ROW(x INTEGER, y VARCHAR))");

  private static final String EDGES =
      "SELECT "
          + COLUMNS.formatted(
              "-128",
              "-32768",
              "-2147483648",
              "-9223372036854775808",
              "-99999999.99",
              "'-9999999999999999999999999999.9999999999'",
              "'-Infinity'",
              "'NaN'",
              "FALSE",
              "''",
              "''",
              "'ffffffff-ffff-ffff-ffff-ffffffffffff'",
              "'0001-01-01'",
              "'00:00:00'",
              "'0001-01-01 00:00:00'",
              "TIMESTAMP '1900-01-01 00:00:00.000001'",
              "array_except(ARRAY[1], ARRAY[1])",
              "ARRAY['']",
              "MAP['', 0]",
              "CAST(ROW(NULL, '日本語😀') AS ROW(x INTEGER, y VARCHAR))");

  private static final String MORE =
      "SELECT "
          + COLUMNS.formatted(
              "0",
              "0",
              "0",
              "0",
              "0",
              "0",
              "0",
              "-0.0",
              "NULL",
              "'日本語😀'",
              "'日本'",
              "NULL",
              "'9999-12-31'",
              "'23:59:59.999999'",
              "'9999-12-31 23:59:59.999999'",
              "TIMESTAMP '2999-12-31 23:59:59.999999'",
              "ARRAY[NULL, NULL]",
              "CAST(ARRAY[NULL] AS VARCHAR ARRAY)",
              "MAP['k', NULL]",
              "CAST(ROW(2147483647, NULL) AS ROW(x INTEGER, y VARCHAR))");

  static final List<String> STATEMENTS =
      List.of(
          "CREATE TABLE everything AS "
              + String.join(" UNION ALL ", USUAL, EDGES, NULLS, MORE, USUAL, MORE),
          "CREATE TABLE few AS " + String.join(" UNION ALL ", USUAL, NULLS),
          "CREATE TABLE nothing AS " + USUAL + " LIMIT 0",
          "CREATE TABLE scratch AS SELECT * FROM few",
          "CREATE VIEW seen AS SELECT i, s FROM few",
          "CREATE TAG old",
          "CREATE BRANCH side");

  private FuzzTables() {}
}
