package io.bauplan.tests.oracle;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/// Random FROM clauses: tables, sub-queries, joins of all kinds, UNNEST.
final class FromClause {
  private static final double MAX_ROWS = 60_000;
  private static final List<String> KINDS =
      List.of(
          "JOIN",
          "JOIN",
          "LEFT JOIN",
          "LEFT JOIN",
          "RIGHT JOIN",
          "FULL JOIN",
          "CROSS JOIN",
          "SEMI JOIN",
          "ANTI JOIN");

  /// @param order columns that together differ in every row; empty if there are none
  record From(Sql sql, List<Relation> relations, double rows, List<Sql> order) {}

  private record Named(String name, List<String> columns, RandomQuery.Rows rows) {}

  private record Item(Sql sql, Relation relation, List<Sql> order) {}

  private final Expressions make;
  private final Random random;
  private final RandomQuery queries;
  private Optional<Named> known = Optional.empty();

  FromClause(Expressions make, Random random, RandomQuery queries) {
    this.make = make;
    this.random = random;
    this.queries = queries;
  }

  /// A common table expression that may be read from now on.
  void known(String name, List<String> columns, RandomQuery.Rows rows) {
    known = Optional.of(new Named(name, columns, rows));
  }

  void forget() {
    known = Optional.empty();
  }

  From make(int depth) {
    List<Relation> outer = make.scope();
    Item first = item(depth, random.nextInt(100) < 6 ? 9_000 : 300);
    Sql sql = first.sql;
    List<Relation> relations = new ArrayList<>(List.of(first.relation));
    List<Sql> order = new ArrayList<>(first.order);
    double rows = first.relation.rows();
    // After a semi join we have no RIGHT and FULL JOIN.
    boolean semi = false;
    int joins = make.pick(List.of(0, 0, 0, 1, 1, 1, 2, 2, 3));
    for (int i = 0; i < joins; i++) {
      if (make.chance(10)) {
        make.used("unnest");
        Item unnested = unnest(relations);
        sql = Sql.fixed("{0} {1}", sql, unnested.sql);
        relations.add(unnested.relation);
        rows *= 2;
        order.clear();
        continue;
      }
      Item next = item(depth, rows > 10_000 ? 7 : rows > 1_000 ? 30 : 100);
      double pairs = rows * next.relation.rows();
      String kind =
          make.pick(
              i > 0 && semi
                  ? List.of("JOIN", "LEFT JOIN", "CROSS JOIN", "SEMI JOIN", "ANTI JOIN")
                  : KINDS);
      if (kind.equals("CROSS JOIN") && pairs > 5_000) {
        kind = "JOIN";
      }
      semi |= kind.startsWith("SEMI") || kind.startsWith("ANTI");
      make.used(kind.toLowerCase(java.util.Locale.ROOT));
      Sql on = Sql.NOTHING;
      boolean unordered = order.isEmpty() || next.order.isEmpty();
      if (!kind.startsWith("CROSS")) {
        on = condition(kind, relations, next.relation, pairs);
      }
      sql =
          new Sql(
              Sql.FIXED,
              "{0} " + kind + " {1}{2}",
              "{0} " + kind + " {1}{2}",
              List.of(sql, next.sql, on));
      if (kind.startsWith("SEMI") || kind.startsWith("ANTI")) {
        continue;
      }
      relations.add(next.relation);
      rows =
          kind.startsWith("CROSS")
              ? pairs
              : Math.max(Math.max(rows, next.relation.rows()), pairs / 8);
      if (unordered) {
        order.clear();
      } else {
        order.addAll(next.order);
      }
    }
    make.scope(outer);
    return new From(sql, relations, Math.min(rows, MAX_ROWS), order);
  }

  private Item item(int depth, int most) {
    String alias = queries.alias();
    if (known.isPresent() && make.chance(50)) {
      Named table = known.get();
      return item(Sql.fixed(table.name + " AS " + alias), alias, table.columns, table.rows);
    }
    if (depth > 0 && make.chance(12)) {
      make.used("sub-query in from");
      List<Relation> outer = make.scope();
      make.scope(List.of());
      Optional<Named> before = known;
      List<Kind> kinds = queries.types(2 + random.nextInt(3));
      RandomQuery.Rows rows = queries.select(kinds, depth - 1);
      known = before;
      make.scope(outer);
      List<String> names = new ArrayList<>();
      for (int i = 0; i < kinds.size(); i++) {
        names.add("c" + i);
      }
      return item(
          Sql.fixed("({0}) AS " + alias + "(" + String.join(", ", names) + ")", rows.sql()),
          alias,
          names,
          rows);
    }
    int rows =
        most > 300 ? most : make.pick(OracleTables.ROWS.stream().filter(n -> n <= most).toList());
    rows = rows < 7 && make.chance(60) ? 30 : rows;
    return new Item(
        Sql.fixed(OracleTables.name(rows) + " AS " + alias),
        new Relation(OracleTables.columns(alias), rows),
        List.of(Sql.fixed(alias + "." + OracleTables.KEY)));
  }

