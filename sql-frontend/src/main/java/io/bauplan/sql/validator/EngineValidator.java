package io.bauplan.sql.validator;

import java.util.List;
import org.apache.calcite.config.CalciteConnectionConfig;
import org.apache.calcite.config.NullCollation;
import org.apache.calcite.jdbc.CalciteSchema;
import org.apache.calcite.prepare.CalciteCatalogReader;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.validate.SqlValidator;
import org.apache.calcite.sql.validate.SqlValidatorImpl;

/// Calcite's validator with our settings. One per query text; never shared between threads.
public final class EngineValidator extends SqlValidatorImpl {
  private static final SqlValidator.Config CONFIG =
      SqlValidator.Config.DEFAULT
          .withConformance(EngineConformance.INSTANCE)
          .withDefaultNullCollation(NullCollation.HIGH)
          .withTypeCoercionFactory(EngineTypeCoercion::new)
          .withIdentifierExpansion(true);

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
