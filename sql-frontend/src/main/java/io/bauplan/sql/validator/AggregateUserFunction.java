package io.bauplan.sql.validator;

import io.bauplan.sql.plan.ArrowTypes;
import io.bauplan.udf.api.FunctionDefinition;
import io.bauplan.udf.api.FunctionReturn;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.sql.SqlAggFunction;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlFunctionCategory;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.type.OperandTypes;
import org.apache.calcite.sql.validate.SqlValidator;
import org.apache.calcite.sql.validate.SqlValidatorScope;
import org.apache.calcite.util.Optionality;

/// A user's aggregate function, as an operator of one statement. Its arguments have been cast to
/// the declared types when a call of it is made.
public final class AggregateUserFunction extends SqlAggFunction {
  private final FunctionDefinition definition;

  /// @param definition returns an aggregate and takes scalars only
  public AggregateUserFunction(SqlIdentifier name, FunctionDefinition definition) {
    super(
        name.toString(),
        name,
        SqlKind.OTHER_FUNCTION,
        binding ->
            TypeMapping.relType(
                binding.getTypeFactory(),
                ArrowTypes.dataType(((FunctionReturn.Aggregate) definition.returns()).type()),
                true),
        null,
        OperandTypes.VARIADIC,
        SqlFunctionCategory.USER_DEFINED_FUNCTION,
        false,
        false,
        Optionality.OPTIONAL);
    this.definition = definition;
  }

  public FunctionDefinition definition() {
    return definition;
  }

  /// It is in no operator table, so there is nothing to look up.
  @Override
  public RelDataType deriveType(SqlValidator validator, SqlValidatorScope scope, SqlCall call) {
    for (SqlNode operand : call.getOperandList()) {
      validator.deriveType(scope, operand);
    }
    return validateOperands(validator, scope, call);
  }

  @Override
  public boolean isDeterministic() {
    return definition.deterministic();
  }

  @Override
  public boolean equals(@org.jspecify.annotations.Nullable Object other) {
    return other instanceof AggregateUserFunction function
        && function.definition.equals(definition);
  }

  @Override
  public int hashCode() {
    return definition.hashCode();
  }
}
