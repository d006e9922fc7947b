package io.bauplan.sql.validator;

import org.apache.calcite.sql.validate.SqlConformanceEnum;
import org.apache.calcite.sql.validate.SqlDelegatingConformance;

/// What the dialect allows: Calcite's lenient conformance, with checked arithmetic. (BABEL is no
/// choice: it breaks aggregate queries.)
public final class EngineConformance extends SqlDelegatingConformance {
  public static final EngineConformance INSTANCE = new EngineConformance();

  private EngineConformance() {
    super(SqlConformanceEnum.LENIENT);
  }

  /// SEMI JOIN and ANTI JOIN.
  @Override
  public boolean isLiberal() {
    return true;
  }

  /// `SELECT a + 1 AS b, b * 2 AS c`; a column of that name comes first.
  @Override
  public SelectAliasLookup isSelectAlias() {
    return SelectAliasLookup.LEFT_TO_RIGHT;
  }

  /// Casts between BOOLEAN and numbers.
  @Override
  public boolean allowLenientCoercion() {
    return true;
  }

  @Override
  public boolean checkedArithmetic() {
    return true;
  }
}
