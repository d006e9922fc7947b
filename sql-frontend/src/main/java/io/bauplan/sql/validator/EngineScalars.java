package io.bauplan.sql.validator;

import static io.bauplan.sql.validator.ScalarSignatures.argument;
import static io.bauplan.sql.validator.ScalarSignatures.listOf;
import static io.bauplan.sql.validator.ScalarSignatures.nullable;
import static io.bauplan.sql.validator.ScalarSignatures.of;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.calcite.sql.SqlBasicFunction;
import org.apache.calcite.sql.SqlFunction;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.SqlOperatorBinding;
import org.apache.calcite.sql.fun.SqlLibraryOperators;
import org.apache.calcite.sql.type.OperandTypes;
import org.apache.calcite.sql.type.ReturnTypes;
import org.apache.calcite.sql.type.SqlReturnTypeInference;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.sql.type.SqlTypeTransforms;

/// Functions of text, numbers, bits and times that people of other engines type. Other names for
/// them are in the parser's `FunctionNames`.
public final class EngineScalars {
  private static final SqlReturnTypeInference TEXT = nullable(SqlTypeName.VARCHAR);
  private static final SqlReturnTypeInference LONG = nullable(SqlTypeName.BIGINT);
  private static final SqlReturnTypeInference DOUBLE = nullable(SqlTypeName.DOUBLE);
  private static final SqlReturnTypeInference TRUTH = nullable(SqlTypeName.BOOLEAN);
  private static final SqlReturnTypeInference BYTES = nullable(SqlTypeName.VARBINARY);
  private static final SqlReturnTypeInference TIME = nullable(SqlTypeName.TIMESTAMP);
  private static final SqlReturnTypeInference DAY = nullable(SqlTypeName.DATE);
  private static final SqlReturnTypeInference CLOCK = nullable(SqlTypeName.TIME);
  private static final SqlReturnTypeInference TEXTS = listOf(SqlTypeName.VARCHAR);

  public static final SqlFunction BIT_AND = of("BITAND", "ii", EngineScalars::wider);
  public static final SqlFunction BIT_OR = of("BITOR", "ii", EngineScalars::wider);
  public static final SqlFunction BIT_XOR = of("BITXOR", "ii", EngineScalars::wider);
  public static final SqlFunction BIT_NOT = of("BITNOT", "i", argument(0));
  public static final SqlFunction SHIFT_LEFT = of("SHIFT_LEFT", "ii", argument(0));
  public static final SqlFunction SHIFT_RIGHT = of("SHIFT_RIGHT", "ii", argument(0));

  /// Seconds since 1970 as a timestamp.
  public static final SqlFunction EPOCH_TO_TIMESTAMP = of("EPOCH_TO_TIMESTAMP", "n", TIME);

  /// `to_timestamp(x)`: of a number seconds since 1970, of anything else a cast.
  public static final SqlFunction TO_TIMESTAMP_VALUE = of("TO_TIMESTAMP_VALUE", ".", TIME);

  /// Its argument, whose type stays what it is: around a number that becomes text. Calcite would
  /// leave out a cast to a wider type below, and the text of 1 is another than that of 1.0.
  public static final SqlFunction TYPED =
      SqlBasicFunction.create("TYPED", ReturnTypes.ARG0, OperandTypes.ANY);

  private EngineScalars() {}

  /// Calcite types it as never NULL.
  private static SqlOperator pad(SqlFunction pad) {
    SqlReturnTypeInference type = Objects.requireNonNull(pad.getReturnTypeInference(), "type");
    return ((SqlBasicFunction) pad)
        .withReturnTypeInference(type.andThen(SqlTypeTransforms.TO_NULLABLE));
  }

  static List<SqlOperator> all() {
    List<SqlOperator> all = new ArrayList<>();
    all.addAll(text());
    all.addAll(codes());
    all.addAll(numbers());
    all.add(pad(SqlLibraryOperators.LPAD));
    all.add(pad(SqlLibraryOperators.RPAD));
    all.addAll(times());
    return all;
  }

