package io.bauplan.tests.oracle;

import io.bauplan.exec.engine.Engine;
import io.bauplan.tests.support.DuckDb;
import io.bauplan.tests.support.EngineRows;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;

/// The tables that random queries read: a column of every type, many NULLs, few values, so that
/// joins and groups find partners. The oracle makes them and both have the same Parquet files.
final class OracleTables {
  /// A column.
  ///
  /// @param values as the oracle writes them
  private record Pool(String name, Type type, List<String> values) {}

  /// How many rows each table has.
  static final List<Integer> ROWS = List.of(0, 1, 7, 30, 100, 300, 9_000);

  /// In a table's every row another.
  static final String KEY = "id";

  private static final List<Pool> POOLS =
      List.of(
          pool("i", Type.number(Kind.INT, 1), "0", "1", "2", "3", "5", "7", "-1", "-4"),
          pool("j", Type.number(Kind.INT, 4), "0", "1", "2", "-3", "17", "255", "-256", "9999"),
          pool(
              "k", Type.number(Kind.INT, 10), "0", "1", "2147483647", "-2147483648", "65536", "-1"),
          pool("l", Type.number(Kind.LONG, 3), "0", "1", "2", "5", "-7", "100", "999"),
          pool(
              "w",
              Type.number(Kind.LONG, 19),
              "0",
              "1",
              "9223372036854775807",
              "-9223372036854775808",
              "4294967296",
              "-9007199254740993"),
          pool(
              "m",
              new Type(Kind.DECIMAL, 5, 2),
              "0",
              "1.00",
              "2.50",
              "-0.01",
              "99999.99",
              "-12345.67",
              "5.00"),
          pool(
              "n",
              new Type(Kind.DECIMAL, 12, 6),
              "0",
              "1.000000",
              "2.5",
              "0.000001",
              "-999999999999.999999",
              "123456.789"),
          pool(
              "o",
              new Type(Kind.DECIMAL, 28, 10),
              "0",
              "1",
              "2.5",
              "9999999999999999999999999999.9999999999",
              "-9999999999999999999999999999.9999999999",
              "0.0000000001",
              "12345678901234567890.5"),
          pool("f", Type.of(Kind.FLOAT), "0", "-0.0", "1.5", "0.1", "'NaN'", "'-Infinity'", "1e30"),
          pool("d", Type.number(Kind.DOUBLE, 4), "0", "0.25", "-1.5", "2.5", "100", "7.75", "1"),
          pool(
              "e",
              Type.of(Kind.DOUBLE),
              "0",
              "-0.0",
              "'NaN'",
              "'Infinity'",
              "'-Infinity'",
              "1e300",
              "5e-324",
              "0.1",
              "2.5"),
          pool("b", Type.BOOL, "TRUE", "FALSE"),
          pool("s", Type.TEXT, "''", "'a'", "'b'", "'ab'", "'Hello'", "'hello'", "'x y'", "'b%'"),
          pool(
              "u",
              Type.TEXT,
              "''",
              "'日本語'",
              "'é'",
              "'Éa'",
              "'😀'",
              "'\uffee'",
              "'a longer text than twelve bytes'",
              "'a longer text than twelve Bytes'",
              "' pad '",
              "'12'",
              "'-7'"),
          pool("x", Type.of(Kind.BINARY), "''", "'\\x00'", "'\\xFF\\x01'", "'ab'", "'abc'"),
          pool(
              "g",
              Type.of(Kind.UUID),
              "'00000000-0000-0000-0000-000000000001'",
              "'ffffffff-ffff-ffff-ffff-ffffffffffff'",
              "'123e4567-e89b-12d3-a456-426614174000'"),
          pool(
              "dt",
              Type.of(Kind.DATE),
              "'2024-02-29'",
              "'2024-03-01'",
              "'1969-12-31'",
              "'1970-01-01'",
              "'2000-12-31'",
              "'1900-01-01'"),
          pool(
              "tm",
              Type.of(Kind.TIME),
              "'00:00:00'",
              "'23:59:59.999999'",
              "'12:34:56.5'",
              "'01:00:00'"),
          pool(
              "ts",
              Type.of(Kind.TIMESTAMP),
              "'2024-02-29 12:34:56.123456'",
              "'2024-02-29 00:00:00'",
              "'1969-12-31 23:59:59.999999'",
              "'1970-01-01 00:00:00'",
              "'2000-12-31 23:00:00'"),
          pool(
              "tz",
              Type.of(Kind.INSTANT),
              "'2024-02-29 12:34:56.123456+00'",
              "'2024-02-29 00:00:00+00'",
              "'1969-12-31 23:59:59.5+00'"),
          pool("a", Type.of(Kind.INTS), "[1, 2]", "[]", "[NULL]", "[1, NULL, 3]", "[2]", "[7, 7]"),
          pool("sa", Type.of(Kind.TEXTS), "['a', 'b']", "[]", "['']", "[NULL, 'é']", "['b']"),
          pool("mp", Type.of(Kind.MAP), "MAP {}", "MAP {'a': 1, 'b': NULL}", "MAP {'b': 2}"),
          pool(
              "r",
              Type.of(Kind.ROW),
              "{'x': 1, 'y': 'a'}",
              "{'x': NULL, 'y': 'b'}",
              "{'x': 2, 'y': NULL}"));

