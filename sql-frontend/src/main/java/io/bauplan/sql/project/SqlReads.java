package io.bauplan.sql.project;

import io.bauplan.sql.parser.VersionedTable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlJoin;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.SqlWith;
import org.apache.calcite.sql.SqlWithItem;
import org.jspecify.annotations.Nullable;

/// The tables that a query mentions, found in its syntax alone: names of common table expressions
/// are not tables, names in FROM and `TABLE t` arguments are.
final class SqlReads {
  private final Set<String> names = new LinkedHashSet<>();

  private SqlReads() {}

  static List<String> of(SqlNode query) {
    SqlReads reads = new SqlReads();
    reads.visit(query, Set.of());
    return new ArrayList<>(reads.names);
  }

  private void visit(@Nullable SqlNode node, Set<String> hidden) {
    switch (node) {
      case null -> {}
      case SqlWith with -> visitWith(with, hidden);
      case SqlSelect select -> {
        from(select.getFrom(), hidden);
        for (SqlNode operand : select.getOperandList()) {
          if (operand != select.getFrom()) {
            visit(operand, hidden);
          }
        }
      }
      case SqlNodeList list -> list.forEach(item -> visit(item, hidden));
      case SqlCall call when call.getKind() == SqlKind.EXPLICIT_TABLE ->
          from(call.operand(0), hidden);
      case SqlCall call -> call.getOperandList().forEach(operand -> visit(operand, hidden));
      default -> {}
    }
  }

  private void visitWith(SqlWith with, Set<String> hidden) {
    Set<String> inner = new HashSet<>(hidden);
    for (SqlNode item : with.withList) {
      SqlWithItem named = (SqlWithItem) item;
      String name = named.name.getSimple().toLowerCase(Locale.ROOT);
      Set<String> own = new HashSet<>(inner);
      if (named.recursive.booleanValue()) {
        own.add(name);
      }
      visit(named.query, own);
      inner.add(name);
    }
    visit(with.body, inner);
  }

  private void from(@Nullable SqlNode node, Set<String> hidden) {
    switch (node) {
      case null -> {}
      case SqlIdentifier identifier -> {
        boolean expression =
            identifier.isSimple()
                && hidden.contains(identifier.getSimple().toLowerCase(Locale.ROOT));
        if (!expression) {
          names.add(String.join(".", identifier.names));
        }
      }
      case SqlJoin join -> {
        from(join.getLeft(), hidden);
        from(join.getRight(), hidden);
        visit(join.getCondition(), hidden);
      }
      // A table at another version is always the catalog's, never a model of the run.
      case VersionedTable ignored -> {}
      case SqlCall call -> fromCall(call, hidden);
      default -> visit(node, hidden);
    }
  }

  private void fromCall(SqlCall call, Set<String> hidden) {
    switch (call.getKind()) {
      case AS, LATERAL, TABLE_REF, SNAPSHOT, TABLESAMPLE, EXPLICIT_TABLE, PIVOT, UNPIVOT, EXTEND ->
          from(call.operand(0), hidden);
      default -> visit(call, hidden);
    }
  }
}
