package io.bauplan.sql.validator;

import io.bauplan.sql.parser.StarOperator;
import java.util.List;
import java.util.Objects;
import org.apache.calcite.runtime.CalciteException;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.util.SqlShuttle;
import org.apache.calcite.sql.validate.SqlValidatorScope;

/// Puts what a name of the select list stands for in the place of that name, where no column has
/// it: in WHERE, and for fields (`s.a` after `{'a': 1} AS s`) in the list itself, which Calcite
/// does for plain names only.
final class SelectAliases extends SqlShuttle {
  /// Names that stand for names that stand for names ...
  private static final int MAX_DEPTH = 20;

  private final List<SqlNode> items;
  private final SqlValidatorScope scope;
  private final boolean fieldsOnly;
  private final int depth;

  private SelectAliases(
      List<SqlNode> items, SqlValidatorScope scope, boolean fieldsOnly, int depth) {
    this.items = items;
    this.scope = scope;
    this.fieldsOnly = fieldsOnly;
    this.depth = depth;
  }

  /// A condition with aliases of the select list in it.
  static SqlNode expand(SqlNode condition, SqlNodeList items, SqlValidatorScope scope) {
    return Objects.requireNonNull(
        condition.accept(new SelectAliases(items.getList(), scope, false, 0)));
  }

  /// Items with fields of items before them.
  static SqlNodeList expandFields(SqlNodeList items, SqlValidatorScope scope) {
    List<SqlNode> all = items.getList();
    SqlNode[] expanded = new SqlNode[all.size()];
    for (int i = 0; i < expanded.length; i++) {
      expanded[i] =
          StarOperator.of(all.get(i)).isPresent()
              ? all.get(i)
              : Objects.requireNonNull(
                  all.get(i).accept(new SelectAliases(all.subList(0, i), scope, true, 0)));
    }
    return new SqlNodeList(List.of(expanded), items.getParserPosition());
  }

  @Override
  public SqlNode visit(SqlIdentifier id) {
    if (id.isStar() || depth > MAX_DEPTH || fieldsOnly && id.isSimple() || isKnown(id)) {
      return id;
    }
    for (SqlNode item : items) {
      if (item.getKind() == SqlKind.AS
          && ((SqlCall) item).operand(1) instanceof SqlIdentifier alias
          && alias.getSimple().equalsIgnoreCase(id.names.getFirst())
          && isPlain(((SqlCall) item).operand(0))) {
        SqlNode value = ((SqlCall) item).operand(0);
        SqlNode copy =
            Objects.requireNonNull(
                Objects.requireNonNull(value.accept(new Copier()))
                    .accept(new SelectAliases(items, scope, fieldsOnly, depth + 1)));
        return field(copy, id);
      }
    }
    return id;
  }

  private static SqlNode field(SqlNode value, SqlIdentifier id) {
    SqlNode field = value;
    for (String name : id.names.subList(1, id.names.size())) {
      field =
          SqlStdOperatorTable.ITEM.createCall(
              id.getParserPosition(),
              field,
              SqlLiteral.createCharString(name, id.getParserPosition()));
    }
    return field;
  }

  @Override
  public SqlNode visit(SqlCall call) {
    // Names within sub-queries are their own affair, and the second operand of AS is no column.
    if (call.isA(SqlKind.QUERY)) {
      return call;
    }
    if (call.getKind() == SqlKind.AS) {
      call.setOperand(0, Objects.requireNonNull(call.operand(0).accept(this)));
      return call;
    }
    return Objects.requireNonNull(super.visit(call));
  }

  private boolean isKnown(SqlIdentifier id) {
    try {
      SqlIdentifier qualified = scope.fullyQualify(id).identifier;
      return qualified != null;
    } catch (CalciteException e) {
      return false;
    }
  }

  /// Without a sub-query, an aggregate or a window, of which there can be no copy in WHERE.
  private static boolean isPlain(SqlNode node) {
    return switch (node) {
      case SqlNodeList list -> list.stream().allMatch(n -> n == null || isPlain(n));
      case SqlCall call ->
          !call.isA(SqlKind.QUERY)
              && call.getKind() != SqlKind.OVER
              && call.getOperandList().stream().allMatch(n -> n == null || isPlain(n));
      default -> true;
    };
  }

  private static final class Copier extends SqlShuttle {
    @Override
    public SqlNode visit(SqlCall call) {
      CallCopyingArgHandler handler = new CallCopyingArgHandler(call, true);
      call.getOperator().acceptCall(this, call, false, handler);
      return handler.result();
    }

    @Override
    public SqlNode visit(SqlIdentifier id) {
      return id.clone(id.getParserPosition());
    }
  }
}
