package io.bauplan.sql.validator;

import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.type.SqlTypeFamily;
import org.apache.calcite.sql.type.SqlTypeMappingRule;
import org.apache.calcite.sql.type.SqlTypeUtil;
import org.apache.calcite.sql.validate.SqlValidator;
import org.apache.calcite.sql.validate.SqlValidatorScope;
import org.apache.calcite.sql.validate.implicit.TypeCoercionImpl;
import org.jspecify.annotations.Nullable;

/// Which conversions happen unasked. A string is compared with a number, date or time after being
/// cast to it; it is never an argument of a numeric function. Numbers compare as they are: the
/// translation brings them to a type that loses no fraction.
final class EngineTypeCoercion extends TypeCoercionImpl {
  EngineTypeCoercion(RelDataTypeFactory typeFactory, SqlValidator validator) {
    super(typeFactory, validator);
  }

  @Override
  public @Nullable RelDataType implicitCast(RelDataType in, SqlTypeFamily expected) {
    if (SqlTypeUtil.inCharFamily(in)
        && (expected == SqlTypeFamily.NUMERIC
            || expected == SqlTypeFamily.INTEGER
            || expected == SqlTypeFamily.EXACT_NUMERIC
            || expected == SqlTypeFamily.APPROXIMATE_NUMERIC)) {
      return null;
    }
    return super.implicitCast(in, expected);
  }

  /// A number never becomes a date.
  @Override
  public @Nullable RelDataType getTightestCommonType(
      @Nullable RelDataType first, @Nullable RelDataType second) {
    if (first != null
        && second != null
        && (SqlTypeUtil.isNumeric(first) && SqlTypeUtil.isDatetime(second)
            || SqlTypeUtil.isDatetime(first) && SqlTypeUtil.isNumeric(second))) {
      return null;
    }
    return super.getTightestCommonType(first, second);
  }

  /// Intervals of different units are one type to the engine; Calcite cannot name the types that
  /// it would cast them to.
  @Override
  protected boolean needToCast(
      SqlValidatorScope scope, SqlNode node, RelDataType type, SqlTypeMappingRule rule) {
    return !SqlTypeUtil.isInterval(type) && super.needToCast(scope, node, type, rule);
  }

  /// What a set operation's column is widened to can be NULL as before: of a list whose elements
  /// are NULL nowhere, beside one of which they may be, Calcite forgets it.
  @Override
  protected void updateInferredColumnType(
      SqlValidatorScope scope, SqlNode query, int columnIndex, RelDataType desiredType) {
    RelDataType before =
        validator.deriveType(scope, query).getFieldList().get(columnIndex).getType();
    super.updateInferredColumnType(
        scope,
        query,
        columnIndex,
        before.isNullable() ? factory.createTypeWithNullability(desiredType, true) : desiredType);
  }

  private static boolean isNested(RelDataType type) {
    return type.isStruct() || type.getComponentType() != null || type.getKeyType() != null;
  }

  @Override
  public @Nullable RelDataType commonTypeForBinaryComparison(
      @Nullable RelDataType first, @Nullable RelDataType second) {
    if (first != null
        && second != null
        && (SqlTypeUtil.inCharFamily(first) && isNested(second)
            || isNested(first) && SqlTypeUtil.inCharFamily(second))) {
      return null;
    }
    if (first != null
        && second != null
        && SqlTypeUtil.isNumeric(first)
        && SqlTypeUtil.isNumeric(second)) {
      return null;
    }
    return super.commonTypeForBinaryComparison(first, second);
  }
}
