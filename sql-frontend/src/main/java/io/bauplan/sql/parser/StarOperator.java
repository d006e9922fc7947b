package io.bauplan.sql.parser;

import java.util.List;
import java.util.Optional;
import org.apache.calcite.sql.SqlBasicCall;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlSpecialOperator;
import org.apache.calcite.sql.SqlWriter;
import org.apache.calcite.sql.parser.SqlParserPos;

/// `* EXCLUDE (a) REPLACE (f(b) AS b) RENAME (c AS d) ILIKE 'pattern'`. The validator knows the
/// columns and puts them in its place.
public final class StarOperator extends SqlSpecialOperator {
  private static final StarOperator INSTANCE = new StarOperator();

  private StarOperator() {
    super("STAR", SqlKind.OTHER, 100, false, null, null, null);
  }

  /// What a select item says of its star.
  ///
  /// @param star `*` or `t.*`
  /// @param excluded names
  /// @param replaced `expression AS name`
  /// @param renamed `name AS name`
  public record Star(
      SqlIdentifier star,
      List<SqlNode> excluded,
      List<SqlNode> replaced,
      List<SqlNode> renamed,
      Optional<String> pattern) {}

  public static SqlNode create(
      SqlIdentifier star,
      SqlNodeList excluded,
      SqlNodeList replaced,
      SqlNodeList renamed,
      SqlNode pattern,
      SqlParserPos position) {
    return new SqlBasicCall(
        INSTANCE, List.of(star, excluded, replaced, renamed, pattern), position);
  }

  public static Optional<Star> of(SqlNode item) {
    if (!(item instanceof SqlCall call) || call.getOperator() != INSTANCE) {
      return Optional.empty();
    }
    SqlLiteral pattern = call.operand(4);
    return Optional.of(
        new Star(
            call.operand(0),
            call.<SqlNodeList>operand(1).getList(),
            call.<SqlNodeList>operand(2).getList(),
            call.<SqlNodeList>operand(3).getList(),
            pattern.getValue() == null
                ? Optional.empty()
                : Optional.ofNullable(pattern.getValueAs(String.class))));
  }

  @Override
  public void unparse(SqlWriter writer, SqlCall call, int leftPrec, int rightPrec) {
    call.operand(0).unparse(writer, 0, 0);
    String[] words = {"", "EXCLUDE", "REPLACE", "RENAME"};
    for (int i = 1; i < words.length; i++) {
      SqlNodeList list = call.operand(i);
      if (!list.isEmpty()) {
        writer.keyword(words[i]);
        SqlWriter.Frame frame = writer.startList("(", ")");
        for (SqlNode node : list) {
          writer.sep(",");
          node.unparse(writer, 0, 0);
        }
        writer.endList(frame);
      }
    }
    SqlLiteral pattern = call.operand(4);
    if (pattern.getValue() != null) {
      writer.keyword("ILIKE");
      pattern.unparse(writer, 0, 0);
    }
  }
}
