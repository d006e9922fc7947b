package io.bauplan.sql.logical;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.error.SourcePosition;
import io.bauplan.sql.validator.Positions;
import org.apache.calcite.sql.SqlBasicTypeNameSpec;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlDataTypeSpec;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.util.SqlBasicVisitor;
import org.jspecify.annotations.Nullable;

/// What a query may have at most: beyond it the time to plan grows faster than the text.
public final class QueryLimits extends SqlBasicVisitor<@Nullable Void> {
  /// PostgreSQL's is 1,664.
  private static final int MAX_COLUMNS = 2_000;

  private static final int MAX_DIGITS = 38;

  private static final int MAX_SET_OPERATIONS = 500;

  /// Deepest nesting of operators, function calls and queries.
  private static final int MAX_DEPTH = 500;

  private int depth;
  private int setOperations;

  private QueryLimits() {}

  /// @throws EngineException `TOO_COMPLEX`
  public static void check(SqlNode query) {
    query.accept(new QueryLimits());
  }

  @Override
  public @Nullable Void visit(SqlCall call) {
    if (call instanceof SqlSelect select && select.getSelectList().size() > MAX_COLUMNS) {
      throw tooComplex(
          "a query has at most " + MAX_COLUMNS + " columns, not " + select.getSelectList().size(),
          select.getSelectList(),
          "Put the values into rows or into an ARRAY or MAP.");
    }
    if (SqlKind.SET_QUERY.contains(call.getKind()) && ++setOperations > MAX_SET_OPERATIONS) {
      throw tooComplex(
          "a statement has at most " + MAX_SET_OPERATIONS + " set operations",
          call,
          "Use VALUES for rows of constants, or a table.");
    }
    if (++depth > MAX_DEPTH) {
      throw tooComplex(
          "the statement is nested more than " + MAX_DEPTH + " levels deep",
          call,
          "Split it into views, or write long chains of OR as IN.");
    }
    super.visit(call);
    depth--;
    return null;
  }

  /// Calcite would silently take fewer digits.
  @Override
  public @Nullable Void visit(SqlDataTypeSpec type) {
    if (type.getTypeNameSpec() instanceof SqlBasicTypeNameSpec basic
        && basic.getTypeName().toString().equals("DECIMAL")
        && (basic.getPrecision() > MAX_DIGITS
            || basic.getScale() > Math.max(basic.getPrecision(), 0))) {
      throw new EngineException(
          ErrorCode.INVALID_ARGUMENT,
          "there is no DECIMAL(" + basic.getPrecision() + ", " + basic.getScale() + ")",
          Positions.of(type.getParserPosition()),
          "It has up to " + MAX_DIGITS + " digits, of which the fraction is a part.",
          null);
    }
    return super.visit(type);
  }

  private static EngineException tooComplex(String message, SqlNode at, String hint) {
    SourcePosition position = Positions.of(at.getParserPosition());
    return new EngineException(ErrorCode.TOO_COMPLEX, message, position, hint, null);
  }
}
