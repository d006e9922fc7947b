package io.bauplan.sql.parser;

import java.util.List;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlOperandCountRange;
import org.apache.calcite.sql.SqlOperatorBinding;
import org.apache.calcite.sql.SqlSpecialOperator;
import org.apache.calcite.sql.SqlWriter;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.type.OperandTypes;
import org.apache.calcite.sql.type.SqlOperandCountRanges;
import org.apache.calcite.sql.validate.SqlValidator;
import org.apache.calcite.sql.validate.SqlValidatorScope;

/// `{'a': 1, 'b': 2}`: a row whose fields have names. It carries the names; operands are the
/// values. A worker makes it as any `ROW`.
public final class StructOperator extends SqlSpecialOperator {
  private final List<String> names;

  StructOperator(List<String> names) {
    super("STRUCT", SqlKind.OTHER_FUNCTION, 100, false, null, null, OperandTypes.VARIADIC);
    this.names = List.copyOf(names);
  }

  @Override
  public RelDataType inferReturnType(SqlOperatorBinding binding) {
    RelDataTypeFactory.Builder row = binding.getTypeFactory().builder();
    for (int i = 0; i < names.size(); i++) {
      row.add(names.get(i), binding.getOperandType(i));
    }
    return row.build();
  }

  /// No look-up by name: this operator is one of many.
  @Override
  public RelDataType deriveType(SqlValidator validator, SqlValidatorScope scope, SqlCall call) {
    call.getOperandList().forEach(operand -> validator.deriveType(scope, operand));
    return validateOperands(validator, scope, call);
  }

  @Override
  public SqlOperandCountRange getOperandCountRange() {
    return SqlOperandCountRanges.of(names.size());
  }

  @Override
  public void unparse(SqlWriter writer, SqlCall call, int leftPrec, int rightPrec) {
    SqlWriter.Frame frame = writer.startList("{", "}");
    for (int i = 0; i < names.size(); i++) {
      writer.sep(",");
      SqlLiteral.createCharString(names.get(i), SqlParserPos.ZERO).unparse(writer, 0, 0);
      writer.print(":");
      call.operand(i).unparse(writer, 0, 0);
    }
    writer.endList(frame);
  }

  @Override
  public boolean equals(@org.checkerframework.checker.nullness.qual.Nullable Object other) {
    return other instanceof StructOperator struct && struct.names.equals(names);
  }

  @Override
  public int hashCode() {
    return names.hashCode();
  }
}
