package io.bauplan.sql.validator;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.sql.SqlBasicFunction;
import org.apache.calcite.sql.SqlCallBinding;
import org.apache.calcite.sql.SqlFunction;
import org.apache.calcite.sql.SqlFunctionCategory;
import org.apache.calcite.sql.SqlOperandCountRange;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.SqlUtil;
import org.apache.calcite.sql.type.OperandTypes;
import org.apache.calcite.sql.type.SqlOperandCountRanges;
import org.apache.calcite.sql.type.SqlOperandTypeChecker;
import org.apache.calcite.sql.type.SqlReturnTypeInference;
import org.apache.calcite.sql.type.SqlTypeFamily;
import org.apache.calcite.sql.type.SqlTypeName;

/// Functions by short signatures, a letter for each argument: `t` text, `x` BINARY, `i` integer,
/// `n` number, `d` date or time, `v` interval, `b` BOOLEAN, `a` list, `m` map, `.` anything. What
/// comes after `?` may be missing; `*` at the end stands for any more of anything.
final class ScalarSignatures {
  private ScalarSignatures() {}

  static SqlFunction of(String name, String operands, SqlReturnTypeInference type) {
    return SqlBasicFunction.create(name, type, checker(operands), SqlFunctionCategory.SYSTEM);
  }

  /// @param further what must hold of the arguments besides
  static SqlFunction of(
      String name,
      String operands,
      SqlReturnTypeInference type,
      Predicate<SqlCallBinding> further) {
    return SqlBasicFunction.create(
        name, type, new Further(checker(operands), further), SqlFunctionCategory.SYSTEM);
  }

  private record Further(SqlOperandTypeChecker checker, Predicate<SqlCallBinding> further)
      implements SqlOperandTypeChecker {
    @Override
    public boolean checkOperandTypes(SqlCallBinding binding, boolean throwOnFailure) {
      if (further.test(binding)) {
        return checker.checkOperandTypes(binding, throwOnFailure);
      }
      if (throwOnFailure) {
        throw binding.newValidationSignatureError();
      }
      return false;
    }

    @Override
    public SqlOperandCountRange getOperandCountRange() {
      return checker.getOperandCountRange();
    }

    @Override
    public String getAllowedSignatures(SqlOperator operator, String name) {
      return name + "(list, x -> ...)";
    }
  }

  private static SqlOperandTypeChecker checker(String operands) {
    if (operands.endsWith("*")) {
      return new AtLeast(operands.length() - 1);
    }
    int required = operands.indexOf('?') < 0 ? operands.length() : operands.indexOf('?');
    String letters = operands.replace("?", "");
    if (letters.isEmpty()) {
      return OperandTypes.NILADIC;
    }
    List<SqlTypeFamily> families = new ArrayList<>();
    for (char letter : letters.toCharArray()) {
      families.add(family(letter));
    }
    return required == letters.length()
        ? OperandTypes.family(families)
        : new WithOptions(families, required);
  }

  /// As many of the arguments as were written. Calcite's own checker looks at none of them where
  /// one is missing.
  private record WithOptions(List<SqlTypeFamily> families, int required)
      implements SqlOperandTypeChecker {
    @Override
    public boolean checkOperandTypes(SqlCallBinding binding, boolean throwOnFailure) {
      return OperandTypes.family(families.subList(0, binding.getOperandCount()))
          .checkOperandTypes(binding, throwOnFailure);
    }

    @Override
    public SqlOperandCountRange getOperandCountRange() {
      return SqlOperandCountRanges.between(required, families.size());
    }

    @Override
    public String getAllowedSignatures(SqlOperator operator, String name) {
      return IntStream.rangeClosed(required, families.size())
          .mapToObj(
              count -> SqlUtil.getAliasedSignature(operator, name, families.subList(0, count)))
          .collect(Collectors.joining("\n"));
    }
  }

  private static SqlTypeFamily family(char letter) {
    return switch (letter) {
      case 't' -> SqlTypeFamily.CHARACTER;
      case 'x' -> SqlTypeFamily.BINARY;
      case 'i' -> SqlTypeFamily.INTEGER;
      case 'n' -> SqlTypeFamily.NUMERIC;
      case 'd' -> SqlTypeFamily.DATETIME;
      case 'v' -> SqlTypeFamily.DATETIME_INTERVAL;
      case 'b' -> SqlTypeFamily.BOOLEAN;
      case 'a' -> SqlTypeFamily.ARRAY;
      case 'm' -> SqlTypeFamily.MAP;
      case '.' -> SqlTypeFamily.ANY;
      default -> throw new IllegalArgumentException("no operand letter: " + letter);
    };
  }

  /// A given type, NULL where an argument is.
  static SqlReturnTypeInference nullable(SqlTypeName name) {
    return binding -> {
      RelDataTypeFactory types = binding.getTypeFactory();
      return types.createTypeWithNullability(types.createSqlType(name), true);
    };
  }

  static SqlReturnTypeInference decimal(int precision, int scale) {
    return binding -> {
      RelDataTypeFactory types = binding.getTypeFactory();
      return types.createTypeWithNullability(
          types.createSqlType(SqlTypeName.DECIMAL, precision, scale), true);
    };
  }

  static RelDataType list(RelDataTypeFactory types, RelDataType element) {
    return types.createTypeWithNullability(
        types.createArrayType(types.createTypeWithNullability(element, true), -1), true);
  }

  static SqlReturnTypeInference listOf(SqlTypeName element) {
    return binding ->
        list(binding.getTypeFactory(), binding.getTypeFactory().createSqlType(element));
  }

  /// The type of an argument, which the result may have as NULL.
  static SqlReturnTypeInference argument(int index) {
    return binding ->
        binding.getTypeFactory().createTypeWithNullability(binding.getOperandType(index), true);
  }

  /// Any number of arguments from some on.
  private record AtLeast(int least) implements SqlOperandTypeChecker {
    @Override
    public boolean checkOperandTypes(SqlCallBinding binding, boolean throwOnFailure) {
      return true;
    }

    @Override
    public SqlOperandCountRange getOperandCountRange() {
      return SqlOperandCountRanges.from(least);
    }

    @Override
    public String getAllowedSignatures(SqlOperator operator, String name) {
      return name + "(...)";
    }
  }
}
