package io.bauplan.sql.validator;

import static io.bauplan.sql.validator.ScalarSignatures.argument;
import static io.bauplan.sql.validator.ScalarSignatures.list;
import static io.bauplan.sql.validator.ScalarSignatures.nullable;
import static io.bauplan.sql.validator.ScalarSignatures.of;

import java.util.List;
import java.util.Objects;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.sql.SqlCharStringLiteral;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.SqlOperatorBinding;
import org.apache.calcite.sql.type.SqlReturnTypeInference;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.sql.type.SqlTypeUtil;

/// What functions with a lambda are written out to; see `io.bauplan.sql.parser.Lambdas`.
///
/// | call | result |
/// |---|---|
/// | `LIST_TRANSFORM(list, body, 'x' [, 'i'])` | the body's value for each element |
/// | `LIST_FILTER(list, body, 'x' [, 'i'])` | the elements for which the body is TRUE |
/// | `LIST_REDUCE(list, init, body, 's', 'x')` | the last state, each made of the one before |
/// | `LAMBDA_ELEMENT(list, 'x')`, `LAMBDA_INDEX('i')`, `LAMBDA_STATE(list, init, 's')` | the
/// parameters, in bodies only; the list and the first state give their types |
final class EngineLambdas {
  private EngineLambdas() {}

  static List<SqlOperator> all() {
    return List.of(
        of("LAMBDA_ELEMENT", "at", EngineLambdas::elementType),
        of("LAMBDA_INDEX", "t", nullable(SqlTypeName.BIGINT)),
        of("LAMBDA_STATE", "a.t", EngineLambdas::stateType),
        lambda(
            "LIST_TRANSFORM",
            "a.t?t",
            2,
            binding -> list(binding.getTypeFactory(), binding.getOperandType(1))),
        lambda("LIST_FILTER", "abt?t", 2, argument(0)),
        lambda("LIST_REDUCE", "a..tt", 3, EngineLambdas::stateType),
        of("LIST_ANY", "a", nullable(SqlTypeName.BOOLEAN)),
        of("LIST_ALL", "a", nullable(SqlTypeName.BOOLEAN)));
  }

  /// A function whose arguments from some on are names of its parameters: constants, which only a
  /// lambda makes.
  private static SqlOperator lambda(
      String name, String operands, int firstName, SqlReturnTypeInference type) {
    return ScalarSignatures.of(
        name,
        operands,
        type,
        binding -> {
          for (int i = firstName; i < binding.getOperandCount(); i++) {
            if (!(binding.operand(i) instanceof SqlCharStringLiteral)) {
              return false;
            }
          }
          return true;
        });
  }

  private static RelDataType elementType(SqlOperatorBinding binding) {
    return binding.getTypeFactory().createTypeWithNullability(element(binding), true);
  }

  private static RelDataType element(SqlOperatorBinding binding) {
    RelDataType type = binding.getOperandType(0);
    return Objects.requireNonNullElse(type.getComponentType(), type);
  }

  /// The first state's type, wide enough for sums of the elements.
  private static RelDataType stateType(SqlOperatorBinding binding) {
    RelDataTypeFactory types = binding.getTypeFactory();
    RelDataType init = binding.getOperandType(1);
    RelDataType element = element(binding);
    RelDataType state = init;
    if (SqlTypeUtil.isNumeric(init) && SqlTypeUtil.isNumeric(element)) {
      RelDataType common =
          Objects.requireNonNullElse(types.leastRestrictive(List.of(init, element)), init);
      state =
          SqlTypeUtil.isIntType(common)
              ? types.createSqlType(SqlTypeName.BIGINT)
              : SqlTypeUtil.isDecimal(common)
                  ? types.createSqlType(SqlTypeName.DECIMAL, 38, common.getScale())
                  : common;
    }
    return types.createTypeWithNullability(state, true);
  }
}
