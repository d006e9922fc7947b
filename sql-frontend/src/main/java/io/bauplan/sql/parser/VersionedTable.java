package io.bauplan.sql.parser;

import java.util.List;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.SqlSpecialOperator;
import org.apache.calcite.sql.SqlWriter;
import org.apache.calcite.sql.parser.SqlParserPos;

/// A table of FROM at another version: `t AT BRANCH b`, `t AT TIMESTAMP '...'`,
/// `t FOR SYSTEM_TIME AS OF ts`, `t FOR VERSION AS OF x`. The binder replaces it before validation.
public final class VersionedTable extends SqlCall {
  private static final SqlOperator OPERATOR =
      new SqlSpecialOperator("AT VERSION", SqlKind.OTHER, 0);

  private final SqlIdentifier table;
  private final Version.Kind kind;
  private final SqlNode value;

  /// @param value an identifier or a string for a reference, a number for a snapshot; for
  ///     `TIMESTAMP` any constant expression
  public VersionedTable(
      SqlParserPos position, SqlIdentifier table, Version.Kind kind, SqlNode value) {
    super(position);
    this.table = table;
    this.kind = kind;
    this.value = value;
  }

  public SqlIdentifier table() {
    return table;
  }

  public Version.Kind kind() {
    return kind;
  }

  public SqlNode value() {
    return value;
  }

  @Override
  public SqlOperator getOperator() {
    return OPERATOR;
  }

  @Override
  public List<SqlNode> getOperandList() {
    return List.of(table, value);
  }

  @Override
  public SqlNode clone(SqlParserPos position) {
    return new VersionedTable(position, table, kind, value);
  }

  @Override
  public void unparse(SqlWriter writer, int leftPrec, int rightPrec) {
    table.unparse(writer, leftPrec, rightPrec);
    writer.keyword("AT");
    writer.keyword(kind.name());
    value.unparse(writer, 0, 0);
  }
}
