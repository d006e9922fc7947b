package io.bauplan.sql.validator;

import java.util.List;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.sql.SqlFunctionCategory;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.SqlOperatorBinding;
import org.apache.calcite.sql.fun.SqlBasicAggFunction;
import org.apache.calcite.sql.type.OperandTypes;
import org.apache.calcite.sql.type.ReturnTypes;
import org.apache.calcite.sql.type.SqlOperandTypeChecker;
import org.apache.calcite.sql.type.SqlReturnTypeInference;
import org.apache.calcite.sql.type.SqlTypeFamily;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.sql.type.SqlTypeTransforms;
import org.apache.calcite.sql.type.SqlTypeUtil;
import org.apache.calcite.util.Optionality;

/// Aggregates that Calcite lacks or types otherwise. All are NULL over no rows, except those that
/// count.
public final class EngineAggregates {
  private static final SqlReturnTypeInference NULLABLE_DOUBLE =
      ReturnTypes.DOUBLE.andThen(SqlTypeTransforms.FORCE_NULLABLE);
  private static final SqlReturnTypeInference NULLABLE_FIRST =
      ReturnTypes.ARG0.andThen(SqlTypeTransforms.FORCE_NULLABLE);
  private static final SqlReturnTypeInference NULLABLE_AVERAGE =
      ReturnTypes.AVG_AGG_FUNCTION.andThen(SqlTypeTransforms.FORCE_NULLABLE);
  private static final SqlOperandTypeChecker NUMBER = OperandTypes.NUMERIC;
  private static final SqlOperandTypeChecker NUMBERS = OperandTypes.NUMERIC_NUMERIC;
  private static final SqlOperandTypeChecker VALUE_AND_NUMBER =
      OperandTypes.family(SqlTypeFamily.ANY, SqlTypeFamily.NUMERIC);

  /// `PERCENTILE_CONT(f) WITHIN GROUP (ORDER BY x)`: DOUBLE of a number, else x's type.
  /// [FromBinder] puts it in place of Calcite's, which keeps integers.
  public static final SqlBasicAggFunction PERCENTILE_CONT =
      SqlBasicAggFunction.create(
              "PERCENTILE_CONT",
              SqlKind.PERCENTILE_CONT,
              EngineAggregates::percentileType,
              OperandTypes.UNIT_INTERVAL_NUMERIC_LITERAL)
          .withFunctionType(SqlFunctionCategory.SYSTEM)
          .withGroupOrder(Optionality.MANDATORY)
          .withPercentile(true);

  /// `quantile_cont(x, f)`, also `percentile_cont(x, f)`.
  public static final SqlBasicAggFunction QUANTILE_CONT =
      of("QUANTILE_CONT", NULLABLE_DOUBLE, NUMBERS);

  /// `quantile_disc(x, f)`, also `percentile_disc(x, f)`.
  public static final SqlBasicAggFunction QUANTILE_DISC =
      of("QUANTILE_DISC", NULLABLE_FIRST, VALUE_AND_NUMBER);

  /// Calcite's takes the text of rows that are never NULL for never NULL, of no rows too.
  public static final SqlBasicAggFunction STRING_AGG =
      SqlBasicAggFunction.create(
              "STRING_AGG",
              SqlKind.LISTAGG,
              NULLABLE_FIRST,
              OperandTypes.STRING.or(OperandTypes.STRING_STRING))
          .withFunctionType(SqlFunctionCategory.SYSTEM)
          .withGroupOrder(Optionality.OPTIONAL);

  private EngineAggregates() {}

