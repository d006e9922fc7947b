package io.bauplan.sql.logical;

import io.bauplan.sql.validator.EngineConformance;
import org.apache.calcite.avatica.util.Casing;
import org.apache.calcite.avatica.util.Quoting;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.parser.SqlParseException;
import org.apache.calcite.sql.parser.SqlParser;

final class QueryText {
  private QueryText() {}

  static SqlNode parse(String sql) {
    try {
      return SqlParser.create(
              sql,
              SqlParser.config()
                  .withConformance(EngineConformance.INSTANCE)
                  .withQuoting(Quoting.DOUBLE_QUOTE)
                  .withUnquotedCasing(Casing.UNCHANGED)
                  .withQuotedCasing(Casing.UNCHANGED)
                  .withIdentifierMaxLength(1024))
          .parseQuery();
    } catch (SqlParseException e) {
      throw new IllegalStateException(e);
    }
  }
}
