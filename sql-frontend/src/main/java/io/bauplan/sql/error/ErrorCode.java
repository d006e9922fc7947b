package io.bauplan.sql.error;

/// Every error the engine raises, with its SQLSTATE (the SQL standard's classes, PostgreSQL's where
/// the standard has none).
public enum ErrorCode {
  SYNTAX_ERROR("42601", ErrorType.USER),
  TABLE_NOT_FOUND("42P01", ErrorType.USER),
  COLUMN_NOT_FOUND("42703", ErrorType.USER),
  FUNCTION_NOT_FOUND("42883", ErrorType.USER),
  NAMESPACE_NOT_FOUND("3F000", ErrorType.USER),
  REF_NOT_FOUND("3D000", ErrorType.USER),
  COMMIT_NOT_FOUND("3D001", ErrorType.USER),
  AMBIGUOUS_NAME("42702", ErrorType.USER),
  DUPLICATE_NAME("42710", ErrorType.USER),
  TABLE_EXISTS("42P07", ErrorType.USER),
  REF_EXISTS("42P04", ErrorType.USER),
  NAMESPACE_NOT_EMPTY("2BP01", ErrorType.USER),
  TYPE_MISMATCH("42804", ErrorType.USER),
  INVALID_ARGUMENT("22023", ErrorType.USER),
  INVALID_STATEMENT("42000", ErrorType.USER),
  INVALID_CAST("22P02", ErrorType.USER),
  NUMERIC_OVERFLOW("22003", ErrorType.USER),
  DIVISION_BY_ZERO("22012", ErrorType.USER),
  INVALID_DATETIME("22007", ErrorType.USER),
  NOT_NULL_VIOLATION("23502", ErrorType.USER),
  CARDINALITY_VIOLATION("21000", ErrorType.USER),
  NOT_SUPPORTED("0A000", ErrorType.USER),
  FILE_NOT_FOUND("58P01", ErrorType.USER),
  MALFORMED_FILE("22P04", ErrorType.USER),
  PROJECT_INVALID("F0001", ErrorType.USER),
  FUNCTION_FAILED("38000", ErrorType.USER),
  FUNCTION_WRONG_RESULT("39000", ErrorType.USER),
  ENVIRONMENT_FAILED("38001", ErrorType.USER),
  EXPECTATION_FAILED("23514", ErrorType.USER),
  COMMIT_CONFLICT("40001", ErrorType.USER),
  PERMISSION_DENIED("42501", ErrorType.USER),
  NOT_AUTHENTICATED("28000", ErrorType.USER),
  CANCELLED("57014", ErrorType.USER),
  /// Nested deeper, or longer, than the engine follows.
  TOO_COMPLEX("54001", ErrorType.USER),
  TIMEOUT("57P05", ErrorType.RESOURCE),
  OUT_OF_MEMORY("53200", ErrorType.RESOURCE),
  DISK_FULL("53100", ErrorType.RESOURCE),
  TOO_MANY("53400", ErrorType.RESOURCE),
  WAREHOUSE_LOCKED("55006", ErrorType.RESOURCE),
  WAREHOUSE_UNUSABLE("58000", ErrorType.EXTERNAL),
  OBJECT_STORE_ERROR("58030", ErrorType.EXTERNAL),
  CATALOG_ERROR("58001", ErrorType.EXTERNAL),
  COMMIT_STATE_UNKNOWN("40003", ErrorType.EXTERNAL),
  INTERNAL_ERROR("XX000", ErrorType.INTERNAL);

  private final String sqlState;
  private final ErrorType type;

  ErrorCode(String sqlState, ErrorType type) {
    this.sqlState = sqlState;
    this.type = type;
  }

  public String sqlState() {
    return sqlState;
  }

  public ErrorType type() {
    return type;
  }
}