  static List<SqlOperator> all() {
    return List.of(
        of("MEDIAN", NULLABLE_DOUBLE, NUMBER),
        QUANTILE_CONT,
        QUANTILE_DISC,
        of("QUANTILE", NULLABLE_FIRST, VALUE_AND_NUMBER),
        of("APPROX_QUANTILE", NULLABLE_DOUBLE, NUMBERS),
        of("APPROX_PERCENTILE", NULLABLE_DOUBLE, NUMBERS),
        of("CORR", NULLABLE_DOUBLE, NUMBERS),
        of("REGR_SLOPE", NULLABLE_DOUBLE, NUMBERS),
        of("REGR_INTERCEPT", NULLABLE_DOUBLE, NUMBERS),
        of("REGR_R2", NULLABLE_DOUBLE, NUMBERS),
        of("REGR_AVGX", NULLABLE_DOUBLE, NUMBERS),
        of("REGR_AVGY", NULLABLE_DOUBLE, NUMBERS),
        of("REGR_SXX", NULLABLE_DOUBLE, NUMBERS),
        of("REGR_SYY", NULLABLE_DOUBLE, NUMBERS),
        of("REGR_SXY", NULLABLE_DOUBLE, NUMBERS),
        of("COVAR_POP", NULLABLE_DOUBLE, NUMBERS),
        of("COVAR_SAMP", NULLABLE_DOUBLE, NUMBERS),
        deviation("STDDEV", SqlKind.STDDEV_SAMP),
        deviation("STDDEV_SAMP", SqlKind.STDDEV_SAMP),
        deviation("VARIANCE", SqlKind.VAR_SAMP),
        deviation("VAR_SAMP", SqlKind.VAR_SAMP),
        of("SKEWNESS", NULLABLE_DOUBLE, NUMBER),
        of("KURTOSIS", NULLABLE_DOUBLE, NUMBER),
        of("PRODUCT", NULLABLE_DOUBLE, NUMBER),
        of("ARG_MIN", NULLABLE_FIRST, OperandTypes.ANY_ANY),
        of("ARG_MAX", NULLABLE_FIRST, OperandTypes.ANY_ANY),
        of("HISTOGRAM", EngineAggregates::histogramType, OperandTypes.ANY),
        of("MAP_AGG", EngineAggregates::mapType, OperandTypes.ANY_ANY),
        of("MULTIMAP_AGG", EngineAggregates::multimapType, OperandTypes.ANY_ANY),
        of("COUNT_IF", ReturnTypes.BIGINT, OperandTypes.BOOLEAN),
        of("ARBITRARY", NULLABLE_FIRST, OperandTypes.ANY),
        STRING_AGG,
        SqlBasicAggFunction.create(
                "ARRAY_AGG", SqlKind.ARRAY_AGG, EngineAggregates::listType, OperandTypes.ANY)
            .withFunctionType(SqlFunctionCategory.SYSTEM)
            .withGroupOrder(Optionality.OPTIONAL)
            .withAllowsNullTreatment(true),
        of("LIST", EngineAggregates::listType, OperandTypes.ANY),
        of("COLLECT_LIST", EngineAggregates::listType, OperandTypes.ANY));
  }

  private static SqlBasicAggFunction of(
      String name, SqlReturnTypeInference type, SqlOperandTypeChecker operands) {
    return SqlBasicAggFunction.create(name, SqlKind.OTHER_FUNCTION, type, operands)
        .withFunctionType(SqlFunctionCategory.USER_DEFINED_FUNCTION)
        .withGroupOrder(Optionality.OPTIONAL);
  }

  /// Of one row there is no deviation, though the row has a number: Calcite's are never NULL then.
  private static SqlOperator deviation(String name, SqlKind kind) {
    return SqlBasicAggFunction.create(name, kind, NULLABLE_AVERAGE, NUMBER)
        .withFunctionType(SqlFunctionCategory.NUMERIC);
  }

  private static RelDataType listType(SqlOperatorBinding binding) {
    RelDataTypeFactory types = binding.getTypeFactory();
    return types.createTypeWithNullability(
        types.createArrayType(binding.getOperandType(0), -1), true);
  }

  private static RelDataType histogramType(SqlOperatorBinding binding) {
    return map(binding, binding.getTypeFactory().createSqlType(SqlTypeName.BIGINT));
  }

  private static RelDataType mapType(SqlOperatorBinding binding) {
    return map(binding, binding.getOperandType(1));
  }

  private static RelDataType multimapType(SqlOperatorBinding binding) {
    return map(binding, binding.getTypeFactory().createArrayType(binding.getOperandType(1), -1));
  }

  private static RelDataType map(SqlOperatorBinding binding, RelDataType value) {
    RelDataTypeFactory types = binding.getTypeFactory();
    return types.createTypeWithNullability(
        types.createMapType(
            types.createTypeWithNullability(binding.getOperandType(0), false),
            types.createTypeWithNullability(value, true)),
        true);
  }

  private static RelDataType percentileType(SqlOperatorBinding binding) {
    RelDataTypeFactory types = binding.getTypeFactory();
    RelDataType ordered = binding.getCollationType();
    return types.createTypeWithNullability(
        SqlTypeUtil.isNumeric(ordered) ? types.createSqlType(SqlTypeName.DOUBLE) : ordered, true);
  }
}
