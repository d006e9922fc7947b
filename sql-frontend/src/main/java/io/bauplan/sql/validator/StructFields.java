package io.bauplan.sql.validator;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import java.util.List;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlJoin;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.validate.SqlNameMatcher;
import org.apache.calcite.sql.validate.SqlValidatorScope;
import org.apache.calcite.sql.validate.SqlValidatorScope.ResolvedImpl;
import org.jspecify.annotations.Nullable;

/// `place.city`, where `place` is a column and no table: Calcite wants `t.place.city`. The alias is
/// put before it where one table in sight has such a column.
final class StructFields {
  private final SqlValidatorScope scope;
  private final SqlNameMatcher matcher;

  private StructFields(SqlValidatorScope scope, SqlNameMatcher matcher) {
    this.scope = scope;
    this.matcher = matcher;
  }

  /// Changes names within the clauses of one SELECT in place; sub-queries come by themselves.
  static void qualify(SqlSelect select, SqlValidatorScope scope, SqlNameMatcher matcher) {
    StructFields fields = new StructFields(scope, matcher);
    fields.conditions(select.getFrom());
    for (SqlNode clause : select.getOperandList()) {
      if (clause != select.getFrom()) {
        fields.visit(clause);
      }
    }
  }

  private void conditions(@Nullable SqlNode from) {
    if (from instanceof SqlJoin join) {
      conditions(join.getLeft());
      conditions(join.getRight());
      visit(join.getCondition());
    }
  }

  private void visit(@Nullable SqlNode node) {
    switch (node) {
      case null -> {}
      case SqlSelect ignored -> {}
      case SqlIdentifier name -> {
        if (name.names.size() > 1 && !name.isStar()) {
          qualify(name);
        }
      }
      case SqlNodeList list -> list.forEach(this::visit);
      case SqlCall call -> call.getOperandList().forEach(this::visit);
      default -> {}
    }
  }

  private void qualify(SqlIdentifier name) {
    for (int parts = 1; parts < name.names.size(); parts++) {
      ResolvedImpl resolved = new ResolvedImpl();
      scope.resolve(name.names.subList(0, parts), matcher, false, resolved);
      if (resolved.count() > 0) {
        return;
      }
    }
    List<String> tables =
        List.copyOf(scope.findQualifyingTableNames(name.names.get(0), name, matcher).keySet());
    if (tables.size() > 1) {
      String column = name.names.get(0);
      throw new EngineException(
          ErrorCode.AMBIGUOUS_NAME,
          "column \"" + column + "\" is in more than one table",
          Positions.of(name.getParserPosition()),
          "Write the table's name before it: " + tables.getFirst() + "." + name + ".",
          null);
    }
    if (tables.size() == 1) {
      name.assignNamesFrom(name.add(0, tables.getFirst(), SqlParserPos.ZERO));
    }
  }
}
