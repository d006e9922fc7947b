package io.bauplan.sql.validator;

import java.util.List;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.SqlSpecialOperator;
import org.apache.calcite.sql.parser.SqlParserPos;

/// The table of FROM whose rows a statement changes: besides its columns it shows where each row
/// is, under names that nobody can write ([#FILE], [#POSITION]). The binder replaces it before
/// validation.
public final class ChangedTable extends SqlCall {
  public static final String FILE = "\0file";
  public static final String POSITION = "\0pos";

  private static final SqlOperator OPERATOR =
      new SqlSpecialOperator("CHANGED TABLE", SqlKind.OTHER, 0);

  private final SqlIdentifier table;

  public ChangedTable(SqlIdentifier table) {
    super(table.getParserPosition());
    this.table = table;
  }

  public SqlIdentifier table() {
    return table;
  }

  @Override
  public SqlOperator getOperator() {
    return OPERATOR;
  }

  @Override
  public List<SqlNode> getOperandList() {
    return List.of(table);
  }

  @Override
  public SqlNode clone(SqlParserPos position) {
    return new ChangedTable(table);
  }
}
