package io.bauplan.sql.validator;

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
import org.apache.calcite.sql.type.OperandTypes;
import org.apache.calcite.sql.type.SqlOperandCountRanges;
import org.apache.calcite.sql.type.SqlOperandTypeChecker;
import org.apache.calcite.sql.type.SqlReturnTypeInference;
import org.apache.calcite.sql.type.SqlTypeFamily;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.sql.type.SqlTypeUtil;

/// Functions by short signatures, a letter for each argument: `t` text, `x` BINARY, `i` integer,
/// `n` number, `d` date or time, `v` interval, `b` BOOLEAN, `a` list, `m` map, `l` list or text,
/// `c` list or map, `.` anything. What comes after `?` may be missing; `*` at the end stands for
/// any more of what is before it.
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
    boolean repeats = operands.endsWith("*");
    String letters = operands.replaceAll("[?*]", "");
    if (letters.isEmpty() && !repeats) {
      return OperandTypes.NILADIC;
    }
    boolean plain = operands.equals(letters) && !letters.matches(".*[lc].*");
    int required = operands.indexOf('?') < 0 ? letters.length() : operands.indexOf('?');
    return plain ? OperandTypes.family(families(letters)) : new Letters(letters, required, repeats);
  }

  private static List<SqlTypeFamily> families(String letters) {
    return letters.chars().mapToObj(letter -> family((char) letter)).toList();
  }

  /// As many of the arguments as were written. Calcite's own checker looks at none of them where
  /// one is missing, and knows one family for each.
  private record Letters(String letters, int required, boolean repeats)
      implements SqlOperandTypeChecker {
    @Override
    public boolean checkOperandTypes(SqlCallBinding binding, boolean throwOnFailure) {
      String written = first(binding.getOperandCount());
      for (int i = 0; i < written.length(); i++) {
        if (!fits(written.charAt(i), binding.getOperandType(i))) {
          if (throwOnFailure) {
            throw binding.newValidationSignatureError();
          }
          return false;
        }
      }
      return OperandTypes.family(families(written)).checkOperandTypes(binding, throwOnFailure);
    }

    private String first(int count) {
      String last = letters.isEmpty() ? "." : letters.substring(letters.length() - 1);
      return (letters + last.repeat(Math.max(0, count - letters.length()))).substring(0, count);
    }

    /// What a family cannot tell.
    private static boolean fits(char letter, RelDataType type) {
      boolean list = type.getSqlTypeName() == SqlTypeName.ARRAY;
      boolean unknown =
          switch (type.getSqlTypeName()) {
            case NULL, ANY, UNKNOWN -> true;
            default -> false;
          };
      return switch (letter) {
        case 'l' -> unknown || list || SqlTypeUtil.inCharFamily(type);
        case 'c' -> unknown || list || type.getSqlTypeName() == SqlTypeName.MAP;
        default -> true;
      };
    }

    @Override
    public SqlOperandCountRange getOperandCountRange() {
      return repeats
          ? SqlOperandCountRanges.from(required)
          : SqlOperandCountRanges.between(required, letters.length());
    }

    @Override
    public String getAllowedSignatures(SqlOperator operator, String name) {
      return IntStream.rangeClosed(required, letters.length())
              .mapToObj(count -> name + "(" + words(letters.substring(0, count)) + ")")
              .collect(Collectors.joining("\n"))
          + (repeats ? "\n" + name + "(" + words(letters) + ", ...)" : "");
    }

    private static String words(String letters) {
      return letters
          .chars()
          .mapToObj(
              letter ->
                  switch (letter) {
                    case 'l' -> "<LIST OR TEXT>";
                    case 'c' -> "<LIST OR MAP>";
                    default -> "<" + family((char) letter) + ">";
                  })
          .collect(Collectors.joining(", "));
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
      case 'l', 'c', '.' -> SqlTypeFamily.ANY;
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
}
