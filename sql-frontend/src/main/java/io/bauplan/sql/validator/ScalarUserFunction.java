package io.bauplan.sql.validator;

import io.bauplan.sql.plan.ArrowTypes;
import io.bauplan.sql.plan.DataType;
import io.bauplan.udf.api.FunctionDefinition;
import io.bauplan.udf.api.FunctionParameter;
import io.bauplan.udf.api.FunctionReturn;
import java.util.List;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlFunction;
import org.apache.calcite.sql.SqlFunctionCategory;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.type.OperandTypes;
import org.apache.calcite.sql.validate.SqlValidator;
import org.apache.calcite.sql.validate.SqlValidatorScope;

/// A user's function of single values, as an operator of one statement. Its arguments have been
/// cast to the declared types when a call of it is made.
public final class ScalarUserFunction extends SqlFunction {
  private final FunctionDefinition definition;

  /// @param definition returns a scalar and takes scalars only
  public ScalarUserFunction(SqlIdentifier name, FunctionDefinition definition) {
    super(
        name,
        binding ->
            TypeMapping.relType(
                binding.getTypeFactory(),
                ArrowTypes.dataType(((FunctionReturn.Scalar) definition.returns()).type()),
                true),
        null,
        OperandTypes.VARIADIC,
        List.of(),
        SqlFunctionCategory.USER_DEFINED_FUNCTION);
    this.definition = definition;
  }

  public FunctionDefinition definition() {
    return definition;
  }

  /// Declared types of the parameters.
  public static List<DataType> parameters(FunctionDefinition definition) {
    return definition.parameters().stream()
        .map(p -> ArrowTypes.dataType(((FunctionParameter.Scalar) p).type()))
        .toList();
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
    return other instanceof ScalarUserFunction function && function.definition.equals(definition);
  }

  @Override
  public int hashCode() {
    return definition.hashCode();
  }
}
