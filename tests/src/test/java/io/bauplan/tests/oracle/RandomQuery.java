package io.bauplan.tests.oracle;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/// Random queries whose rows are determined by SQL: where an order decides, it is total.
final class RandomQuery {
  /// Rows of a query's joins, about; more would only take longer.
  private static final double MAX_ROWS = 30_000;

  /// Rows of a result that are compared.
  private static final double MAX_RESULT_ROWS = 1_000;

  /// A query, its columns' types and whether its rows come in a total order.
  record Query(Sql sql, List<Type> types, boolean ordered) {}

  private final Random random;
  private final Consumer<String> used;
  private final Expressions make;
  private final Windows windows;
  private final Aggregates aggregates;
  private final FromClause from;
  private int aliases;

  RandomQuery(Random random, Consumer<String> used) {
    this.random = random;
    this.used = used;
    this.make = new Expressions(random, used);
    this.windows = new Windows(make, random);
    this.aggregates = new Aggregates(make, random);
    this.from = new FromClause(make, random, this);
    make.subQueries(
        new Expressions.SubQueries() {
          @Override
          public Value one(Kind kind) {
            return oneValue(kind);
          }

          @Override
          public Value many(Kind kind) {
            return manyValues(kind);
          }
        });
  }

  String alias() {
    return "x" + aliases++;
  }

  private boolean chance(int percent) {
    return random.nextInt(100) < percent;
  }

  Query next() {
    aliases = 0;
    make.scope(List.of());
    int roll = random.nextInt(100);
    if (roll < 12) {
      return ordered(setOperation());
    }
    if (roll < 20) {
      return ordered(withTables());
    }
    return ordered(select(types(1 + random.nextInt(4)), 2));
  }

