package io.bauplan.sql.logical;

import io.bauplan.sql.parser.VersionedTable;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.util.SqlShuttle;

/// Deep copies: the validator keeps what it learns by node and rewrites nodes in place, so that a
/// text used twice must be two trees.
public final class SqlCopies {
  private SqlCopies() {}

  @SuppressWarnings("unchecked") // a copy has the class of its original
  public static <T extends SqlNode> T copy(T node) {
    return (T) java.util.Objects.requireNonNull(node.accept(new Copier()));
  }

  private static final class Copier extends SqlShuttle {
    @Override
    public SqlNode visit(SqlCall call) {
      if (call instanceof VersionedTable table) {
        return new VersionedTable(
            table.getParserPosition(), copy(table.table()), table.kind(), copy(table.value()));
      }
      CallCopyingArgHandler handler = new CallCopyingArgHandler(call, true);
      call.getOperator().acceptCall(this, call, false, handler);
      return handler.result();
    }

    @Override
    public SqlNode visit(SqlIdentifier id) {
      return id.clone(id.getParserPosition());
    }

    @Override
    public SqlNode visit(SqlLiteral literal) {
      return literal.clone(literal.getParserPosition());
    }
  }
}
