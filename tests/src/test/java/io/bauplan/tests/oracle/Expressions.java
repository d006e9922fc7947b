package io.bauplan.tests.oracle;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/// Random typed expressions over the relations in sight.
final class Expressions {
  /// Makes queries for sub-queries; they see the relations in sight.
  interface SubQueries {
    /// A query of one row at most.
    Value one(Kind kind);

    /// A query of any number of rows and one column.
    Value many(Kind kind);
  }

  private static final int MAX_SUB_QUERIES = 2;

  private final Random random;
  private final Consumer<String> used;
  private final Literals literals;
  private final Numbers numbers;
  private final Texts texts;
  private final Predicates predicates;
  private SubQueries subQueries = new NoSubQueries();
  private List<Relation> scope = List.of();
  private int nested;

  Expressions(Random random, Consumer<String> used) {
    this.random = random;
    this.used = used;
    this.literals = new Literals(random);
    this.numbers = new Numbers(this, random);
    this.texts = new Texts(this, random);
    this.predicates = new Predicates(this, random);
  }

  void subQueries(SubQueries makes) {
    subQueries = makes;
  }

  List<Relation> scope() {
    return scope;
  }

  void scope(List<Relation> relations) {
    scope = List.copyOf(relations);
  }

  boolean chance(int percent) {
    return random.nextInt(100) < percent;
  }

  <T> T pick(List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  void used(String feature) {
    used.accept(feature);
  }

  /// A type, the everyday ones more often.
  Kind kind() {
    return switch (random.nextInt(10)) {
      case 0, 1 -> Kind.INT;
      case 2 -> Kind.TEXT;
      case 3 -> pick(List.of(Kind.LONG, Kind.DECIMAL, Kind.DOUBLE));
      default -> kindOfTables();
    };
  }

  private Kind kindOfTables() {
    Kind kind = pick(List.of(Kind.values()));
    return kind == Kind.DAYS || kind == Kind.SMALL ? Kind.INT : kind;
  }

  /// A type that has an order and can be a key of anything.
  Kind flatKind() {
    Kind kind = kind();
    return kind.isNested() ? Kind.TEXT : kind;
  }

  List<Relation.Column> columns(Kind kind) {
    List<Relation.Column> found = new ArrayList<>();
    for (Relation relation : scope) {
      for (Relation.Column column : relation.columns()) {
        if (column.type().kind() == kind) {
          found.add(column);
        }
      }
    }
    return found;
  }

  /// A column in sight, of any type if there is none of this.
  Value column(Kind kind) {
    List<Relation.Column> found = columns(kind);
    if (found.isEmpty()) {
      return literals.of(kind);
    }
    Relation.Column column = pick(found);
    return new Value(column.sql(), column.type());
  }

  Value leaf(Kind kind) {
    int roll = random.nextInt(20);
    return roll == 0 ? literals.none(kind) : roll < 5 ? literals.of(kind) : column(kind);
  }

  Value literal(Kind kind) {
    return literals.of(kind);
  }

  Value of(Kind kind, int depth) {
    int roll = random.nextInt(100);
    if (depth <= 0 || roll < 35) {
      return leaf(kind);
    }
    if (roll < 55) {
      return any(kind, depth, roll);
    }
    return switch (kind) {
      case BOOL -> predicates.of(depth);
      case SMALL, INT, LONG -> numbers.whole(kind, depth);
      case DECIMAL -> numbers.decimal(depth);
      case FLOAT, DOUBLE -> numbers.real(kind, depth);
      case TEXT -> texts.text(depth);
      case DATE, TIME, TIMESTAMP, INSTANT, DAYS -> texts.time(kind, depth);
      case INTS, TEXTS, MAP, ROW -> texts.nested(kind, depth);
      case BINARY, UUID -> leaf(kind);
    };
  }

  /// What there is for every type.
  private Value any(Kind kind, int depth, int roll) {
    if (roll < 42) {
      used("case");
      Value yes = of(kind, depth - 1);
      Value no = of(kind, depth - 1);
      Sql condition = of(Kind.BOOL, depth - 1).sql();
      if (chance(20) || !Dialect.fit(yes, no)) {
        return Value.of(yes.type(), "CASE WHEN {0} THEN {1} END", condition, yes.sql());
      }
      return Value.of(
          yes.type().with(no.type()),
          "CASE WHEN {0} THEN {1} ELSE {2} END",
          condition,
          Dialect.exact(yes, no),
          Dialect.exact(no, yes));
    }
    if (roll < 47) {
      used("coalesce");
      Value first = of(kind, depth - 1);
      Value second = of(kind, depth - 1);
      if (!Dialect.fit(first, second)) {
        return first;
      }
      return Value.of(
          first.type().with(second.type()),
          "COALESCE({0}, {1})",
          Dialect.exact(first, second),
          Dialect.exact(second, first));
    }
    if (roll < 50 && !kind.isNested()) {
      used("nullif");
      Value first = of(kind, depth - 1);
      return Dialect.nullIf(first, of(kind, depth - 1));
    }
    if (roll < 52 && !kind.isNested() && kind != Kind.DAYS) {
      Value first = of(kind, depth - 1);
      Value second = of(kind, depth - 1);
      return Dialect.fit(first, second) ? Dialect.greatest(chance(50), first, second) : first;
    }
    if (nested < MAX_SUB_QUERIES && kind != Kind.DAYS && kind != Kind.SMALL) {
      used("scalar sub-query");
      return one(kind);
    }
    return leaf(kind);
  }

  boolean mayNest() {
    return nested < MAX_SUB_QUERIES;
  }

  /// What is made within has none.
  Value withoutSubQueries(java.util.function.Supplier<Value> make) {
    int before = nested;
    nested = MAX_SUB_QUERIES;
    try {
      return make.get();
    } finally {
      nested = before;
    }
  }

  Value one(Kind kind) {
    nested++;
    List<Relation> before = scope;
    try {
      Value query = subQueries.one(kind);
      return Value.of(query.type(), "({0})", query.sql());
    } finally {
      nested--;
      scope = before;
    }
  }

  Value many(Kind kind) {
    nested++;
    List<Relation> before = scope;
    try {
      return subQueries.many(kind);
    } finally {
      nested--;
      scope = before;
    }
  }

  /// Expressions without sub-queries have none.
  private final class NoSubQueries implements SubQueries {
    @Override
    public Value one(Kind kind) {
      return literals.of(kind);
    }

    @Override
    public Value many(Kind kind) {
      return Value.of(Type.of(kind), "SELECT {0}", literals.of(kind).sql());
    }
  }
}