  List<Kind> types(int count) {
    List<Kind> kinds = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      kinds.add(make.kind());
    }
    return kinds;
  }

  /// Rows of a query, about, with it.
  record Rows(Sql sql, List<Type> types, double rows) {}

  private Query ordered(Rows rows) {
    boolean orders = rows.types.stream().noneMatch(type -> type.kind().isNested());
    boolean limit = rows.rows > MAX_RESULT_ROWS || chance(15);
    if (!orders || (!limit && chance(60))) {
      return new Query(rows.sql, rows.types, false);
    }
    used.accept("order by");
    List<Sql> keys = new ArrayList<>();
    List<Integer> places = new ArrayList<>();
    for (int i = 1; i <= rows.types.size(); i++) {
      places.add(i);
    }
    java.util.Collections.shuffle(places, random);
    // Floats that differ in the last digit decide nothing but the order among themselves.
    places.sort(Comparator.comparing(place -> rows.types.get(place - 1).kind().isFloat()));
    places.forEach(place -> keys.add(Sql.fixed(place + direction())));
    Sql tail = Sql.NOTHING;
    if (limit) {
      used.accept("limit");
      String offset = chance(30) ? " OFFSET " + random.nextInt(20) : "";
      tail = Sql.optional(" LIMIT " + random.nextInt(40) + offset);
    }
    return new Query(
        Sql.fixed("{0} ORDER BY {1}{2}", rows.sql, Sql.joined(", ", keys), tail), rows.types, true);
  }

  String direction() {
    return make.pick(List.of("", "", " DESC", " ASC NULLS FIRST", " DESC NULLS LAST"));
  }

  private Rows setOperation() {
    List<Kind> kinds = types(1 + random.nextInt(3));
    // Decimals of two sides may have no type in common.
    kinds.replaceAll(
        kind -> kind == Kind.DECIMAL || kind.isNested() && chance(50) ? Kind.LONG : kind);
    Rows all = select(kinds, 1);
    int more = 1 + random.nextInt(2);
    for (int i = 0; i < more; i++) {
      Rows next = select(kinds, 1);
      String operator =
          make.pick(
              List.of("UNION", "UNION ALL", "INTERSECT", "INTERSECT ALL", "EXCEPT", "EXCEPT ALL"));
      used.accept(operator.toLowerCase(java.util.Locale.ROOT));
      List<Type> types = new ArrayList<>();
      for (int c = 0; c < kinds.size(); c++) {
        types.add(all.types.get(c).with(next.types.get(c)));
      }
      String both = i == 0 ? "{0} " + operator + " {1}" : "({0}) " + operator + " {1}";
      all = new Rows(Sql.fixed(both, all.sql, next.sql), types, all.rows + next.rows);
    }
    return all;
  }

  private Rows withTables() {
    used.accept("with");
    List<Kind> kinds = types(2 + random.nextInt(3));
    Rows table = select(kinds, 1);
    String name = "c" + alias();
    List<String> names = new ArrayList<>();
    for (int i = 0; i < kinds.size(); i++) {
      names.add("c" + i);
    }
    from.known(name, names, table);
    Rows body = select(types(1 + random.nextInt(3)), 1);
    from.forget();
    return new Rows(
        Sql.fixed(
            "WITH " + name + "(" + String.join(", ", names) + ") AS ({0}) {1}",
            table.sql,
            body.sql),
        body.types,
        body.rows);
  }

  /// A SELECT of these types.
  Rows select(List<Kind> kinds, int depth) {
    List<Relation> outer = make.scope();
    FromClause.From tables = from.make(depth);
    List<Relation> scope = new ArrayList<>(outer);
    scope.addAll(tables.relations());
    make.scope(scope);
    Sql where = Sql.NOTHING;
    double rows = tables.rows();
    if (chance(55)) {
      used.accept("where");
      where = Sql.optional(" WHERE {0}", make.of(Kind.BOOL, 3).sql());
    }
    boolean groups = rows > MAX_ROWS || chance(35);
    Rows result =
        groups
            ? grouped(kinds, tables, where, outer)
            : plain(kinds, tables, where, rows, outer.isEmpty());
    make.scope(outer);
    return result;
  }

  private Rows plain(
      List<Kind> kinds, FromClause.From tables, Sql where, double rows, boolean outermost) {
    List<Sql> items = new ArrayList<>();
    List<Type> types = new ArrayList<>();
    boolean distinct = chance(10);
    List<Sql> order = tables.order();
    for (Kind kind : kinds) {
      Value value =
          outermost && !order.isEmpty() && chance(15) ? windows.of(kind, order) : make.of(kind, 3);
      items.add(value.sql());
      types.add(value.type());
    }
    if (distinct) {
      used.accept("distinct");
    }
    Sql qualify = Sql.NOTHING;
    if (outermost && !order.isEmpty() && chance(5)) {
      used.accept("qualify");
      qualify = Sql.optional(" QUALIFY {0} <= 3", windows.of(Kind.LONG, order).sql());
    }
    return new Rows(
        Sql.fixed(
            "SELECT {0}{1} FROM {2}{3}{4}",
            distinct ? Sql.optional("DISTINCT ") : Sql.NOTHING,
            Sql.joined(", ", items),
            tables.sql(),
            where,
            qualify),
        types,
        rows);
  }

  private Rows grouped(List<Kind> kinds, FromClause.From tables, Sql where, List<Relation> outer) {
    List<Value> keys = new ArrayList<>();
    int count = random.nextInt(4);
    for (int i = 0; i < count; i++) {
      // A key is a column or an expression of them, without sub-queries.
      Kind kind = make.chance(90) ? make.flatKind() : make.kind();
      Value key = aggregates.key(kind);
      if (key.sql().ours().matches("(?s).*x\\d+\\.\\w.*")) {
        keys.add(key);
      }
    }
    String groupBy = keys.isEmpty() ? "" : grouping(keys.size());
    boolean sets = groupBy.contains("(");
    used.accept(keys.isEmpty() ? "aggregate of all" : sets ? "grouping sets" : "group by");
    aggregates.tables(make.scope(), tables.order());
    List<Relation.Column> columns = new ArrayList<>();
    keys.forEach(key -> columns.add(new Relation.Column(key.sql(), key.type())));
    Relation grouped = new Relation(columns, 0);
    List<Sql> items = new ArrayList<>();
    List<Type> types = new ArrayList<>();
    for (Kind kind : kinds) {
      Value value = aggregates.item(kind, grouped, sets ? keys : List.of());
      items.add(value.sql());
      types.add(value.type());
    }
    Sql having = Sql.NOTHING;
    if (chance(20)) {
      used.accept("having");
      having = Sql.optional(" HAVING {0}", aggregates.having(grouped));
    }
    make.scope(outer);
    Sql by = Sql.NOTHING;
    if (!keys.isEmpty()) {
      by =
          Sql.of(
              Sql.FIXED, " GROUP BY " + groupBy, keys.stream().map(Value::sql).toArray(Sql[]::new));
    }
    return new Rows(
        Sql.fixed(
            "SELECT {0} FROM {1}{2}{3}{4}",
            Sql.joined(", ", items), tables.sql(), where, by, having),
        types,
        keys.isEmpty() ? 1 : Math.min(tables.rows(), 300));
  }

  private String grouping(int keys) {
    List<String> places = new ArrayList<>();
    for (int i = 0; i < keys; i++) {
      places.add("{" + i + "}");
    }
    String all = String.join(", ", places);
    return switch (random.nextInt(8)) {
      case 0 -> "ROLLUP (" + all + ")";
      case 1 -> "CUBE (" + all + ")";
      case 2 -> "GROUPING SETS ((" + all + "), (), (" + make.pick(places) + "))";
      default -> all;
    };
  }

  private Value oneValue(Kind kind) {
    List<Relation> outer = make.scope();
    String alias = alias();
    int rows = make.pick(List.of(7, 30, 100));
    Relation inner = new Relation(OracleTables.columns(alias), rows);
    Sql condition = correlated(alias, inner, outer);
    make.scope(List.of(inner));
    Value value = aggregates.plain(kind, List.of(Sql.fixed(alias + "." + OracleTables.KEY)));
    make.scope(outer);
    return new Value(
        Sql.of(
            Sql.FIXED,
            "SELECT {0} FROM " + OracleTables.name(rows) + " AS " + alias + "{1}",
            value.sql(),
            condition),
        value.type());
  }

  private Value manyValues(Kind kind) {
    List<Relation> outer = make.scope();
    String alias = alias();
    int rows = make.pick(List.of(0, 1, 7, 30, 100));
    Relation inner = new Relation(OracleTables.columns(alias), rows);
    Sql condition = correlated(alias, inner, outer);
    make.scope(List.of(inner));
    Value value = make.of(kind, 1);
    make.scope(outer);
    return new Value(
        Sql.of(
            Sql.FIXED,
            "SELECT {0} FROM " + OracleTables.name(rows) + " AS " + alias + "{1}",
            value.sql(),
            condition),
        value.type());
  }

  /// The WHERE of a sub-query, which may compare with columns of the query around it.
  private Sql correlated(String alias, Relation inner, List<Relation> outer) {
    List<Sql> conditions = new ArrayList<>();
    List<Relation> before = make.scope();
    List<Relation.Column> around = new ArrayList<>();
    outer.forEach(relation -> around.addAll(relation.columns()));
    around.removeIf(column -> column.type().kind().isNested() || !column.sql().parts().isEmpty());
    int terms = random.nextInt(3);
    for (int i = 0; i < terms && !around.isEmpty(); i++) {
      Relation.Column column = make.pick(around);
      make.scope(List.of(inner));
      used.accept("correlated");
      String operator =
          chance(75) ? "=" : make.pick(List.of("<", ">", "<>", "IS NOT DISTINCT FROM"));
      conditions.add(
          Sql.of(
              Kind.BOOL.name(),
              "{0} " + operator + " {1}",
              make.column(column.type().kind()).sql(),
              column.sql()));
    }
    if (chance(40)) {
      make.scope(List.of(inner));
      conditions.add(make.of(Kind.BOOL, 2).sql());
    }
    make.scope(before);
    return conditions.isEmpty()
        ? Sql.NOTHING
        : Sql.optional(" WHERE {0}", Sql.joined(" AND ", conditions));
  }
}
