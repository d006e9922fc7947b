package io.bauplan.tests.oracle;

import java.util.List;
import java.util.Random;

/// Constants of every type, mostly such as the tables have.
final class Literals {
  private static final List<String> WHOLE = List.of("0", "1", "2", "3", "5", "7", "-1", "100");
  private static final List<String> EXACT =
      List.of("0.5", "1.00", "2.50", "-0.01", "12.345", "5.0");
  private static final List<String> TAME = List.of("0e0", "0.25e0", "-1.5e0", "2.5e0", "100e0");
  private static final List<String> TEXTS =
      List.of("''", "'a'", "'b'", "'ab'", "'Hello'", "'日本語'", "'12'", "'é'", "'x y'", "'~'");
  private static final List<String> DATES =
      List.of("2024-02-29", "1969-12-31", "1970-01-01", "2000-12-31", "2023-07-04");
  private static final List<String> TIMES =
      List.of("00:00:00", "23:59:59.999999", "12:34:56.5", "06:07:08");

  private final Random random;

  Literals(Random random) {
    this.random = random;
  }

  private String pick(List<String> of) {
    return of.get(random.nextInt(of.size()));
  }

  Value of(Kind kind) {
    return switch (kind) {
      case BOOL -> Value.of(Type.BOOL, pick(List.of("TRUE", "FALSE")));
      case SMALL -> Value.of(Type.number(kind, 3), "CAST(" + pick(WHOLE) + " AS SMALLINT)");
      case INT -> Value.of(Type.number(kind, 3), pick(WHOLE));
      case LONG -> Value.of(Type.number(kind, 3), "CAST(" + pick(WHOLE) + " AS BIGINT)");
      case DECIMAL -> {
        String number = pick(EXACT);
        int point = number.indexOf('.');
        yield Value.of(new Type(kind, 2, point < 0 ? 0 : number.length() - point - 1), number);
      }
      case FLOAT -> Value.of(Type.of(kind), "CAST(" + pick(TAME) + " AS FLOAT)");
      case DOUBLE -> Value.of(Type.number(kind, 3), pick(TAME));
      case TEXT -> Value.of(Type.TEXT, pick(TEXTS));
      case BINARY -> {
        String hex = pick(List.of("", "00", "6162", "ff01"));
        yield Value.of(Type.of(kind), "X'" + hex + "'", "unhex('" + hex + "')");
      }
      case UUID -> Value.of(Type.of(kind), "CAST('123e4567-e89b-12d3-a456-426614174000' AS UUID)");
      case DATE -> Value.of(Type.of(kind), "DATE '" + pick(DATES) + "'");
      case TIME -> Value.of(Type.of(kind), "TIME '" + pick(TIMES) + "'");
      case TIMESTAMP ->
          Value.of(Type.of(kind), "TIMESTAMP '" + pick(DATES) + " " + pick(TIMES) + "'");
      case INSTANT -> {
        String cast = "CAST(TIMESTAMP '" + pick(DATES) + " " + pick(TIMES) + "' AS ";
        yield Value.of(Type.of(kind), cast + kind.ours() + ")", cast + kind.theirs() + ")");
      }
      case DAYS -> Value.of(Type.of(kind), "INTERVAL '" + random.nextInt(60) + "' DAY");
      case INTS ->
          Value.of(Type.of(kind), pick(List.of("ARRAY[1, 2]", "ARRAY[2]", "ARRAY[1, NULL, 3]")));
      case TEXTS -> Value.of(Type.of(kind), pick(List.of("ARRAY['a', 'b']", "ARRAY['']")));
      case MAP -> Value.of(Type.of(kind), "MAP['b', 2]", "MAP {'b': 2}");
      case ROW ->
          Value.of(
              Type.of(kind),
              "CAST(ROW(1, 'a') AS " + kind.ours() + ")",
              "CAST(ROW(1, 'a') AS " + kind.theirs() + ")");
    };
  }

  Value none(Kind kind) {
    String ours = kind == Kind.DECIMAL ? "DECIMAL(10, 2)" : kind.ours();
    String theirs = kind == Kind.DECIMAL ? "DECIMAL(10, 2)" : kind.theirs();
    Type type = kind == Kind.DECIMAL ? new Type(kind, 8, 2) : Type.of(kind);
    return Value.of(type, "CAST(NULL AS " + ours + ")", "CAST(NULL AS " + theirs + ")");
  }
}
