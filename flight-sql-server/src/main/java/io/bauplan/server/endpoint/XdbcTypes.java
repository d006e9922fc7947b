package io.bauplan.server.endpoint;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// The rows of GetXdbcTypeInfo: SQL's types as ODBC and JDBC number them.
///
/// @param code the type's number, of `java.sql.Types`
/// @param size digits, characters, or bytes of the longest value
/// @param prefix what a literal starts with; null = nothing
/// @param parameters names of the type's parameters, `precision,scale`
/// @param subcode number of the datetime or interval kind, as ODBC has it; null = neither
record XdbcTypes(
    String name,
    int code,
    int size,
    @Nullable String prefix,
    @Nullable String suffix,
    @Nullable String parameters,
    boolean caseSensitive,
    int searchable,
    boolean numeric,
    @Nullable Integer scale,
    @Nullable Integer subcode) {

  /// Usable in every predicate, LIKE included.
  static final int SEARCH_FULL = 3;

  /// Usable in every predicate but LIKE.
  static final int SEARCH_BASIC = 2;

  static final List<XdbcTypes> ALL =
      List.of(
          plain("BOOLEAN", java.sql.Types.BOOLEAN, 1),
          number("TINYINT", java.sql.Types.TINYINT, 3),
          number("BIGINT", java.sql.Types.BIGINT, 19),
          quoted("BINARY", java.sql.Types.VARBINARY, Integer.MAX_VALUE, "X'", null),
          new XdbcTypes(
              "DECIMAL",
              java.sql.Types.DECIMAL,
              38,
              null,
              null,
              "precision,scale",
              false,
              SEARCH_BASIC,
              true,
              38,
              null),
          number("INTEGER", java.sql.Types.INTEGER, 10),
          number("SMALLINT", java.sql.Types.SMALLINT, 5),
          number("FLOAT", java.sql.Types.REAL, 7),
          number("DOUBLE", java.sql.Types.DOUBLE, 15),
          new XdbcTypes(
              "VARCHAR",
              java.sql.Types.VARCHAR,
              Integer.MAX_VALUE,
              "'",
              "'",
              null,
              true,
              SEARCH_FULL,
              false,
              null,
              null),
          quoted("DATE", java.sql.Types.DATE, 10, "DATE '", 1),
          quoted("TIME", java.sql.Types.TIME, 15, "TIME '", 2),
          quoted("TIMESTAMP", java.sql.Types.TIMESTAMP, 26, "TIMESTAMP '", 3),
          quoted(
              "TIMESTAMP WITH LOCAL TIME ZONE",
              java.sql.Types.TIMESTAMP_WITH_TIMEZONE,
              32,
              "TIMESTAMP WITH LOCAL TIME ZONE '",
              null),
          quoted("UUID", java.sql.Types.OTHER, 36, "UUID '", null),
          plain("ARRAY", java.sql.Types.ARRAY, Integer.MAX_VALUE),
          plain("ROW", java.sql.Types.STRUCT, Integer.MAX_VALUE),
          plain("MAP", java.sql.Types.JAVA_OBJECT, Integer.MAX_VALUE));

  private static XdbcTypes number(String name, int code, int digits) {
    return new XdbcTypes(name, code, digits, null, null, null, false, SEARCH_BASIC, true, 0, null);
  }

  private static XdbcTypes plain(String name, int code, int size) {
    return new XdbcTypes(
        name, code, size, null, null, null, false, SEARCH_BASIC, false, null, null);
  }

  private static XdbcTypes quoted(
      String name, int code, int size, String prefix, @Nullable Integer subcode) {
    return new XdbcTypes(
        name, code, size, prefix, "'", null, false, SEARCH_BASIC, false, null, subcode);
  }
}
