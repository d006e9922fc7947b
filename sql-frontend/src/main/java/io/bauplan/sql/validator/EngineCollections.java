package io.bauplan.sql.validator;

import static io.bauplan.sql.validator.ScalarSignatures.argument;
import static io.bauplan.sql.validator.ScalarSignatures.list;
import static io.bauplan.sql.validator.ScalarSignatures.listOf;
import static io.bauplan.sql.validator.ScalarSignatures.nullable;
import static io.bauplan.sql.validator.ScalarSignatures.of;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.SqlOperatorBinding;
import org.apache.calcite.sql.type.SqlReturnTypeInference;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.sql.type.SqlTypeUtil;

/// Functions of lists, maps and JSON that Calcite lacks, or that its runtime gives wrong.
public final class EngineCollections {
  private static final SqlReturnTypeInference TEXT = nullable(SqlTypeName.VARCHAR);
  private static final SqlReturnTypeInference LONG = nullable(SqlTypeName.BIGINT);
  private static final SqlReturnTypeInference TRUTH = nullable(SqlTypeName.BOOLEAN);

  /// `length(x)`: characters of a text, elements of a list or map.
  public static final SqlOperator LENGTH_OF = of("LENGTH_OF", ".", nullable(SqlTypeName.INTEGER));

  public static final SqlOperator JSON_OBJECT_OF = of("JSON_OBJECT_OF", "*", TEXT);
  public static final SqlOperator JSON_ARRAY_OF = of("JSON_ARRAY_OF", "*", TEXT);

  private EngineCollections() {}

  static List<SqlOperator> all() {
    List<SqlOperator> all = new ArrayList<>();
    all.addAll(lists());
    all.addAll(maps());
    all.addAll(json());
    return all;
  }

  private static List<SqlOperator> lists() {
    return List.of(
        of("LIST_SUM", "a", EngineCollections::sumType),
        LENGTH_OF,
        of("LIST_AVG", "a", nullable(SqlTypeName.DOUBLE)),
        of("LIST_SLICE", "lii", argument(0)),
        of("LIST_SLICE_OPEN", "lii", argument(0)),
        of("SLICE", "aii", argument(0)),
        of("FLATTEN_LIST", "a", EngineCollections::elementType),
        of(
            "LIST_REPEAT",
            ".i",
            binding -> list(binding.getTypeFactory(), binding.getOperandType(0))),
        of("LIST_ELEMENT", "c.", EngineCollections::containedType),
        of("LIST_REMOVE", "a.", argument(0)),
        of("REVERSE", "l", argument(0)),
        of("SHUFFLE", "a", argument(0)),
        of("ARRAY_COMPACT", "a", argument(0)),
        of("SEQUENCE", ".?..", EngineCollections::seriesType),
        of("RANGE_LIST", ".?..", EngineCollections::seriesType),
        of("LIST_HAS_ANY", "aa", TRUTH),
        of("LIST_HAS_ALL", "aa", TRUTH),
        of("ARRAY_CONTAINS_VALUE", "..", TRUTH),
        of("LIST_ZIP", "a*", EngineCollections::zippedType),
        of("LIST_JOIN", "at?t", TEXT));
  }

  private static List<SqlOperator> maps() {
    return List.of(
        of("MAP_OF_LISTS", "aa", EngineCollections::mapType),
        of("MAP_PAIR", "..", EngineCollections::pairType),
        of("MAP_ENTRIES", "m", EngineCollections::entriesType),
        of("MAP_SIZE", "m", LONG),
        of("SPLIT_TO_MAP", "ttt", EngineCollections::textMap));
  }

  private static List<SqlOperator> json() {
    return List.of(
        of("JSON_EXTRACT", "t.", TEXT),
        of("JSON_EXTRACT_STRING", "t.", TEXT),
        of("JSON_SCALAR", "t.", TEXT),
        of("JSON_HAS", "tt", TRUTH),
        of("JSON_ARRAY_LENGTH", "t?t", LONG),
        of("JSON_SIZE", "t?t", LONG),
        of("JSON_VALID", "t", TRUTH),
        of("JSON_TYPE", "t?t", TEXT),
        of("JSON_KEYS", "t?t", listOf(SqlTypeName.VARCHAR)),
        of("JSON_PARSE", "t", TEXT),
        of("TRY_JSON_PARSE", "t", TEXT),
        of("JSON_ARRAY_CONTAINS", "t.", TRUTH),
        of("JSON_ARRAY_GET", "ti", TEXT),
        of("TO_JSON_TEXT", ".", TEXT),
        JSON_OBJECT_OF,
        JSON_ARRAY_OF);
  }

