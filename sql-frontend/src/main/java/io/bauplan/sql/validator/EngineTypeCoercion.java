package io.bauplan.sql.validator;

import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.sql.type.SqlTypeFamily;
import org.apache.calcite.sql.type.SqlTypeUtil;
import org.apache.calcite.sql.validate.SqlValidator;
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

  @Override
  public @Nullable RelDataType commonTypeForBinaryComparison(
      @Nullable RelDataType first, @Nullable RelDataType second) {
    if (first != null
        && second != null
        && SqlTypeUtil.isNumeric(first)
        && SqlTypeUtil.isNumeric(second)) {
      return null;
    }
    return super.commonTypeForBinaryComparison(first, second);
  }
}
