package io.bauplan.jdbc.arrow;

/// The keys under which Flight SQL servers describe a column beyond its Arrow type.
public final class ColumnMetadataKeys {
  private static final String PREFIX = "ARROW:FLIGHT:SQL:";
  public static final String CATALOG_NAME = PREFIX + "CATALOG_NAME";
  public static final String SCHEMA_NAME = PREFIX + "SCHEMA_NAME";
  public static final String TABLE_NAME = PREFIX + "TABLE_NAME";
  public static final String TYPE_NAME = PREFIX + "TYPE_NAME";
  public static final String PRECISION = PREFIX + "PRECISION";
  public static final String SCALE = PREFIX + "SCALE";
  public static final String IS_AUTO_INCREMENT = PREFIX + "IS_AUTO_INCREMENT";
  public static final String IS_CASE_SENSITIVE = PREFIX + "IS_CASE_SENSITIVE";
  public static final String REMARKS = PREFIX + "REMARKS";

  private ColumnMetadataKeys() {}
}