  private static List<SqlOperator> text() {
    return List.of(
        of("LEVENSHTEIN", "tt", LONG),
        of("HAMMING", "tt", LONG),
        of("JACCARD", "tt", DOUBLE),
        of("STRTOK", "t?ti", TEXT),
        of("QUOTE", "t", TEXT),
        of("NORMALIZE", "t", TEXT),
        of("TO_BOOLEAN", "t", TRUTH),
        of("TRY_TO_BOOLEAN", "t", TRUTH),
        of("REGEXP_COUNT", "tt", LONG),
        of("REGEXP_POSITION", "tt", LONG),
        of("REGEXP_PART", "tt?iiti", TEXT),
        of("REGEXP_EXTRACT", "tt?i", TEXT),
        of("REGEXP_REPLACE", "tt?tt", TEXT),
        of("REGEXP_EXTRACT_ALL", "tt?i", TEXTS),
        of("REGEXP_SPLIT", "tt", TEXTS),
        of("SPLIT_TEXT", "tt?i", TEXTS),
        of("TRY", ".", argument(0)),
        of("URL_EXTRACT_HOST", "t", TEXT),
        of("URL_EXTRACT_PORT", "t", nullable(SqlTypeName.BIGINT)),
        of("URL_EXTRACT_PATH", "t", TEXT),
        of("URL_EXTRACT_PROTOCOL", "t", TEXT),
        of("URL_EXTRACT_QUERY", "t", TEXT),
        of("URL_EXTRACT_FRAGMENT", "t", TEXT),
        of("URL_EXTRACT_PARAMETER", "tt", TEXT),
        of("FORMAT_TEXT", ".*", TEXT),
        of("TYPEOF", ".", nullable(SqlTypeName.VARCHAR)),
        of("HASH", ".*", LONG));
  }

  private static List<SqlOperator> codes() {
    return List.of(
        of("MD5", ".", EngineScalars::digest),
        of("SHA1", ".", EngineScalars::digest),
        of("SHA256", ".", EngineScalars::digest),
        of("SHA512", ".", EngineScalars::digest),
        of("SHA2", "t?i", TEXT),
        of("CRC32", ".", LONG),
        of("TO_HEX", ".", TEXT),
        of("FROM_HEX", "t", BYTES),
        of("TO_BASE64", ".", TEXT),
        of("FROM_BASE64", "t", BYTES),
        of("TO_UTF8", "t", BYTES),
        of("FROM_UTF8", "x", TEXT));
  }

  private static List<SqlOperator> numbers() {
    return List.of(
        BIT_AND,
        BIT_OR,
        BIT_XOR,
        BIT_NOT,
        SHIFT_LEFT,
        SHIFT_RIGHT,
        of("BIT_COUNT", "i", LONG),
        of("TO_NUMBER_FORMAT", "tt", DOUBLE),
        of("TO_BASE", "ii", TEXT),
        of("FROM_BASE", "ti", LONG),
        of("WIDTH_BUCKET", "nnni", LONG),
        of("FORMAT_NUMBER", "n", TEXT),
        of("INFINITY", "", nullable(SqlTypeName.DOUBLE)),
        of("NAN", "", nullable(SqlTypeName.DOUBLE)),
        of("IS_FINITE", "n", TRUTH));
  }

  private static List<SqlOperator> times() {
    return List.of(
        of("STRPTIME", "tt", TIME),
        of("TRY_STRPTIME", "tt", TIME),
        of("TO_TIMESTAMP_FORMAT", "tt", TIME),
        of("TRY_TO_TIMESTAMP_FORMAT", "tt", TIME),
        of("DATE_PARSE", "tt", TIME),
        of("PARSE_DATETIME", "tt", TIME),
        of("FORMAT_DATETIME", "dt", TEXT),
        TO_TIMESTAMP_VALUE,
        EPOCH_TO_TIMESTAMP,
        of("EPOCH_MS", "n", TIME),
        of("EPOCH_MS_TO_TIMESTAMP", "n", TIME),
        of("EPOCH_US_TO_TIMESTAMP", "n", TIME),
        of("TO_UNIXTIME", "d", DOUBLE),
        of("EPOCH_US", "d", LONG),
        of("EPOCH_NS", "d", LONG),
        of("MAKE_TIMESTAMP", "iiiiin", TIME),
        of("MAKE_TIME", "iin", CLOCK),
        of("NEXT_DAY", "dt", DAY),
        of("PREVIOUS_DAY", "dt", DAY),
        of("MONTHS_BETWEEN", "dd", DOUBLE),
        of("TIME_BUCKET", "vd?d", argument(1)),
        of("TO_ISO8601", "d", TEXT));
  }

  /// Of BINARY BINARY, of text hexadecimal text.
  private static org.apache.calcite.rel.type.RelDataType digest(SqlOperatorBinding binding) {
    boolean binary = org.apache.calcite.sql.type.SqlTypeUtil.isBinary(binding.getOperandType(0));
    return (binary ? BYTES : TEXT).inferReturnType(binding);
  }

  private static org.apache.calcite.rel.type.RelDataType wider(SqlOperatorBinding binding) {
    var types = binding.getTypeFactory();
    return types.createTypeWithNullability(
        java.util.Objects.requireNonNull(types.leastRestrictive(binding.collectOperandTypes())),
        true);
  }
}
