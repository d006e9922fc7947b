package io.bauplan.tests.oracle;

import java.util.List;
import java.util.Random;

/// Random aggregates, and expressions of them and of the keys of groups.
final class Aggregates {
  private final Expressions make;
  private final Random random;
  private List<Relation> tables = List.of();
  private List<Sql> order = List.of();

  Aggregates(Expressions make, Random random) {
    this.make = make;
    this.random = random;
  }

  /// What the arguments are about.
  ///
  /// @param differing columns that differ in every row, if there are such
  void tables(List<Relation> relations, List<Sql> differing) {
    tables = relations;
    order = differing;
  }

  Value key(Kind kind) {
    return make.withoutSubQueries(() -> make.chance(70) ? make.column(kind) : make.of(kind, 2));
  }

  /// An item of the select list.
  ///
  /// @param grouped of which GROUPING may be asked
  Value item(Kind kind, Relation keys, List<Value> grouped) {
    if (!grouped.isEmpty() && kind == Kind.LONG && make.chance(50)) {
      make.used("grouping");
      return Value.of(
          Type.number(Kind.LONG, 2), "CAST(GROUPING({0}) AS BIGINT)", make.pick(grouped).sql());
    }
    List<Relation.Column> fitting =
        keys.columns().stream().filter(column -> column.type().kind() == kind).toList();
    if (!fitting.isEmpty() && make.chance(50)) {
      Relation.Column column = make.pick(fitting);
      return new Value(column.sql(), column.type());
    }
    Value value = aggregate(kind);
    if (kind.isNested() || make.chance(75)) {
      return value;
    }
    Value second = fitting.isEmpty() || make.chance(50) ? aggregate(kind) : keyOf(fitting);
    return Dialect.fit(value, second)
        ? Value.of(
            value.type().with(second.type()),
            "COALESCE({0}, {1})",
            Dialect.exact(value, second),
            Dialect.exact(second, value))
        : value;
  }

  private Value keyOf(List<Relation.Column> fitting) {
    Relation.Column column = make.pick(fitting);
    return new Value(column.sql(), column.type());
  }

  Sql having(Relation keys) {
    Kind kind = make.pick(List.of(Kind.INT, Kind.LONG, Kind.TEXT, Kind.DECIMAL, Kind.DATE));
    return Sql.of(
        Kind.BOOL.name(),
        "{0} " + make.pick(List.of("=", "<>", "<", ">=")) + " {1}",
        item(kind, keys, List.of()).sql(),
        make.literal(kind).sql());
  }

  private Value aggregate(Kind kind) {
    List<Relation> before = make.scope();
    make.scope(tables);
    Value value = plain(kind, order);
    make.scope(before);
    return value;
  }

  /// An aggregate of what is in sight.
  Value plain(Kind kind, List<Sql> differing) {
    return make.withoutSubQueries(() -> call(kind, differing));
  }

  private Value call(Kind kind, List<Sql> differing) {
    make.used("aggregate");
    if (kind.isNested()) {
      return nested(kind, differing);
    }
    return switch (kind) {
      case BOOL ->
          filtered(
              Type.BOOL,
              make.pick(List.of("bool_and({0})", "bool_or({0})")),
              make.of(kind, 2).sql());
      case INT, LONG, SMALL -> whole(kind);
      case DECIMAL -> decimal();
      case DOUBLE -> real();
      case TEXT -> text(differing);
      default -> least(kind, differing);
    };
  }

  private Value filtered(Type type, String call, Sql... parts) {
    if (!make.chance(15)) {
      return Value.of(type, call, parts);
    }
    make.used("filter");
    Sql[] all = java.util.Arrays.copyOf(parts, parts.length + 1);
    all[parts.length] = Sql.optional(" FILTER (WHERE {0})", make.of(Kind.BOOL, 2).sql());
    return Value.of(type, call + "{" + parts.length + "}", all);
  }

  private Value least(Kind kind, List<Sql> differing) {
    Value value = make.of(kind, 2);
    if (differing.size() == 1 && make.chance(20)) {
      make.used("arg_min");
      return filtered(
          value.type(),
          (make.chance(50) ? "arg_min" : "arg_max") + "({0}, {1})",
          value.sql(),
          differing.getFirst());
    }
    if (kind == Kind.UUID || kind == Kind.BOOL) {
      make.used("min of rare types");
    }
    return filtered(value.type(), make.chance(50) ? "min({0})" : "max({0})", value.sql());
  }

