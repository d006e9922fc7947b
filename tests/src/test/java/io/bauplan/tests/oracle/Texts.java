package io.bauplan.tests.oracle;

import java.util.List;
import java.util.Random;

/// Random expressions of texts, times and nested values.
final class Texts {
  private final Expressions make;
  private final Random random;

  Texts(Expressions make, Random random) {
    this.make = make;
    this.random = random;
  }

  private Sql sub(Kind kind, int depth) {
    return make.of(kind, depth - 1).sql();
  }

  private Value text(String both, Sql... parts) {
    return Value.of(Type.TEXT, both, parts);
  }

  Value text(int depth) {
    Sql text = sub(Kind.TEXT, depth);
    return switch (random.nextInt(14)) {
      case 0, 1 -> text("({0} || {1})", text, sub(Kind.TEXT, depth));
      case 2 -> text(make.chance(50) ? "upper({0})" : "lower({0})", text);
      case 3 -> text("SUBSTRING({0} FROM %d FOR %d)".formatted(1 + pick(4), pick(5)), text);
      case 4 -> text(make.pick(List.of("trim({0})", "ltrim({0})", "rtrim({0})")), text);
      case 5 -> text("replace({0}, {1}, {2})", text, notEmpty(), sub(Kind.TEXT, depth));
      case 6 -> text((make.chance(50) ? "left" : "right") + "({0}, " + pick(4) + ")", text);
      case 7 -> text("reverse({0})", text);
      case 8 -> text("lpad({0}, " + (1 + pick(8)) + ", '*')", text);
      case 9 -> Dialect.repeated(text, pick(4));
      case 10, 11 -> {
        make.used("cast to text");
        yield Dialect.asText(
            make.of(
                make.pick(
                    List.of(
                        Kind.INT,
                        Kind.LONG,
                        Kind.BOOL,
                        Kind.DATE,
                        Kind.DECIMAL,
                        Kind.TIMESTAMP,
                        Kind.TIME,
                        Kind.UUID)),
                depth - 1));
      }
      case 12 -> {
        make.used("nested access");
        yield make.chance(50)
            ? text("({0}).y", sub(Kind.ROW, depth))
            : Dialect.element(Type.TEXT, make.of(Kind.TEXTS, depth - 1), random);
      }
      default -> text("split_part({0}, ' ', " + (1 + pick(2)) + ")", text);
    };
  }

  private int pick(int bound) {
    return random.nextInt(bound);
  }

  private Sql notEmpty() {
    return Sql.fixed(make.pick(List.of("'a'", "'l'", "'本'", "'ab'")));
  }

  Value time(Kind kind, int depth) {
    Type type = Type.of(kind);
    return switch (kind) {
      case DATE ->
          switch (pick(4)) {
            case 0 -> Value.of(type, "CAST({0} AS DATE)", sub(Kind.TIMESTAMP, depth));
            case 1 -> Dialect.dateShifted(make.of(kind, depth - 1), random);
            case 2 -> {
              String unit = make.pick(List.of("year", "quarter", "month", "week", "day"));
              make.used("date_trunc");
              yield Value.of(
                  type, "CAST(date_trunc('" + unit + "', {0}) AS DATE)", sub(kind, depth));
            }
            default -> Value.of(type, "last_day({0})", sub(kind, depth));
          };
      case TIMESTAMP ->
          switch (pick(4)) {
            case 0 -> Value.of(type, "CAST({0} AS TIMESTAMP)", sub(Kind.DATE, depth));
            case 1, 2 -> {
              String unit = make.pick(List.of("SECOND", "MINUTE", "HOUR", "DAY", "MONTH", "YEAR"));
              String sign = make.chance(50) ? "+" : "-";
              make.used("interval arithmetic");
              yield Value.of(
                  type,
                  "({0} " + sign + " INTERVAL '" + pick(30) + "' " + unit + ")",
                  sub(kind, depth));
            }
            default -> {
              String unit = make.pick(List.of("year", "month", "week", "day", "hour", "minute"));
              make.used("date_trunc");
              yield Value.of(type, "date_trunc('" + unit + "', {0})", sub(kind, depth));
            }
          };
      case TIME -> Value.of(type, "CAST({0} AS TIME)", sub(Kind.TIMESTAMP, depth));
      case DAYS ->
          Dialect.difference(
              make.of(Kind.TIMESTAMP, depth - 1), make.of(Kind.TIMESTAMP, depth - 1));
      case INSTANT -> {
        Sql from = sub(Kind.TIMESTAMP, depth);
        yield Value.of(
            type, "CAST({0} AS " + kind.ours() + ")", "CAST({0} AS " + kind.theirs() + ")", from);
      }
      default -> make.leaf(kind);
    };
  }

  Value nested(Kind kind, int depth) {
    Type type = Type.of(kind);
    return switch (kind) {
      case INTS ->
          make.chance(50)
              ? Value.of(type, "ARRAY[{0}, {1}]", sub(Kind.INT, depth), sub(Kind.INT, depth))
              : Dialect.listFunction(make.of(kind, depth - 1), random);
      case TEXTS -> Value.of(type, "ARRAY[{0}, {1}]", sub(Kind.TEXT, depth), sub(Kind.TEXT, depth));
      default -> make.leaf(kind);
    };
  }
}
