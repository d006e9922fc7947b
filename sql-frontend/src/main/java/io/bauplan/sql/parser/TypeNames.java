package io.bauplan.sql.parser;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.error.NearestName;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.calcite.sql.SqlBasicTypeNameSpec;
import org.apache.calcite.sql.SqlCollectionTypeNameSpec;
import org.apache.calcite.sql.SqlDataTypeSpec;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlRowTypeNameSpec;
import org.apache.calcite.sql.SqlTypeNameSpec;
import org.apache.calcite.sql.SqlWriter;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.type.SqlTypeName;

/// Type names that other engines have taught people, as types of the grammar. Called by the
/// generated parser.
public final class TypeNames {
  private static final Map<String, SqlTypeName> ALIASES =
      Map.ofEntries(
          Map.entry("STRING", SqlTypeName.VARCHAR),
          Map.entry("TEXT", SqlTypeName.VARCHAR),
          Map.entry("JSON", SqlTypeName.VARCHAR),
          Map.entry("NVARCHAR", SqlTypeName.VARCHAR),
          Map.entry("BPCHAR", SqlTypeName.VARCHAR),
          Map.entry("BOOL", SqlTypeName.BOOLEAN),
          Map.entry("BYTEINT", SqlTypeName.TINYINT),
          Map.entry("INT1", SqlTypeName.TINYINT),
          Map.entry("INT2", SqlTypeName.SMALLINT),
          Map.entry("SHORT", SqlTypeName.SMALLINT),
          Map.entry("INT4", SqlTypeName.INTEGER),
          Map.entry("INT32", SqlTypeName.INTEGER),
          Map.entry("SIGNED", SqlTypeName.INTEGER),
          Map.entry("INT8", SqlTypeName.BIGINT),
          Map.entry("INT64", SqlTypeName.BIGINT),
          Map.entry("LONG", SqlTypeName.BIGINT),
          Map.entry("FLOAT4", SqlTypeName.REAL),
          Map.entry("FLOAT32", SqlTypeName.REAL),
          Map.entry("FLOAT8", SqlTypeName.DOUBLE),
          Map.entry("FLOAT64", SqlTypeName.DOUBLE),
          Map.entry("NUMBER", SqlTypeName.DECIMAL),
          Map.entry("BYTES", SqlTypeName.VARBINARY),
          Map.entry("BYTEA", SqlTypeName.VARBINARY),
          Map.entry("BLOB", SqlTypeName.VARBINARY),
          Map.entry("DATETIME", SqlTypeName.TIMESTAMP),
          Map.entry("TIMESTAMP_NTZ", SqlTypeName.TIMESTAMP),
          Map.entry("TIMESTAMPNTZ", SqlTypeName.TIMESTAMP),
          Map.entry("TIMESTAMPTZ", SqlTypeName.TIMESTAMP_WITH_LOCAL_TIME_ZONE),
          Map.entry("TIMESTAMP_TZ", SqlTypeName.TIMESTAMP_WITH_LOCAL_TIME_ZONE),
          Map.entry("TIMESTAMP_LTZ", SqlTypeName.TIMESTAMP_WITH_LOCAL_TIME_ZONE),
          Map.entry("TIMESTAMPLTZ", SqlTypeName.TIMESTAMP_WITH_LOCAL_TIME_ZONE));

  /// Snowflake's precision of a `NUMBER` without one.
  private static final int NUMBER_PRECISION = 38;

  private TypeNames() {}

  public static SqlTypeNameSpec alias(SqlIdentifier name, int precision, int scale) {
    SqlTypeName type =
        name.isSimple() ? ALIASES.get(name.getSimple().toUpperCase(Locale.ROOT)) : null;
    SqlParserPos position = name.getParserPosition();
    if (type == null) {
      List<String> names = new ArrayList<>(List.of("INT"));
      for (SqlTypeName known : SqlTypeName.values()) {
        names.add(known.name());
      }
      names.addAll(ALIASES.keySet());
      throw new EngineException(
          ErrorCode.SYNTAX_ERROR,
          "there is no type "
              + name
              + NearestName.nearest(name.toString(), names)
                  .map(n -> "; did you mean " + n + "?")
                  .orElse(""),
          Positions.of(position));
    }
    return switch (type) {
      case DECIMAL ->
          precision < 0
              ? new SqlBasicTypeNameSpec(type, NUMBER_PRECISION, 0, position)
              : new SqlBasicTypeNameSpec(type, precision, scale, position);
      case VARCHAR, VARBINARY, TIMESTAMP, TIMESTAMP_WITH_LOCAL_TIME_ZONE ->
          new SqlBasicTypeNameSpec(type, precision, position);
      default -> new SqlBasicTypeNameSpec(type, position);
    };
  }

  public static SqlTypeNameSpec row(
      SqlParserPos position, List<SqlIdentifier> names, List<SqlDataTypeSpec> types) {
    return new RowTypeName(position, names, types);
  }

  /// Fields may be null unless they are NOT NULL, which Calcite's own would leave out of the text.
  private static final class RowTypeName extends SqlRowTypeNameSpec {
    RowTypeName(SqlParserPos position, List<SqlIdentifier> names, List<SqlDataTypeSpec> types) {
      super(position, names, types);
    }

    @Override
    public void unparse(SqlWriter writer, int leftPrec, int rightPrec) {
      writer.print("ROW");
      SqlWriter.Frame frame = writer.startList(SqlWriter.FrameTypeEnum.FUN_CALL, "(", ")");
      for (int i = 0; i < getArity(); i++) {
        writer.sep(",", false);
        getFieldNames().get(i).unparse(writer, 0, 0);
        SqlDataTypeSpec type = getFieldTypes().get(i);
        type.unparse(writer, leftPrec, rightPrec);
        if (Boolean.FALSE.equals(type.getNullable())) {
          writer.keyword("NOT NULL");
        }
      }
      writer.endList(frame);
    }
  }

  /// `x::VARIANT` leaves x as it is: values here have types.
  public static boolean isVariant(SqlDataTypeSpec type) {
    return type.getTypeName().isSimple()
        && type.getTypeName().getSimple().equalsIgnoreCase("VARIANT");
  }

  public static SqlTypeNameSpec array(SqlDataTypeSpec element, SqlParserPos position) {
    return new SqlCollectionTypeNameSpec(
        element.getTypeNameSpec(), true, SqlTypeName.ARRAY, position);
  }
}
