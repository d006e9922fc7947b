package io.bauplan.sql.validator;

import io.bauplan.sql.parser.QueryShorthands;
import java.util.List;
import org.apache.calcite.avatica.util.TimeUnit;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.sql.SqlBasicFunction;
import org.apache.calcite.sql.SqlBinaryOperator;
import org.apache.calcite.sql.SqlCallBinding;
import org.apache.calcite.sql.SqlFunction;
import org.apache.calcite.sql.SqlFunctionCategory;
import org.apache.calcite.sql.SqlIntervalQualifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlOperandCountRange;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.SqlOperatorBinding;
import org.apache.calcite.sql.SqlPrefixOperator;
import org.apache.calcite.sql.fun.SqlLibraryOperators;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.type.InferTypes;
import org.apache.calcite.sql.type.OperandHandlers;
import org.apache.calcite.sql.type.OperandTypes;
import org.apache.calcite.sql.type.ReturnTypes;
import org.apache.calcite.sql.type.SqlOperandCountRanges;
import org.apache.calcite.sql.type.SqlOperandTypeChecker;
import org.apache.calcite.sql.type.SqlReturnTypeInference;
import org.apache.calcite.sql.type.SqlTypeFamily;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.sql.type.SqlTypeUtil;

/// Functions and operators that Calcite lacks or has otherwise; they come before Calcite's.
public final class EngineFunctions {
  /// `date_trunc('month', ts)`, also BigQuery's `DATE_TRUNC(ts, MONTH)`: the beginning of the unit,
  /// of the time's type. Under a name of its own, which [FromBinder] puts in place: Calcite takes
  /// `DATE_TRUNC` for BigQuery's alone.
  public static final SqlBasicFunction DATE_TRUNC =
      SqlBasicFunction.create(
              "TRUNCATE_TIME",
              EngineFunctions::truncatedType,
              new TruncationOperands(),
              SqlFunctionCategory.TIMEDATE)
          .withOperandHandler(OperandHandlers.OPERAND_1_MIGHT_BE_TIME_FRAME);

  /// `timestamp_diff(unit, from, to)`: whole units between, toward zero. Made by the planner.
  public static final SqlFunction TIMESTAMP_DIFF =
      new SqlFunction(
          FunctionRegistry.TIMESTAMP_DIFF,
          SqlKind.OTHER_FUNCTION,
          ReturnTypes.BIGINT_NULLABLE,
          null,
          OperandTypes.family(
              SqlTypeFamily.CHARACTER, SqlTypeFamily.DATETIME, SqlTypeFamily.DATETIME),
          SqlFunctionCategory.TIMEDATE);

  /// `t1 - t2` as an interval. Made by the planner.
  public static final SqlFunction DATETIME_DIFFERENCE =
      new SqlFunction(
          FunctionRegistry.DATETIME_DIFFERENCE,
          SqlKind.OTHER_FUNCTION,
          EngineFunctions::minusType,
          null,
          OperandTypes.family(SqlTypeFamily.DATETIME, SqlTypeFamily.DATETIME),
          SqlFunctionCategory.TIMEDATE);

  /// `date_add_days(date, number)`. Made by the planner from `date + 1`.
  public static final SqlFunction DATE_ADD_DAYS =
      new SqlFunction(
          FunctionRegistry.DATE_ADD_DAYS,
          SqlKind.OTHER_FUNCTION,
          ReturnTypes.ARG0_NULLABLE,
          null,
          OperandTypes.family(SqlTypeFamily.DATE, SqlTypeFamily.INTEGER),
          SqlFunctionCategory.TIMEDATE);

  /// Minus, which also takes two points in time (an interval; for dates, days as BIGINT) and a date
  /// with a number of days.
  public static final SqlBinaryOperator MINUS =
      new SqlBinaryOperator(
          "-",
          SqlKind.MINUS,
          40,
          true,
          EngineFunctions::minusType,
          InferTypes.FIRST_KNOWN,
          OperandTypes.MINUS_OPERATOR
              .or(OperandTypes.family(SqlTypeFamily.DATETIME, SqlTypeFamily.DATETIME))
              .or(OperandTypes.family(SqlTypeFamily.DATE, SqlTypeFamily.INTEGER)));

  /// Plus, which also takes a date and a number of days.
  public static final SqlBinaryOperator PLUS =
      new SqlBinaryOperator(
          "+",
          SqlKind.PLUS,
          40,
          true,
          EngineFunctions::plusType,
          InferTypes.FIRST_KNOWN,
          OperandTypes.PLUS_OPERATOR.or(
              OperandTypes.family(SqlTypeFamily.DATE, SqlTypeFamily.INTEGER)));

  /// The sign that changes nothing, of a value of any type as in MySQL, SQLite and SQL Server.
  public static final SqlPrefixOperator UNARY_PLUS =
      new SqlPrefixOperator(
          "+", SqlKind.PLUS_PREFIX, 80, ReturnTypes.ARG0, InferTypes.RETURN_TYPE, OperandTypes.ANY);

  /// `now()`, as PostgreSQL has it.
  public static final SqlFunction NOW =
      SqlBasicFunction.create(
          "NOW",
          ReturnTypes.explicit(SqlTypeName.TIMESTAMP_WITH_LOCAL_TIME_ZONE),
          OperandTypes.NILADIC,
          SqlFunctionCategory.TIMEDATE);

  private EngineFunctions() {}