  private static RelDataType element(RelDataType type) {
    return Objects.requireNonNullElse(type.getComponentType(), type);
  }

  private static RelDataType sumType(SqlOperatorBinding binding) {
    RelDataTypeFactory types = binding.getTypeFactory();
    RelDataType element = element(binding.getOperandType(0));
    RelDataType sum =
        SqlTypeUtil.isIntType(element)
            ? types.createSqlType(SqlTypeName.BIGINT)
            : SqlTypeUtil.isDecimal(element)
                ? types.createSqlType(SqlTypeName.DECIMAL, 38, element.getScale())
                : types.createSqlType(SqlTypeName.DOUBLE);
    return types.createTypeWithNullability(sum, true);
  }

  private static RelDataType elementType(SqlOperatorBinding binding) {
    if (element(binding.getOperandType(0)).getSqlTypeName() != SqlTypeName.ARRAY) {
      throw new EngineException(
          ErrorCode.TYPE_MISMATCH,
          "FLATTEN in an expression takes a list of lists",
          null,
          "For a row of each element write FROM t, LATERAL FLATTEN(t.list) f, or SELECT"
              + " UNNEST(list).",
          null);
    }
    return binding
        .getTypeFactory()
        .createTypeWithNullability(element(binding.getOperandType(0)), true);
  }

  private static RelDataType containedType(SqlOperatorBinding binding) {
    RelDataType container = binding.getOperandType(0);
    RelDataType found =
        container.getSqlTypeName() == SqlTypeName.MAP
            ? Objects.requireNonNull(container.getValueType())
            : element(container);
    return binding.getTypeFactory().createTypeWithNullability(found, true);
  }

  /// Of dates with an interval: timestamps, as DuckDB and PostgreSQL have it, but for whole days
  /// and months without one, dates.
  private static RelDataType seriesType(SqlOperatorBinding binding) {
    RelDataTypeFactory types = binding.getTypeFactory();
    RelDataType first = binding.getOperandType(0);
    RelDataType element =
        SqlTypeUtil.isDatetime(first)
            ? first
            : Objects.requireNonNullElse(
                types.leastRestrictive(binding.collectOperandTypes()), first);
    return types.createTypeWithNullability(
        types.createArrayType(types.createTypeWithNullability(element, false), -1), true);
  }

  private static RelDataType zippedType(SqlOperatorBinding binding) {
    RelDataTypeFactory types = binding.getTypeFactory();
    RelDataTypeFactory.Builder row = types.builder();
    IntStream.range(0, binding.getOperandCount())
        .forEach(
            i ->
                row.add(
                    "field" + i,
                    types.createTypeWithNullability(element(binding.getOperandType(i)), true)));
    return list(types, row.build());
  }

  private static RelDataType mapType(SqlOperatorBinding binding) {
    RelDataTypeFactory types = binding.getTypeFactory();
    return types.createTypeWithNullability(
        types.createMapType(
            types.createTypeWithNullability(element(binding.getOperandType(0)), false),
            types.createTypeWithNullability(element(binding.getOperandType(1)), true)),
        true);
  }

  private static RelDataType pairType(SqlOperatorBinding binding) {
    boolean lists =
        binding.getOperandType(0).getSqlTypeName() == SqlTypeName.ARRAY
            && binding.getOperandType(1).getSqlTypeName() == SqlTypeName.ARRAY;
    if (lists) {
      return mapType(binding);
    }
    RelDataTypeFactory types = binding.getTypeFactory();
    return types.createMapType(
        types.createTypeWithNullability(binding.getOperandType(0), false),
        types.createTypeWithNullability(binding.getOperandType(1), true));
  }

  private static RelDataType entriesType(SqlOperatorBinding binding) {
    RelDataTypeFactory types = binding.getTypeFactory();
    RelDataType map = binding.getOperandType(0);
    return list(
        types,
        types
            .builder()
            .add("key", Objects.requireNonNull(map.getKeyType()))
            .add("value", Objects.requireNonNull(map.getValueType()))
            .build());
  }

  private static RelDataType textMap(SqlOperatorBinding binding) {
    RelDataTypeFactory types = binding.getTypeFactory();
    RelDataType text = types.createSqlType(SqlTypeName.VARCHAR);
    return types.createTypeWithNullability(
        types.createMapType(text, types.createTypeWithNullability(text, true)), true);
  }
}
