package io.bauplan.sql.session;

import io.bauplan.sql.logical.QueryLimits;
import io.bauplan.sql.logical.StatementContext;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.validator.EngineValidator;
import io.bauplan.sql.validator.TypeMapping;
import io.bauplan.sql.validator.ValidationErrors;
import java.util.Set;
import org.apache.calcite.sql.SqlDataTypeSpec;

/// Types as written in statements.
final class TypeSpecs {
  private final EngineValidator validator;

  TypeSpecs(StatementContext context) {
    validator = EngineValidator.withoutTables(context.types());
  }

  DataType type(SqlDataTypeSpec spec) {
    QueryLimits.check(spec);
    try {
      return TypeMapping.dataType(spec.deriveType(validator));
    } catch (RuntimeException e) {
      throw ValidationErrors.of(e, Set::of);
    }
  }
}
