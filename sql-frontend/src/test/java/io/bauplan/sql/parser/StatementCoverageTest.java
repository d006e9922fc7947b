package io.bauplan.sql.parser;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// The corpus has a case for every kind of statement, and for every choice within one: a new record
/// or constant without a line in `valid.sql` fails here.
class StatementCoverageTest {
  private static final String PACKAGE = "io.bauplan.sql";

  @Test
  void everyKindOfStatementHasACase() {
    Set<String> all = new TreeSet<>();
    kinds(Statement.class, all);
    Set<String> seen = new TreeSet<>();
    SqlCorpusTest.valid().map(SqlText::parse).forEach(statement -> found(statement, seen));
    assertThat(all).hasSizeGreaterThan(60);
    all.removeAll(seen);
    // What a session can stand on, but no statement can make.
    all.remove("RefKind.DETACHED");
    assertThat(all).as("kinds without a case in valid.sql").isEmpty();
  }

  /// Records below a sealed type, and the constants of the enums in them.
  private static void kinds(Class<?> type, Set<String> all) {
    if (type.isSealed()) {
      for (Class<?> permitted : type.getPermittedSubclasses()) {
        kinds(permitted, all);
      }
    } else if (type.isRecord() && all.add(type.getSimpleName())) {
      for (RecordComponent component : type.getRecordComponents()) {
        for (Class<?> part : parts(component)) {
          if (part.isEnum() && part.getName().startsWith(PACKAGE)) {
            Arrays.stream(part.getEnumConstants())
                .forEach(constant -> all.add(part.getSimpleName() + "." + constant));
          } else if (part.getName().startsWith(PACKAGE + ".parser")) {
            kinds(part, all);
          }
        }
      }
    }
  }

  /// The component's type and its type arguments.
  private static Collection<Class<?>> parts(RecordComponent component) {
    Collection<Class<?>> parts = new ArrayList<>();
    parts.add(component.getType());
    if (component.getGenericType() instanceof java.lang.reflect.ParameterizedType parameterized) {
      for (var argument : parameterized.getActualTypeArguments()) {
        if (argument instanceof Class<?> type) {
          parts.add(type);
        }
      }
    }
    return parts;
  }

  private static void found(Object value, Set<String> seen) {
    switch (value) {
      case null -> {}
      case Optional<?> optional -> optional.ifPresent(inner -> found(inner, seen));
      case Collection<?> many -> many.forEach(inner -> found(inner, seen));
      case Map<?, ?> map -> map.values().forEach(inner -> found(inner, seen));
      case Enum<?> constant ->
          seen.add(constant.getDeclaringClass().getSimpleName() + "." + constant);
      case Record record -> {
        seen.add(record.getClass().getSimpleName());
        try {
          for (RecordComponent component : record.getClass().getRecordComponents()) {
            component.getAccessor().setAccessible(true);
            found(component.getAccessor().invoke(record), seen);
          }
        } catch (ReflectiveOperationException e) {
          throw new AssertionError(e);
        }
      }
      default -> {}
    }
  }
}
