package io.bauplan.exec.expression.value;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The standard's multisets, which are lists here whose order means nothing; and what the planner
/// puts into plans to check them.
final class MultisetFunctions {
  private MultisetFunctions() {}

  static @Nullable ValueFunction find(String function) {
    ValueFunction strict =
        switch (function) {
          case "multiset_union_all" -> in -> union(list(in[0]), list(in[1]));
          case "multiset_union_distinct", "multiset_union" ->
              in -> distinct(union(list(in[0]), list(in[1])));
          case "multiset_except_all" -> in -> except(list(in[0]), list(in[1]));
          case "multiset_except_distinct", "multiset_except" ->
              in -> distinct(without(list(in[0]), list(in[1])));
          case "multiset_intersect_all" -> in -> intersect(list(in[0]), list(in[1]));
          case "multiset_intersect_distinct", "multiset_intersect" ->
              in -> distinct(intersect(list(in[0]), list(in[1])));
          case "submultiset_of" -> in -> except(list(in[0]), list(in[1])).isEmpty();
          case "not_submultiset_of" -> in -> !except(list(in[0]), list(in[1])).isEmpty();
          case "is_a_set" -> in -> distinct(list(in[0])).size() == list(in[0]).size();
          case "is_not_a_set" -> in -> distinct(list(in[0])).size() != list(in[0]).size();
          case "is_empty" -> in -> list(in[0]).isEmpty();
          case "is_not_empty" -> in -> !list(in[0]).isEmpty();
          case "$slice" -> in -> list(in[0]).stream().map(MultisetFunctions::only).toList();
          case "element" -> in -> element(list(in[0]));
          default -> null;
        };
    if (strict != null) {
      return strict.strict();
    }
    return switch (function) {
      case "member_of" -> in -> in[1] == null ? null : contains(list(in[1]), in[0]);
      case "not_member_of" -> in -> in[1] == null ? null : !contains(list(in[1]), in[0]);
      case "$throw_unless" -> MultisetFunctions::check;
      default -> null;
    };
  }

  private static List<?> list(@Nullable Object value) {
    return ListFunctions.list(value);
  }

  private static boolean contains(List<?> list, @Nullable Object value) {
    return list.stream().anyMatch(element -> ListFunctions.same(element, value));
  }

  private static List<@Nullable Object> union(List<?> left, List<?> right) {
    List<@Nullable Object> all = new ArrayList<>(left);
    all.addAll(right);
    return all;
  }

  private static List<@Nullable Object> distinct(List<?> list) {
    List<@Nullable Object> distinct = new ArrayList<>();
    for (Object value : list) {
      if (!contains(distinct, value)) {
        distinct.add(value);
      }
    }
    return distinct;
  }

  private static List<@Nullable Object> without(List<?> left, List<?> right) {
    List<@Nullable Object> rest = new ArrayList<>(left);
    rest.removeIf(value -> contains(right, value));
    return rest;
  }

  /// Every element of the right takes one equal element away.
  private static List<@Nullable Object> except(List<?> left, List<?> right) {
    List<@Nullable Object> rest = new ArrayList<>(left);
    for (Object value : right) {
      remove(rest, value);
    }
    return rest;
  }

  private static List<@Nullable Object> intersect(List<?> left, List<?> right) {
    List<@Nullable Object> rest = new ArrayList<>(right);
    List<@Nullable Object> both = new ArrayList<>();
    for (Object value : left) {
      if (remove(rest, value)) {
        both.add(value);
      }
    }
    return both;
  }

  private static boolean remove(List<@Nullable Object> from, @Nullable Object value) {
    for (int i = 0; i < from.size(); i++) {
      if (ListFunctions.same(from.get(i), value)) {
        from.remove(i);
        return true;
      }
    }
    return false;
  }

  /// The one field of a row.
  private static @Nullable Object only(@Nullable Object row) {
    return row instanceof List<?> fields && fields.size() == 1 ? fields.getFirst() : row;
  }

  private static @Nullable Object element(List<?> list) {
    if (list.size() > 1) {
      throw new EngineException(
          ErrorCode.CARDINALITY_VIOLATION, "ELEMENT of a multiset of " + list.size() + " elements");
    }
    return list.isEmpty() ? null : list.getFirst();
  }

  /// WITHIN DISTINCT takes each argument once for its keys, so there must be only one.
  private static Object check(@Nullable Object[] in) {
    if (!Boolean.TRUE.equals(in[0])) {
      throw new EngineException(
          ErrorCode.CARDINALITY_VIOLATION,
          "WITHIN DISTINCT: an argument has more than one value for the same keys");
    }
    return Boolean.TRUE;
  }
}
