package io.bauplan.sql.parser;

import io.bauplan.sql.error.EngineException;
import org.apache.calcite.avatica.util.Casing;
import org.apache.calcite.config.NullCollation;
import org.apache.calcite.runtime.CalciteContextException;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlDialect;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlWriter;
import org.jspecify.annotations.Nullable;

/// Writes queries and expressions as text of our own dialect: what comes out parses to the same
/// tree. A name is quoted where it was quoted.
public final class SqlPrinter {
  /// For those who need a dialect of Calcite's; prefer [#print].
  public static final SqlDialect DIALECT = new Dialect();

  private SqlPrinter() {}

  /// @throws EngineException `SYNTAX_ERROR` for what the grammar lets pass and no text stands for:
  ///     a pattern repeated 0.3 times
  public static String print(SqlNode node) {
    try {
      return node.toSqlString(
              config ->
                  config
                      .withDialect(DIALECT)
                      .withQuoteAllIdentifiers(false)
                      .withAlwaysUseParentheses(false)
                      .withSelectListItemsOnSeparateLines(false)
                      .withUpdateSetListNewline(false)
                      .withClauseStartsLine(false)
                      .withIndentation(0))
          .getSql();
    } catch (CalciteContextException e) {
      throw Attempt.syntaxError(e);
    }
  }

  static String string(String value) {
    return "'" + value.replace("'", "''") + "'";
  }

  private static final class Dialect extends SqlDialect {
    Dialect() {
      super(
          SqlDialect.EMPTY_CONTEXT
              .withDatabaseProduct(DatabaseProduct.UNKNOWN)
              .withDatabaseProductName("Bauplan")
              .withIdentifierQuoteString("\"")
              .withUnquotedCasing(Casing.UNCHANGED)
              .withQuotedCasing(Casing.UNCHANGED)
              .withCaseSensitive(false)
              .withNullCollation(NullCollation.HIGH));
    }

    @Override
    public void unparseCall(SqlWriter writer, SqlCall call, int leftPrec, int rightPrec) {
      if (call.getKind() == SqlKind.DOT) {
        field(writer, call);
      } else if (call.getKind() == SqlKind.SET_SEMANTICS_TABLE) {
        call.operand(0).unparse(writer, 0, 0);
        keys(writer, "PARTITION", call.operand(1));
        keys(writer, "ORDER", call.operand(2));
      } else {
        super.unparseCall(writer, call, leftPrec, rightPrec);
      }
    }

    /// `(r).x` is a field for certain, `r.x` perhaps a column of a table.
    private static void field(SqlWriter writer, SqlCall call) {
      switch (call.operand(0).getKind()) {
        case DOT, ITEM -> call.operand(0).unparse(writer, 0, 0);
        default -> {
          SqlWriter.Frame frame = writer.startList("(", ")");
          call.operand(0).unparse(writer, 0, 0);
          writer.endList(frame);
        }
      }
      writer.setNeedWhitespace(false);
      writer.print(".");
      writer.setNeedWhitespace(false);
      call.operand(1).unparse(writer, 0, 0);
    }

    /// A table argument's keys: more than one need parentheses, which Calcite leaves out.
    private static void keys(SqlWriter writer, String clause, SqlNodeList keys) {
      if (keys.isEmpty()) {
        return;
      }
      writer.keyword(clause);
      writer.keyword("BY");
      SqlWriter.Frame frame = writer.startList("(", ")");
      for (SqlNode key : keys) {
        writer.sep(",");
        key.unparse(writer, 0, 0);
      }
      writer.endList(frame);
    }

    @Override
    public void quoteStringLiteral(StringBuilder buf, @Nullable String charsetName, String val) {
      // All strings are UTF-8: no introducer, no escapes.
      buf.append(string(val));
    }
  }
}