  private OracleTables() {}

  private static Pool pool(String name, Type type, String... values) {
    return new Pool(name, type, List.of(values));
  }

  static String name(int rows) {
    return "t" + rows;
  }

  /// The columns of every table, under an alias.
  static List<Relation.Column> columns(String alias) {
    List<Relation.Column> columns = new ArrayList<>();
    columns.add(column(alias, KEY, Type.number(Kind.INT, 5)));
    POOLS.forEach(pool -> columns.add(column(alias, pool.name, pool.type)));
    return columns;
  }

  private static Relation.Column column(String alias, String name, Type type) {
    String slot = type.kind().name();
    return new Relation.Column(Sql.of(slot, alias + "." + name), type);
  }

  static void load(Engine engine, DuckDb duck, Path folder, long seed) {
    Random random = new Random(seed);
    for (int rows : ROWS) {
      String name = name(rows);
      duck.execute("CREATE TABLE " + name + " AS " + select(rows, random));
      String file = folder.resolve(name + ".parquet").toString();
      duck.execute("COPY " + name + " TO '" + file + "' (FORMAT parquet)");
      EngineRows.run(
          engine, "CREATE TABLE " + name + " AS SELECT * FROM read_parquet('" + file + "')");
    }
  }

  private static String select(int rows, Random random) {
    List<String> items = new ArrayList<>();
    items.add("CAST(q.i AS INTEGER) AS " + KEY);
    for (Pool pool : POOLS) {
      String type = sqlType(pool.type);
      String values =
          pool.values.stream()
              .map(value -> "CAST(" + value + " AS " + type + ")")
              .collect(Collectors.joining(", "));
      int nulls = random.nextInt(4) == 0 ? 0 : 10 + random.nextInt(50);
      int salt = random.nextInt();
      String hash = "hash(q.i, " + salt + ", %d)";
      items.add(
          "CASE WHEN "
              + hash.formatted(1)
              + " % 100 < "
              + nulls
              + " THEN NULL ELSE ["
              + values
              + "][CAST("
              + hash.formatted(2)
              + " % "
              + pool.values.size()
              + " AS INTEGER) + 1] END AS "
              + pool.name);
    }
    return "SELECT "
        + String.join(", ", items)
        + " FROM range(1, "
        + (rows + 1)
        + ") q(i) ORDER BY q.i";
  }

  private static String sqlType(Type type) {
    return switch (type.kind()) {
      case DECIMAL -> "DECIMAL(" + (type.digits() + type.scale()) + ", " + type.scale() + ")";
      case BINARY -> "BLOB";
      default -> type.kind().theirs();
    };
  }
}
