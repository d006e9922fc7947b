package io.bauplan.sql.validator;

import static org.apache.calcite.util.Static.RESOURCE;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.calcite.config.CalciteConnectionConfig;
import org.apache.calcite.config.NullCollation;
import org.apache.calcite.jdbc.CalciteSchema;
import org.apache.calcite.prepare.CalciteCatalogReader;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlFunction;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.validate.SqlValidator;
import org.apache.calcite.sql.validate.SqlValidatorImpl;
import org.checkerframework.checker.nullness.qual.PolyNull;

/// Calcite's validator with our settings. One per query text; never shared between threads.
public final class EngineValidator extends SqlValidatorImpl {
  private static final SqlValidator.Config CONFIG =
      SqlValidator.Config.DEFAULT
          .withConformance(EngineConformance.INSTANCE)
          .withDefaultNullCollation(NullCollation.HIGH)
          .withTypeCoercionFactory(EngineTypeCoercion::new)
          .withIdentifierExpansion(true);

  private static final Set<String> NEEDS_ARGUMENTS =
      Set.of("COALESCE", "NULLIF", "NVL", "IFNULL", "DECODE", "GREATEST", "LEAST");

  public EngineValidator(CalciteCatalogReader names, RelDataTypeFactory types) {
    super(EngineOperators.table(), names, types, CONFIG);
  }

  @Override
  protected RelDataType validateSelectList(
      SqlNodeList items, SqlSelect select, RelDataType targetRowType) {
    SqlNodeList expanded = StarItems.expand(this, select, items);
    if (expanded != items) {
      select.setSelectList(expanded);
    }
    return super.validateSelectList(expanded, select, targetRowType);
  }

  /// Calcite rewrites some functions (COALESCE, NVL, ...) before it counts their arguments, and
  /// trips over too few.
  @Override
  protected @PolyNull SqlNode performUnconditionalRewrites(
      @PolyNull SqlNode node, boolean underFrom) {
    if (node instanceof SqlCall call
        && call.getOperandList().isEmpty()
        && call.getOperator() instanceof SqlFunction function
        && NEEDS_ARGUMENTS.contains(function.getName().toUpperCase(Locale.ROOT))) {
      throw newValidationError(
          call, RESOURCE.invalidArgCount(function.getName().toLowerCase(Locale.ROOT), 1));
    }
    return super.performUnconditionalRewrites(node, underFrom);
  }

  /// A validator for types and expressions outside any query.
  public static EngineValidator withoutTables(RelDataTypeFactory types) {
    return new EngineValidator(
        new CalciteCatalogReader(
            CalciteSchema.createRootSchema(false, false),
            List.of(),
            types,
            CalciteConnectionConfig.DEFAULT),
        types);
  }
}
