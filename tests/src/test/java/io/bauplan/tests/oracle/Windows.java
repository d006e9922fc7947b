package io.bauplan.tests.oracle;

import java.util.List;
import java.util.Random;

/// Random window functions over a total order, or such whose frames are whole peers.
final class Windows {
  private static final List<String> ROWS_FRAMES =
      List.of(
          "",
          "",
          " ROWS BETWEEN 1 PRECEDING AND CURRENT ROW",
          " ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING",
          " ROWS BETWEEN 2 PRECEDING AND 1 PRECEDING",
          " ROWS BETWEEN CURRENT ROW AND 3 FOLLOWING",
          " ROWS BETWEEN 1 FOLLOWING AND 2 FOLLOWING",
          " ROWS BETWEEN 2 PRECEDING AND 2 FOLLOWING EXCLUDE CURRENT ROW",
          " ROWS BETWEEN 2 PRECEDING AND 2 FOLLOWING EXCLUDE TIES",
          " RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW");
  private static final List<String> RANGE_FRAMES =
      List.of(
          "",
          " RANGE BETWEEN 2 PRECEDING AND 1 FOLLOWING",
          " RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING",
          " RANGE BETWEEN 5 PRECEDING AND CURRENT ROW",
          " RANGE BETWEEN 1 FOLLOWING AND 9 FOLLOWING");

  private final Expressions make;
  private final Random random;

  Windows(Expressions make, Random random) {
    this.make = make;
    this.random = random;
  }

  /// @param order columns that differ in every row
  Value of(Kind kind, List<Sql> order) {
    return make.withoutSubQueries(() -> window(kind, order));
  }

  private Value window(Kind kind, List<Sql> order) {
    make.used("window");
    Sql partition =
        make.chance(60)
            ? Sql.optional("PARTITION BY {0} ", make.of(make.flatKind(), 1).sql())
            : Sql.NOTHING;
    if (make.chance(30) && (kind == Kind.LONG || kind == Kind.INT)) {
      return overPeers(kind, partition);
    }
    Sql by =
        Sql.fixed(
            "{0}{1}",
            make.chance(50)
                ? Sql.optional("{0}" + direction() + ", ", make.column(make.flatKind()).sql())
                : Sql.NOTHING,
            Sql.joined(", ", order));
    boolean whole = kind == Kind.LONG || kind == Kind.INT;
    if (whole && make.chance(40)) {
      String function =
          make.pick(List.of("row_number()", "rank()", "dense_rank()", "ntile(3)", "count(*)"));
      Type type = Type.number(kind, 5);
      return Value.of(
          type,
          "CAST(" + function + " OVER ({0}ORDER BY {1}) AS " + kind.ours() + ")",
          partition,
          by);
    }
    if (kind == Kind.DOUBLE && make.chance(50)) {
      make.used("percent_rank");
      return Value.of(
          Type.of(kind),
          (make.chance(50) ? "percent_rank()" : "cume_dist()") + " OVER ({0}ORDER BY {1})",
          partition,
          by);
    }
    Value value = make.of(kind, 2);
    if (make.chance(35)) {
      make.used("lag and lead");
      String function = make.pick(List.of("lag({0})", "lead({0})", "lag({0}, 2)", "lead({0}, 3)"));
      return Value.of(
          value.type(), function + " OVER ({1}ORDER BY {2})", value.sql(), partition, by);
    }
    boolean ordered = !kind.isNested() && kind != Kind.BOOL && kind != Kind.UUID;
    String function =
        make.pick(
            ordered
                ? List.of("first_value", "last_value", "min", "max", "nth_value")
                : List.of("first_value", "last_value", "nth_value"));
    String frame = make.pick(ROWS_FRAMES);
    String call = function.equals("nth_value") ? "nth_value({0}, 2)" : function + "({0})";
    return Value.of(
        value.type(), call + " OVER ({1}ORDER BY {2}" + frame + ")", value.sql(), partition, by);
  }

  /// Sums over frames that end where values change.
  private Value overPeers(Kind kind, Sql partition) {
    make.used("window over peers");
    Value key = make.column(make.chance(50) ? Kind.INT : Kind.LONG);
    boolean near = key.type().digits() < 9;
    String frame = near ? make.pick(RANGE_FRAMES) : "";
    Value value = make.of(kind, 1);
    boolean sums = value.type().digits() <= 4 && make.chance(60);
    String function = sums ? "sum({0})" : make.pick(List.of("count({0})", "min({0})", "max({0})"));
    int digits = function.startsWith("count") ? 5 : value.type().digits() + (sums ? 5 : 0);
    Type type = Type.number(kind, Math.min(digits, 10));
    return Value.of(
        type,
        "CAST("
            + function
            + " OVER ({1}ORDER BY {2}"
            + direction()
            + frame
            + ") AS "
            + kind.ours()
            + ")",
        value.sql(),
        partition,
        key.sql());
  }

  private String direction() {
    return List.of("", " DESC", " NULLS FIRST", " DESC NULLS LAST").get(random.nextInt(4));
  }
}
