package io.bauplan.sql.parser;

import io.bauplan.sql.error.SourcePosition;
import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlSampleSpec;
import org.apache.calcite.util.Litmus;
import org.jspecify.annotations.Nullable;

/// Compares statements by what they mean: every component, syntax trees node by node, but for
/// positions.
final class StatementDifference {
  /// What mirrors the layout of the text: the text of a view's query beside its tree, and the line
  /// on which a function's body begins.
  private static final Set<String> LAYOUT = Set.of("CreateView.sql", "Body.firstLine");

  private StatementDifference() {}

  /// Empty where they are the same; otherwise the path of the first difference.
  static String between(Statement first, Statement second) {
    return values(first, second, first.getClass().getSimpleName());
  }

  /// The deepest place where two trees differ.
  private static String nodes(@Nullable SqlNode first, @Nullable SqlNode second, String path) {
    if (SqlNode.equalDeep(first, second, Litmus.IGNORE)) {
      return "";
    }
    if (isSample(first) && isSample(second) && String.valueOf(first).equals(second + "")) {
      // Calcite's sample specifications have no equals().
      return "";
    }
    if (first instanceof SqlNodeList left && second instanceof SqlNodeList right) {
      return operands(left.getList(), right.getList(), path);
    }
    boolean calls =
        first instanceof SqlCall left
            && second instanceof SqlCall right
            && left.getOperator().getClass() == right.getOperator().getClass()
            && left.getOperator().getName().equalsIgnoreCase(right.getOperator().getName());
    if (calls && first instanceof SqlCall left && second instanceof SqlCall right) {
      String name = path + "." + left.getOperator().getName();
      String difference = operands(left.getOperandList(), right.getOperandList(), name);
      return difference.isEmpty()
          ? nodes(left.getFunctionQuantifier(), right.getFunctionQuantifier(), name)
          : difference;
    }
    return path + ": " + shown(first) + " <> " + shown(second);
  }

  private static boolean isSample(@Nullable SqlNode node) {
    return node instanceof SqlLiteral literal && literal.getValue() instanceof SqlSampleSpec;
  }

  private static String operands(
      List<? extends @Nullable SqlNode> first,
      List<? extends @Nullable SqlNode> second,
      String at) {
    if (first.size() != second.size()) {
      return at + ": " + first + " <> " + second;
    }
    for (int i = 0; i < first.size(); i++) {
      String difference = nodes(first.get(i), second.get(i), at + "[" + i + "]");
      if (!difference.isEmpty()) {
        return difference;
      }
    }
    return "";
  }

  private static String shown(@Nullable SqlNode node) {
    return node == null ? "nothing" : node.getClass().getSimpleName() + " " + node;
  }

  private static String values(Object first, Object second, String path) {
    if (first instanceof SourcePosition && second instanceof SourcePosition) {
      return "";
    }
    if (first instanceof SqlNode left && second instanceof SqlNode right) {
      return nodes(left, right, path);
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
          if (LAYOUT.contains(first.getClass().getSimpleName() + "." + component.getName())) {
            continue;
          }
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
