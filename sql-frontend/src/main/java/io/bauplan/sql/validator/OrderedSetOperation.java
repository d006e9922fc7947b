package io.bauplan.sql.validator;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlOrderBy;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.validate.SqlValidatorUtil;

/// `SELECT a.id, b.id ... UNION ... ORDER BY 2`. Calcite sorts `SELECT * FROM` the set operation,
/// and would not know which of two columns of one name is meant: each gets a name of its own below.
final class OrderedSetOperation {
  private static final String ROWS = "$rows";

  private OrderedSetOperation() {}

  /// Of other queries, and where all names differ, what it was given.
  static SqlOrderBy withOwnNames(SqlOrderBy ordered) {
    if (!ordered.query.isA(SqlKind.SET_QUERY)) {
      return ordered;
    }
    return names(ordered.query)
        .filter(OrderedSetOperation::repeat)
        .map(
            names ->
                new SqlOrderBy(
                    ordered.getParserPosition(),
                    select(ordered.query, names),
                    ordered.orderList,
                    ordered.offset,
                    ordered.fetch))
        .orElse(ordered);
  }

  /// Those of the first query; empty = it has a star, or is none of items.
  private static Optional<List<String>> names(SqlNode query) {
    SqlNode first = query;
    while (first.isA(SqlKind.SET_QUERY) && first instanceof SqlCall call) {
      first = call.operand(0);
    }
    if (!(first instanceof SqlSelect select)) {
      return Optional.empty();
    }
    List<String> names = new ArrayList<>();
    for (SqlNode item : select.getSelectList()) {
      if (item instanceof SqlIdentifier column && column.isStar()) {
        return Optional.empty();
      }
      names.add(SqlValidatorUtil.alias(item, names.size()));
    }
    return Optional.of(names);
  }

  private static boolean repeat(List<String> names) {
    Set<String> different = new TreeSet<>();
    names.forEach(name -> different.add(name.toLowerCase(Locale.ROOT)));
    return different.size() < names.size();
  }

  private static SqlSelect select(SqlNode query, List<String> names) {
    SqlParserPos place = query.getParserPosition();
    List<SqlNode> from = new ArrayList<>(List.of(query, new SqlIdentifier(ROWS, place)));
    SqlNodeList items = new SqlNodeList(place);
    for (int i = 0; i < names.size(); i++) {
      String own = "$" + i;
      from.add(new SqlIdentifier(own, place));
      items.add(
          SqlStdOperatorTable.AS.createCall(
              place,
              new SqlIdentifier(List.of(ROWS, own), place),
              new SqlIdentifier(names.get(i), place)));
    }
    return new SqlSelect(
        place,
        SqlNodeList.EMPTY,
        items,
        SqlStdOperatorTable.AS.createCall(place, from),
        null,
        null,
        null,
        SqlNodeList.EMPTY,
        null,
        null,
        null,
        null,
        SqlNodeList.EMPTY);
  }
}