  static List<SqlOperator> all() {
    return List.of(
        DATE_TRUNC,
        NOW,
        MINUS,
        PLUS,
        UNARY_PLUS,
        SqlLibraryOperators.TRY_CAST,
        QueryShorthands.AT_TIME_ZONE,
        GEN_RANDOM_UUID,
        ofTime("STRFTIME", ReturnTypes.VARCHAR_NULLABLE, TIME_AND_TEXT),
        ofTime(
            "TO_CHAR",
            ReturnTypes.VARCHAR_NULLABLE,
            OperandTypes.family(SqlTypeFamily.ANY, SqlTypeFamily.CHARACTER)),
        ofTime("DATE_FORMAT", ReturnTypes.VARCHAR_NULLABLE, TIME_AND_TEXT),
        ofTime("DAYNAME", ReturnTypes.VARCHAR_NULLABLE, OperandTypes.DATETIME),
        ofTime("MONTHNAME", ReturnTypes.VARCHAR_NULLABLE, OperandTypes.DATETIME),
        ofTime("EPOCH_MS", ReturnTypes.BIGINT_NULLABLE, OperandTypes.DATETIME),
        ofTime(
            "MAKE_DATE",
            ReturnTypes.DATE_NULLABLE,
            OperandTypes.family(
                SqlTypeFamily.INTEGER, SqlTypeFamily.INTEGER, SqlTypeFamily.INTEGER)));
  }

  private static final SqlOperandTypeChecker TIME_AND_TEXT =
      OperandTypes.family(SqlTypeFamily.DATETIME, SqlTypeFamily.CHARACTER);

  /// A random UUID as text; every row gets its own.
  private static final SqlFunction GEN_RANDOM_UUID =
      new SqlFunction(
          "GEN_RANDOM_UUID",
          SqlKind.OTHER_FUNCTION,
          ReturnTypes.VARCHAR,
          null,
          OperandTypes.NILADIC,
          SqlFunctionCategory.SYSTEM) {
        @Override
        public boolean isDeterministic() {
          return false;
        }
      };

  private static SqlFunction ofTime(
      String name, SqlReturnTypeInference type, SqlOperandTypeChecker operands) {
    return SqlBasicFunction.create(name, type, operands, SqlFunctionCategory.TIMEDATE);
  }

  /// A checker of its own: Calcite's family checkers stand for fixed parameters, by which look-up
  /// would discard one of the two forms.
  private static final class TruncationOperands implements SqlOperandTypeChecker {
    @Override
    public boolean checkOperandTypes(SqlCallBinding binding, boolean throwOnFailure) {
      boolean unitLast = binding.operand(1) instanceof SqlIntervalQualifier;
      boolean fits =
          unitLast
              ? SqlTypeUtil.isDatetime(binding.getOperandType(0))
              : SqlTypeUtil.inCharFamily(binding.getOperandType(0))
                  && SqlTypeUtil.isDatetime(binding.getOperandType(1));
      if (!fits && throwOnFailure) {
        throw binding.newValidationSignatureError();
      }
      return fits;
    }

    @Override
    public SqlOperandCountRange getOperandCountRange() {
      return SqlOperandCountRanges.of(2);
    }

    @Override
    public String getAllowedSignatures(SqlOperator operator, String name) {
      return name + "(unit, time)";
    }
  }

  private static RelDataType truncatedType(SqlOperatorBinding binding) {
    RelDataType first = binding.getOperandType(0);
    if (!SqlTypeUtil.inCharFamily(first)) {
      return first;
    }
    RelDataType time = binding.getOperandType(1);
    return binding
        .getTypeFactory()
        .createTypeWithNullability(time, time.isNullable() || first.isNullable());
  }

  private static RelDataType minusType(SqlOperatorBinding binding) {
    RelDataType left = binding.getOperandType(0);
    RelDataType right = binding.getOperandType(1);
    RelDataTypeFactory factory = binding.getTypeFactory();
    boolean nullable = left.isNullable() || right.isNullable();
    if (SqlTypeUtil.isDatetime(left) && SqlTypeUtil.isDatetime(right)) {
      boolean days =
          left.getSqlTypeName() == SqlTypeName.DATE && right.getSqlTypeName() == SqlTypeName.DATE;
      RelDataType type =
          days
              ? factory.createSqlType(SqlTypeName.BIGINT)
              : factory.createSqlIntervalType(
                  new SqlIntervalQualifier(TimeUnit.DAY, TimeUnit.SECOND, SqlParserPos.ZERO));
      return factory.createTypeWithNullability(type, nullable);
    }
    if (isDateAndNumber(left, right)) {
      return factory.createTypeWithNullability(left, nullable);
    }
    return ReturnTypes.NULLABLE_SUM.inferReturnType(binding);
  }

  private static RelDataType plusType(SqlOperatorBinding binding) {
    RelDataType left = binding.getOperandType(0);
    RelDataType right = binding.getOperandType(1);
    return isDateAndNumber(left, right)
        ? binding
            .getTypeFactory()
            .createTypeWithNullability(left, left.isNullable() || right.isNullable())
        : ReturnTypes.NULLABLE_SUM.inferReturnType(binding);
  }

  public static boolean isDateAndNumber(RelDataType left, RelDataType right) {
    return left.getSqlTypeName() == SqlTypeName.DATE && SqlTypeUtil.isIntType(right);
  }
}
