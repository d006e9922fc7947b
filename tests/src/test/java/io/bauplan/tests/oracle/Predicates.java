package io.bauplan.tests.oracle;

import java.util.List;
import java.util.Random;

/// Random conditions.
final class Predicates {
  private static final List<String> COMPARISONS = List.of("=", "=", "<>", "<", "<=", ">", ">=");
  private static final List<String> PATTERNS =
      List.of("'%a%'", "'a%'", "'%b'", "'_'", "'%'", "''", "'%l_o'", "'日%'", "'h%'", "'ab'");

  private final Expressions make;
  private final Random random;

  Predicates(Expressions make, Random random) {
    this.make = make;
    this.random = random;
  }

  private static Value bool(String both, Sql... parts) {
    return Value.of(Type.BOOL, both, parts);
  }

  private Sql sub(Kind kind, int depth) {
    return make.of(kind, depth - 1).sql();
  }

  Value of(int depth) {
    return switch (random.nextInt(16)) {
      case 0, 1 -> bool("({0} AND {1})", sub(Kind.BOOL, depth), sub(Kind.BOOL, depth));
      case 2, 3 -> bool("({0} OR {1})", sub(Kind.BOOL, depth), sub(Kind.BOOL, depth));
      case 4 -> bool("(NOT {0})", sub(Kind.BOOL, depth));
      case 5 -> bool(make.chance(50) ? "({0} IS NULL)" : "({0} IS NOT NULL)", anything(depth));
      case 6 ->
          bool(
              "({0} IS " + make.pick(List.of("TRUE", "FALSE", "NOT TRUE", "NOT FALSE")) + ")",
              sub(Kind.BOOL, depth));
      case 7 -> {
        Kind kind = make.kind();
        make.used("is distinct from");
        yield bool(
            make.chance(50) ? "({0} IS DISTINCT FROM {1})" : "({0} IS NOT DISTINCT FROM {1})",
            sub(kind, depth),
            sub(kind, depth));
      }
      case 8 -> {
        Kind kind = make.flatKind();
        yield bool(
            make.chance(30) ? "({0} NOT BETWEEN {1} AND {2})" : "({0} BETWEEN {1} AND {2})",
            sub(kind, depth),
            make.leaf(kind).sql(),
            make.leaf(kind).sql());
      }
      case 9 -> {
        Kind kind = make.flatKind();
        yield bool(
            make.chance(40) ? "({0} NOT IN ({1}, {2}, {3}))" : "({0} IN ({1}, {2}, {3}))",
            sub(kind, depth),
            make.leaf(kind).sql(),
            make.literal(kind).sql(),
            make.literal(kind).sql());
      }
      case 10 -> {
        make.used("like");
        yield bool(
            "({0} "
                + make.pick(List.of("LIKE", "NOT LIKE", "ILIKE"))
                + " "
                + make.pick(PATTERNS)
                + ")",
            sub(Kind.TEXT, depth));
      }
      case 11 -> make.mayNest() ? nested(depth) : compared(depth);
      case 12 -> Dialect.spans(make.of(Kind.DAYS, depth - 1), random);
      default -> compared(depth);
    };
  }

  private Sql anything(int depth) {
    return sub(make.kind(), depth);
  }

  private Value compared(int depth) {
    Kind kind = make.kind();
    String operator = make.pick(COMPARISONS);
    if (kind.isNested()) {
      make.used("nested compared");
      return Dialect.equal(kind, operator.equals("="), sub(kind, depth), sub(kind, depth));
    }
    Kind other = kind;
    if (kind.isExact() && make.chance(25)) {
      make.used("mixed numbers compared");
      other = make.pick(List.of(Kind.INT, Kind.LONG, Kind.DECIMAL));
    }
    return bool("({0} " + operator + " {1})", sub(kind, depth), sub(other, depth));
  }

  private Value nested(int depth) {
    Kind kind = make.flatKind();
    return switch (random.nextInt(5)) {
      case 0, 1 -> {
        make.used("exists");
        Sql query = make.many(kind).sql();
        yield bool(make.chance(40) ? "(NOT EXISTS ({0}))" : "EXISTS ({0})", query);
      }
      case 2, 3 -> {
        make.used("in sub-query");
        Sql left = sub(kind, depth);
        Sql query = make.many(kind).sql();
        yield bool(make.chance(40) ? "({0} NOT IN ({1}))" : "({0} IN ({1}))", left, query);
      }
      default -> {
        make.used("quantified");
        Sql left = sub(kind, depth);
        String operator = make.pick(List.of("=", "<>", "<", ">="));
        Sql query = make.many(kind).sql();
        yield bool(
            "({0} " + operator + (make.chance(50) ? " ALL" : " ANY") + " ({1}))", left, query);
      }
    };
  }
}
