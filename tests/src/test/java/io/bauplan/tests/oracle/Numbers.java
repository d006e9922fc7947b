package io.bauplan.tests.oracle;

import java.util.List;
import java.util.Random;

/// Random arithmetic, none of which overflows: which side says so first, and whether a row that is
/// filtered out counts, is up to each engine.
final class Numbers {
  private static final List<String> FIELDS =
      List.of("YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "DOW", "DOY", "HOUR", "MINUTE", "ISODOW");
  private static final int MAX_DECIMAL_DIGITS = 36;

  private final Expressions make;
  private final Random random;

  Numbers(Expressions make, Random random) {
    this.make = make;
    this.random = random;
  }

  Value whole(Kind kind, int depth) {
    return switch (random.nextInt(12)) {
      case 0, 1, 2, 3 -> arithmetic(kind, depth);
      case 4 -> divided(kind, depth);
      case 5 -> {
        Value value = make.of(kind, depth - 1);
        yield value.type().digits() > kind.capacity()
            ? value
            : Value.of(value.type(), make.chance(50) ? "abs({0})" : "(- {0})", value.sql());
      }
      case 6 -> fromDate(kind, depth);
      case 7 -> fromText(kind, depth);
      case 8 -> fromNested(kind, depth);
      case 9 -> {
        Value from = make.of(make.pick(List.of(Kind.INT, Kind.LONG, Kind.SMALL)), depth - 1);
        yield from.type().digits() > kind.capacity() ? make.leaf(kind) : cast(from, kind);
      }
      case 10 ->
          Value.of(
              Type.number(kind, 1),
              "CAST(sign({0}) AS " + kind.ours() + ")",
              tame(depth - 1).sql());
      default -> {
        make.used("case");
        Value none = Value.of(Type.number(Kind.INT, 1), "0");
        Value one = Value.of(Type.number(Kind.INT, 1), "1");
        Sql condition = make.of(Kind.BOOL, depth - 1).sql();
        yield cast(
            Value.of(
                none.type(),
                "CASE WHEN {0} THEN {1} ELSE {2} END",
                condition,
                one.sql(),
                none.sql()),
            kind);
      }
    };
  }

  private static Value cast(Value value, Kind kind) {
    return value.kind() == kind
        ? value
        : Value.of(
            Type.number(kind, value.type().digits()),
            "CAST({0} AS " + kind.ours() + ")",
            value.sql());
  }

  private Value arithmetic(Kind kind, int depth) {
    Value left = make.of(kind, depth - 1);
    Value right = make.of(make.chance(70) ? kind : Kind.INT, depth - 1);
    boolean times = make.chance(30);
    int l = left.type().digits();
    int r = right.type().digits();
    int digits = times ? l + r : Math.max(l, r) + 1;
    Kind wide = digits > Kind.INT.capacity() || kind == Kind.LONG ? Kind.LONG : Kind.INT;
    if (digits > Kind.LONG.capacity()) {
      return left;
    }
    String operator = times ? "*" : make.chance(50) ? "+" : "-";
    Sql first = wide == left.kind() ? left.sql() : cast(left, wide).sql();
    Value sum =
        Value.of(Type.number(wide, digits), "({0} " + operator + " {1})", first, right.sql());
    // Of the type that was asked for, the value kept small.
    return wide == kind
        ? sum
        : cast(Value.of(Type.number(wide, 3), "({0} % 1000)", sum.sql()), kind);
  }

  private Value divided(Kind kind, int depth) {
    Value left = make.of(kind, depth - 1);
    Value right = make.of(kind, depth - 1);
    if (left.type().digits() > kind.capacity() || right.type().digits() > kind.capacity()) {
      return left;
    }
    boolean rest = make.chance(50);
    int digits = rest ? right.type().digits() : left.type().digits();
    return Value.of(
        Type.number(kind, digits),
        rest ? "({0} % NULLIF({1}, 0))" : "({0} / NULLIF({1}, 0))",
        left.sql(),
        right.sql());
  }

  private Value fromDate(Kind kind, int depth) {
    Kind from = make.pick(List.of(Kind.DATE, Kind.TIMESTAMP, Kind.TIMESTAMP));
    if (make.chance(25)) {
      String unit = make.pick(Dialect.DIFFERENCES);
      from = unit.equals("hour") ? Kind.TIMESTAMP : from;
      Sql first = make.of(from, depth - 1).sql();
      Sql second = make.of(from, depth - 1).sql();
      make.used("date_diff");
      Type type = Type.number(Kind.LONG, 8);
      return kind == Kind.SMALL
          ? make.leaf(kind)
          : cast(Value.of(type, "date_diff('" + unit + "', {0}, {1})", first, second), kind);
    }
    make.used("extract");
    String field = make.pick(FIELDS);
    Kind needed = field.equals("HOUR") || field.equals("MINUTE") ? Kind.TIMESTAMP : from;
    Sql time = make.of(needed, depth - 1).sql();
    return cast(Value.of(Type.number(Kind.LONG, 4), "EXTRACT(" + field + " FROM {0})", time), kind);
  }

  private Value fromText(Kind kind, int depth) {
    Sql text = make.of(Kind.TEXT, depth - 1).sql();
    Value value =
        switch (random.nextInt(3)) {
          case 0 -> Dialect.length("char_length({0})", "char_length({0})", text);
          case 1 -> {
            String place = "POSITION({0} IN {1})";
            yield Dialect.length(place, place, make.leaf(Kind.TEXT).sql(), text);
          }
          default -> Dialect.length("octet_length({0})", "strlen({0})", text);
        };
    return cast(value, kind);
  }

  private Value fromNested(Kind kind, int depth) {
    make.used("nested access");
    Value value =
        switch (random.nextInt(4)) {
          case 0 ->
              Value.of(
                  Type.number(Kind.LONG, 2),
                  "CAST(CARDINALITY({0}) AS BIGINT)",
                  "len({0})",
                  make.of(make.chance(50) ? Kind.INTS : Kind.TEXTS, depth - 1).sql());
          case 1 ->
              Dialect.element(Type.number(Kind.INT, 10), make.of(Kind.INTS, depth - 1), random);
          case 2 -> Dialect.entry(Type.number(Kind.INT, 3), make.of(Kind.MAP, depth - 1), random);
          default ->
              Value.of(Type.number(Kind.INT, 3), "({0}).x", make.of(Kind.ROW, depth - 1).sql());
        };
    return cast(value, kind);
  }

  Value decimal(int depth) {
    return switch (random.nextInt(8)) {
      case 0, 1, 2 -> sum(depth);
      case 3 -> {
        Value value = make.of(Kind.DECIMAL, depth - 1);
        yield Value.of(value.type(), make.chance(50) ? "abs({0})" : "(- {0})", value.sql());
      }
      case 4, 5 -> {
        Value value = make.of(Kind.DECIMAL, depth - 1);
        int scale = Math.max(0, value.type().scale() - 1 - random.nextInt(2));
        int digits = Math.min(value.type().digits() + 1, 38 - scale);
        make.used("decimal rounded");
        yield value.type().digits() > 27
            ? value
            : Value.of(
                new Type(Kind.DECIMAL, digits, scale),
                "CAST({0} AS DECIMAL(" + (digits + scale) + ", " + scale + "))",
                value.sql());
      }
      case 6 -> {
        Value value = make.of(make.chance(50) ? Kind.INT : Kind.LONG, depth - 1);
        int digits = Math.max(value.type().digits(), 1);
        yield Value.of(
            new Type(Kind.DECIMAL, digits, 2),
            "CAST({0} AS DECIMAL(" + (digits + 2) + ", 2))",
            value.sql());
      }
      default -> make.leaf(Kind.DECIMAL);
    };
  }

  /// Of declared types that are as small as the values are: the types of both engines' sums and
  /// products then hold them.
  private Value sum(int depth) {
    Value left = make.of(Kind.DECIMAL, depth - 1);
    Value right = make.of(make.chance(70) ? Kind.DECIMAL : Kind.INT, depth - 1);
    boolean times = make.chance(40);
    Type l = left.type();
    Type r = right.type();
    int digits = times ? l.digits() + r.digits() : Math.max(l.digits(), r.digits()) + 1;
    int scale = times ? l.scale() + r.scale() : Math.max(l.scale(), r.scale());
    if (digits + scale > MAX_DECIMAL_DIGITS) {
      return left;
    }
    make.used("decimal arithmetic");
    return Dialect.decimals(
        new Type(Kind.DECIMAL, digits, scale),
        times ? "*" : make.chance(50) ? "+" : "-",
        fitted(left),
        fitted(right));
  }

  private static Value fitted(Value value) {
    Type type = value.type();
    boolean plain = value.sql().parts().isEmpty() && !value.sql().ours().startsWith("CAST");
    return plain
        ? value
        : Value.of(
            type,
            "CAST({0} AS DECIMAL(%d, %d))".formatted(type.digits() + type.scale(), type.scale()),
            value.sql());
  }

  /// A float whose values are known to be small.
  Value tame(int depth) {
    Value value = make.of(Kind.DOUBLE, depth);
    return value.type().isTame() ? value : make.literal(Kind.DOUBLE);
  }

  Value real(Kind kind, int depth) {
    if (kind == Kind.FLOAT) {
      return make.chance(50)
          ? Value.of(Type.of(kind), "CAST({0} AS FLOAT)", tame(depth - 1).sql())
          : Value.of(Type.of(kind), "(- {0})", make.of(kind, depth - 1).sql());
    }
    Type wild = Type.of(kind);
    return switch (random.nextInt(10)) {
      case 0, 1, 2 -> {
        Value left = tame(depth - 1);
        Value right = tame(depth - 1);
        int digits = left.type().digits() + right.type().digits();
        yield digits > 8
            ? left
            : Value.of(
                Type.number(kind, digits),
                "({0} " + make.pick(List.of("+", "-", "*")) + " {1})",
                left.sql(),
                right.sql());
      }
      case 3 ->
          Value.of(wild, "({0} / NULLIF({1}, 0e0))", tame(depth - 1).sql(), tame(depth - 1).sql());
      case 4 -> {
        Value value = make.of(kind, depth - 1);
        yield Value.of(value.type(), make.chance(50) ? "abs({0})" : "(- {0})", value.sql());
      }
      case 5 -> Value.of(wild, "sqrt(abs({0}))", tame(depth - 1).sql());
      case 6 -> {
        Value value = tame(depth - 1);
        yield Value.of(value.type(), make.chance(50) ? "floor({0})" : "ceil({0})", value.sql());
      }
      case 7 -> Value.of(wild, "CAST({0} AS DOUBLE)", make.of(Kind.FLOAT, depth - 1).sql());
      case 8 -> {
        Value value = make.of(Kind.INT, depth - 1);
        Type type = value.type().digits() > 5 ? wild : Type.number(kind, value.type().digits());
        yield Value.of(type, "CAST({0} AS DOUBLE)", value.sql());
      }
      default -> Value.of(wild, "CAST({0} AS DOUBLE)", make.of(Kind.DECIMAL, depth - 1).sql());
    };
  }
}
