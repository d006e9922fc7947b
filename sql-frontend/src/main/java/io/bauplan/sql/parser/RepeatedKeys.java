package io.bauplan.sql.parser;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.util.Litmus;
import org.apache.calcite.util.Util;

/// `CUBE (a, a)` is four grouping sets, of which three have the same key, and `ROLLUP (a, a)` is
/// three: Calcite would make them of the set of their keys, which has one. They are written out.
final class RepeatedKeys {
  private RepeatedKeys() {}

  static SqlNodeList apart(SqlNodeList keys) {
    return new SqlNodeList(
        keys.stream().map(RepeatedKeys::apart).toList(), keys.getParserPosition());
  }

  private static SqlNode apart(SqlNode key) {
    if (!(key instanceof SqlCall call)) {
      return key;
    }
    List<SqlNode> items = call.getOperandList();
    return switch (call.getKind()) {
      case CUBE -> repeats(items) ? sets(call, cube(items)) : call;
      case ROLLUP -> repeats(items) ? sets(call, rollup(items)) : call;
      case GROUPING_SETS ->
          call.getOperator()
              .createCall(
                  call.getParserPosition(), items.stream().map(RepeatedKeys::apart).toList());
      default -> call;
    };
  }

  private static boolean repeats(List<SqlNode> items) {
    List<SqlNode> seen = new ArrayList<>();
    for (SqlNode key : flat(items)) {
      if (seen.stream().anyMatch(other -> mayBeSame(other, key))) {
        return true;
      }
      seen.add(key);
    }
    return false;
  }

  /// `t.a` may be `a`.
  private static boolean mayBeSame(SqlNode left, SqlNode right) {
    return left instanceof SqlIdentifier l && right instanceof SqlIdentifier r
        ? Util.last(l.names).equalsIgnoreCase(Util.last(r.names))
        : left.equalsDeep(right, Litmus.IGNORE);
  }

  private static List<SqlNode> flat(List<SqlNode> items) {
    return items.stream()
        .flatMap(
            item ->
                item.getKind() == SqlKind.ROW
                    ? ((SqlCall) item).getOperandList().stream()
                    : java.util.stream.Stream.of(item))
        .toList();
  }

  private static List<List<SqlNode>> cube(List<SqlNode> items) {
    return IntStream.range(0, 1 << items.size())
        .mapToObj(
            set ->
                flat(
                    IntStream.range(0, items.size())
                        .filter(i -> (set >> i & 1) == 0)
                        .mapToObj(items::get)
                        .toList()))
        .toList();
  }

  private static List<List<SqlNode>> rollup(List<SqlNode> items) {
    List<List<SqlNode>> sets = new ArrayList<>();
    for (int size = items.size(); size >= 0; size--) {
      sets.add(flat(items.subList(0, size)));
    }
    return sets;
  }

  private static SqlNode sets(SqlCall call, List<List<SqlNode>> sets) {
    SqlParserPos position = call.getParserPosition();
    List<SqlNode> written = new ArrayList<>();
    for (List<SqlNode> set : sets) {
      written.add(
          set.isEmpty()
              ? new SqlNodeList(position)
              : SqlStdOperatorTable.ROW.createCall(position, set));
    }
    return SqlStdOperatorTable.GROUPING_SETS.createCall(position, written);
  }
}