  private Value whole(Kind kind) {
    Value counted =
        switch (random.nextInt(7)) {
          case 0 -> filtered(Type.number(Kind.LONG, 6), "count(*)");
          case 1 ->
              filtered(Type.number(Kind.LONG, 6), "count({0})", make.of(make.kind(), 2).sql());
          case 2, 3 -> {
            make.used("count distinct");
            yield filtered(
                Type.number(Kind.LONG, 6),
                "count(DISTINCT {0})",
                make.of(make.flatKind(), 2).sql());
          }
          case 4 -> {
            Value value = make.of(Kind.INT, 2);
            int digits = value.type().digits() + 6;
            boolean distinct = make.chance(20);
            make.used("sum");
            yield filtered(
                Type.number(Kind.LONG, digits),
                distinct ? "sum(DISTINCT {0})" : "sum({0})",
                value.sql());
          }
          case 5 -> {
            make.used("bit aggregate");
            yield filtered(
                Type.number(Kind.LONG, 10),
                make.pick(List.of("bit_and({0})", "bit_or({0})", "bit_xor({0})")),
                make.of(Kind.INT, 2).sql());
          }
          default -> {
            Value value = make.of(kind, 2);
            yield filtered(value.type(), make.chance(50) ? "min({0})" : "max({0})", value.sql());
          }
        };
    if (counted.kind() == kind && counted.sql().ours().startsWith("m")) {
      return counted;
    }
    int digits = counted.type().digits();
    return digits > kind.capacity() && kind != Kind.LONG
        ? Value.of(Type.number(kind, 3), "CAST({0} % 1000 AS " + kind.ours() + ")", counted.sql())
        : Value.of(Type.number(kind, digits), "CAST({0} AS " + kind.ours() + ")", counted.sql());
  }

  private Value decimal() {
    Value value = make.of(Kind.DECIMAL, 2);
    Type type = value.type();
    if (type.digits() + type.scale() > 30 || make.chance(40)) {
      return filtered(type, make.chance(50) ? "min({0})" : "max({0})", value.sql());
    }
    make.used("sum of decimals");
    return filtered(
        new Type(Kind.DECIMAL, type.digits() + 6, type.scale()),
        make.chance(20) ? "sum(DISTINCT {0})" : "sum({0})",
        value.sql());
  }

  private Value real() {
    Type wild = Type.of(Kind.DOUBLE);
    return switch (random.nextInt(6)) {
      case 0 -> {
        Value value = make.of(Kind.DOUBLE, 2);
        yield filtered(value.type(), make.chance(50) ? "min({0})" : "max({0})", value.sql());
      }
      case 1 -> {
        make.used("avg");
        yield filtered(wild, "avg({0})", make.of(Kind.INT, 2).sql());
      }
      case 2 -> {
        make.used("deviation");
        yield filtered(
            wild,
            make.pick(
                List.of("stddev_samp({0})", "stddev_pop({0})", "var_samp({0})", "var_pop({0})")),
            small());
      }
      case 3 -> {
        make.used("median");
        yield filtered(wild, "median({0})", small());
      }
      case 4 -> {
        Value value = tame();
        make.used("sum");
        yield filtered(
            Type.of(Kind.DOUBLE), make.chance(50) ? "sum({0})" : "avg({0})", value.sql());
      }
      default -> {
        make.used("percentile");
        // Of other shares the oracle's value between 7 and 7 is 7.000000000000001, another group.
        yield filtered(
            wild,
            "percentile_cont("
                + make.pick(List.of("0", "0.25", "0.5", "0.75", "1"))
                + ") WITHIN GROUP (ORDER BY {0})",
            small());
      }
    };
  }

  private Sql small() {
    Value value = make.column(Kind.INT);
    return value.type().digits() <= 5 ? value.sql() : make.literal(Kind.INT).sql();
  }

  private Value tame() {
    Value value = make.of(Kind.DOUBLE, 2);
    return value.type().isTame() ? value : make.literal(Kind.DOUBLE);
  }

  private Value text(List<Sql> differing) {
    if (!differing.isEmpty() && make.chance(30)) {
      make.used("string_agg");
      return filtered(
          Type.TEXT,
          "string_agg({0}, '-' ORDER BY {1})",
          make.of(Kind.TEXT, 1).sql(),
          Sql.joined(", ", differing));
    }
    return least(Kind.TEXT, differing);
  }

  private Value nested(Kind kind, List<Sql> differing) {
    Type type = Type.of(kind);
    if ((kind == Kind.INTS || kind == Kind.TEXTS) && !differing.isEmpty()) {
      make.used("array_agg");
      Sql element = make.of(kind == Kind.INTS ? Kind.INT : Kind.TEXT, 1).sql();
      return filtered(type, "array_agg({0} ORDER BY {1})", element, Sql.joined(", ", differing));
    }
    return differing.size() == 1
        ? filtered(type, "arg_min({0}, {1})", make.column(kind).sql(), differing.getFirst())
        : make.literal(kind);
  }
}
