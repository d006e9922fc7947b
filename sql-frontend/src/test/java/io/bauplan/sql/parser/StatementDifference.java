package io.bauplan.sql.parser;

import io.bauplan.sql.error.SourcePosition;
import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.Optional;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.util.Litmus;

/// Compares statements by what they mean: every component, syntax trees node by node, but for
/// positions.
final class StatementDifference {
  private StatementDifference() {}

  /// Empty where they are the same; otherwise the path of the first difference.
  static String between(Statement first, Statement second) {
    return values(first, second, first.getClass().getSimpleName());
  }

  private static String values(Object first, Object second, String path) {
    if (first instanceof SourcePosition && second instanceof SourcePosition) {
      return "";
    }
    if (first instanceof SqlNode left && second instanceof SqlNode right) {
      return left.equalsDeep(right, Litmus.IGNORE) ? "" : path + ": " + left + " <> " + right;
    }
    if (first instanceof Optional<?> left && second instanceof Optional<?> right) {
      return left.isPresent() && right.isPresent()
          ? values(left.get(), right.get(), path)
          : left.isPresent() == right.isPresent() ? "" : path + ": " + left + " <> " + right;
    }
    if (first instanceof List<?> left && second instanceof List<?> right) {
      if (left.size() != right.size()) {
        return path + ": " + left + " <> " + right;
      }
      for (int i = 0; i < left.size(); i++) {
        String difference = values(left.get(i), right.get(i), path + "[" + i + "]");
        if (!difference.isEmpty()) {
          return difference;
        }
      }
      return "";
    }
    if (first instanceof Record && first.getClass() == second.getClass()) {
      try {
        for (RecordComponent component : first.getClass().getRecordComponents()) {
          component.getAccessor().setAccessible(true);
          String difference =
              values(
                  component.getAccessor().invoke(first),
                  component.getAccessor().invoke(second),
                  path + "." + component.getName());
          if (!difference.isEmpty()) {
            return difference;
          }
        }
        return "";
      } catch (ReflectiveOperationException e) {
        throw new AssertionError(e);
      }
    }
    return java.util.Objects.equals(first, second) ? "" : path + ": " + first + " <> " + second;
  }
}
