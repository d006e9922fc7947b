package io.bauplan.jdbc;

import java.sql.DatabaseMetaData;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The SQL types of the engine, as `getTypeInfo` lists them.
final class TypeCatalog {
  private static final int MAX_LENGTH = Integer.MAX_VALUE;
  private static final int MAX_DECIMAL_DIGITS = 38;
  private static final int MICROS = 6;

  private TypeCatalog() {}

  static List<@Nullable Object[]> rows() {
    List<@Nullable Object[]> rows = new ArrayList<>();
    rows.add(plain("BOOLEAN", Types.BOOLEAN, 1));
    rows.add(number("TINYINT", Types.TINYINT, 3, 0, 0, 10));
    rows.add(number("SMALLINT", Types.SMALLINT, 5, 0, 0, 10));
    rows.add(number("INTEGER", Types.INTEGER, 10, 0, 0, 10));
    rows.add(number("BIGINT", Types.BIGINT, 19, 0, 0, 10));
    rows.add(number("REAL", Types.REAL, 24, 0, 0, 2));
    rows.add(number("DOUBLE", Types.DOUBLE, 53, 0, 0, 2));
    @Nullable Object[] decimal =
        number("DECIMAL", Types.DECIMAL, MAX_DECIMAL_DIGITS, 0, MAX_DECIMAL_DIGITS, 10);
    decimal[5] = "precision,scale";
    rows.add(decimal);
    rows.add(text("VARCHAR", Types.VARCHAR, "length"));
    rows.add(text("CHAR", Types.CHAR, "length"));
    rows.add(quoted("VARBINARY", Types.VARBINARY, MAX_LENGTH, "X'", 0));
    rows.add(quoted("DATE", Types.DATE, 10, "DATE '", 0));
    rows.add(quoted("TIME", Types.TIME, 15, "TIME '", MICROS));
    rows.add(quoted("TIMESTAMP", Types.TIMESTAMP, 26, "TIMESTAMP '", MICROS));
    rows.add(
        quoted(
            "TIMESTAMP WITH TIME ZONE",
            Types.TIMESTAMP_WITH_TIMEZONE,
            32,
            "TIMESTAMP WITH TIME ZONE '",
            MICROS));
    rows.add(plain("UUID", Types.OTHER, 36));
    rows.add(plain("ARRAY", Types.ARRAY, 0));
    rows.add(plain("ROW", Types.STRUCT, 0));
    rows.add(plain("MAP", Types.OTHER, 0));
    rows.sort(Comparator.comparingInt(row -> row[1] instanceof Integer type ? type : 0));
    return rows;
  }

  private static @Nullable Object[] plain(String name, int type, int precision) {
    return new @Nullable Object[] {
      name,
      type,
      precision,
      null,
      null,
      null,
      (short) DatabaseMetaData.typeNullable,
      false,
      (short) DatabaseMetaData.typePredBasic,
      true,
      false,
      false,
      name,
      (short) 0,
      (short) 0,
      null,
      null,
      null
    };
  }

  private static @Nullable Object[] number(
      String name, int type, int precision, int minScale, int maxScale, int radix) {
    @Nullable Object[] row = plain(name, type, precision);
    row[9] = false;
    row[13] = (short) minScale;
    row[14] = (short) maxScale;
    row[17] = radix;
    return row;
  }

  private static @Nullable Object[] text(String name, int type, String parameters) {
    @Nullable Object[] row = quoted(name, type, MAX_LENGTH, "'", 0);
    row[5] = parameters;
    row[7] = true;
    row[8] = (short) DatabaseMetaData.typeSearchable;
    return row;
  }

  private static @Nullable Object[] quoted(
      String name, int type, int precision, String prefix, int maxScale) {
    @Nullable Object[] row = plain(name, type, precision);
    row[3] = prefix;
    row[4] = "'";
    row[14] = (short) maxScale;
    return row;
  }
}