  private static Item item(Sql sql, String alias, List<String> names, RandomQuery.Rows rows) {
    List<Relation.Column> columns = new ArrayList<>();
    boolean orders = true;
    List<Sql> order = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      Type type = rows.types().get(i);
      Sql column = Sql.of(type.kind().name(), alias + "." + names.get(i));
      columns.add(new Relation.Column(column, type));
      orders &= !type.kind().isNested();
      order.add(column);
    }
    // Rows that are equal in all columns may be swapped: nobody sees it.
    return new Item(sql, new Relation(columns, rows.rows()), orders ? order : List.of());
  }

  private Item unnest(List<Relation> relations) {
    String alias = queries.alias();
    make.scope(relations);
    Kind kind = make.chance(60) ? Kind.INTS : Kind.TEXTS;
    Value list = make.column(kind);
    Type type = kind == Kind.INTS ? Type.number(Kind.INT, 10) : Type.TEXT;
    Sql column = Sql.of(type.kind().name(), alias + ".v");
    return new Item(
        Sql.fixed("CROSS JOIN UNNEST({0}) AS " + alias + "(v)", list.sql()),
        new Relation(List.of(new Relation.Column(column, type)), 2),
        List.of());
  }

  private Sql condition(String kind, List<Relation> left, Relation right, double pairs) {
    List<Sql> terms = new ArrayList<>();
    boolean full = kind.startsWith("FULL");
    if (full || pairs > 3_000 || make.chance(85)) {
      int keys = pairs > 50_000 ? 2 : 1 + random.nextInt(2);
      for (int i = 0; i < keys; i++) {
        terms.add(equality(left, right, pairs > 9_000 && i == 0, keys == 1));
      }
    }
    // The oracle has no FULL JOIN on other conditions.
    while (!full && (terms.isEmpty() || make.chance(25))) {
      make.used("join on other conditions");
      List<Relation> both = new ArrayList<>(left);
      both.add(right);
      make.scope(both);
      terms.add(make.chance(50) ? inequality(left, right) : plainCondition());
    }
    return Sql.fixed(" ON {0}", Sql.joined(" AND ", terms));
  }

  /// Without sub-queries: the oracle has none in the conditions of outer joins.
  private Sql plainCondition() {
    return make.withoutSubQueries(() -> make.of(Kind.BOOL, 2)).sql();
  }

  /// @param alone the only one. Of several of which one compares lists and another is IS NOT
  ///     DISTINCT FROM, the oracle loses pairs of lists with NULLs within
  private Sql equality(List<Relation> left, Relation right, boolean selective, boolean alone) {
    Relation.Column to = make.pick(right.columns());
    boolean nested = to.type().kind().isNested();
    if (selective || (nested && !alone) || to.type().kind() == Kind.BOOL) {
      to = right.columns().getFirst();
    }
    make.scope(left);
    Kind kind = to.type().kind();
    Value from = make.columns(kind).isEmpty() ? new Value(to.sql(), to.type()) : make.column(kind);
    if (make.chance(92) || kind.isNested()) {
      return Dialect.equal(kind, true, from.sql(), to.sql()).sql();
    }
    String operator = " IS NOT DISTINCT FROM ";
    return Sql.of(Kind.BOOL.name(), "{0}" + operator + "{1}", from.sql(), to.sql());
  }

  private Sql inequality(List<Relation> left, Relation right) {
    Kind kind = make.pick(List.of(Kind.INT, Kind.LONG, Kind.DATE, Kind.DOUBLE, Kind.TEXT));
    make.scope(left);
    Sql from = make.column(kind).sql();
    make.scope(List.of(right));
    Sql to = make.column(kind).sql();
    String operator = make.pick(List.of("<", "<=", ">", ">=", "<>"));
    return Sql.of(Kind.BOOL.name(), "{0} " + operator + " {1}", from, to);
  }
}
