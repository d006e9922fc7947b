package io.bauplan.tests.fuzz;

import io.bauplan.sql.validator.EngineOperators;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.calcite.sql.SqlAggFunction;
import org.apache.calcite.sql.SqlFunction;
import org.apache.calcite.sql.SqlOperandCountRange;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.SqlSyntax;

/// Every function of the registry, and which argument types it was seen to take: what validated
/// once is called more often than what may not.
final class Signatures {
  private static final int MAX_ARGUMENTS = 5;
  private static final int MAX_KEPT = 40;

  /// A call's name and types.
  record Signature(String function, List<SqlType> types) {}

  private record Function(String name, int least, int most) {}

  private final List<Function> scalars = new ArrayList<>();
  private final List<Function> aggregates = new ArrayList<>();
  private final Map<String, List<List<SqlType>>> taken = new HashMap<>();
  private final Map<SqlType, List<Signature>> byResult = new EnumMap<>(SqlType.class);

  Signatures() {
    Map<String, Function> byName = new TreeMap<>();
    Map<String, Boolean> aggregate = new HashMap<>();
    for (SqlOperator operator : EngineOperators.table().getOperatorList()) {
      boolean callable =
          operator instanceof SqlFunction
              && (operator.getSyntax() == SqlSyntax.FUNCTION
                  || operator.getSyntax() == SqlSyntax.FUNCTION_STAR)
              && operator.getName().matches("\\w+");
      if (callable) {
        String name = operator.getName().toLowerCase(java.util.Locale.ROOT);
        byName.merge(
            name,
            function(operator, name),
            (a, b) -> new Function(name, Math.min(a.least, b.least), Math.max(a.most, b.most)));
        aggregate.merge(name, operator instanceof SqlAggFunction, Boolean::logicalAnd);
      }
    }
    byName.forEach((name, f) -> (aggregate.get(name) ? aggregates : scalars).add(f));
  }

  private static Function function(SqlOperator operator, String name) {
    int least = 0;
    int most = 3;
    try {
      SqlOperandCountRange range = operator.getOperandCountRange();
      least = Math.max(0, range.getMin());
      most = range.getMax() < 0 ? least + 2 : range.getMax();
    } catch (RuntimeException | AssertionError e) {
      // Some operators do not know: any number is tried.
    }
    return new Function(name, Math.min(least, MAX_ARGUMENTS), Math.min(most, MAX_ARGUMENTS));
  }

  /// Names of every function that may have so many arguments.
  List<String> names(int arguments) {
    return Stream.concat(scalars.stream(), aggregates.stream())
        .filter(f -> f.least <= arguments && arguments <= f.most)
        .map(Function::name)
        .toList();
  }

  int size() {
    return scalars.size() + aggregates.size();
  }

  /// Functions of which some call was accepted.
  int accepted() {
    return taken.size();
  }

  Signature scalar(Random random) {
    return pick(scalars, random);
  }

  Signature aggregate(Random random) {
    return pick(aggregates, random);
  }

  private Signature pick(List<Function> functions, Random random) {
    Function function = functions.get(random.nextInt(functions.size()));
    List<List<SqlType>> known = taken.get(function.name);
    if (known != null && random.nextInt(10) < 7) {
      return new Signature(function.name, known.get(random.nextInt(known.size())));
    }
    int count = function.least + random.nextInt(function.most - function.least + 1);
    List<SqlType> types = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      types.add(random.nextInt(3) == 0 ? SqlType.random(random) : SqlType.usual(random));
    }
    return new Signature(function.name, types);
  }

  /// A call that gives this type, if one is known.
  Optional<Signature> giving(SqlType result, Random random) {
    List<Signature> known = byResult.getOrDefault(result, List.of());
    return known.isEmpty()
        ? Optional.empty()
        : Optional.of(known.get(random.nextInt(known.size())));
  }

  /// Remembers a call that was accepted.
  ///
  /// @param result empty where it is not known
  void accept(Signature call, Optional<SqlType> result) {
    List<List<SqlType>> known = taken.computeIfAbsent(call.function, f -> new ArrayList<>());
    if (known.size() < MAX_KEPT && !known.contains(call.types)) {
      known.add(call.types);
      boolean scalar = scalars.stream().anyMatch(f -> f.name.equals(call.function));
      if (scalar) {
        result.ifPresent(type -> byResult.computeIfAbsent(type, t -> new ArrayList<>()).add(call));
      }
    }
  }
}
