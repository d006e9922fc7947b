package io.bauplan.server.endpoint;

import java.util.List;

/// Words that tools colour and complete: keywords beyond SQL:2003's, and the functions people type.
public final class SqlWords {
  public static final List<String> KEYWORDS =
      words(
          "ASSIGN BRANCH BRANCHES COMMIT COPY DESCRIBE DRY EXCLUDE EXPECTATION EXPLAIN HANDLER ILIKE"
              + " LANGUAGE LIMIT LINEAGE LOGS MATERIALIZED NAMESPACE NAMESPACES OFFSET OPTIMIZE"
              + " OVERWRITE PACKAGES PIPELINE QUALIFY REFRESH REPLACE RERUN SHOW SNAPSHOT STRICT TABLES"
              + " TAG TAGS TRUNCATE USE VACUUM VIEW");

  public static final List<String> NUMERIC_FUNCTIONS =
      words(
          "ABS ACOS ASIN ATAN ATAN2 CEILING COS COT DEGREES EXP FLOOR LN LOG10 MOD PI POWER RADIANS"
              + " RAND ROUND SIGN SIN SQRT TAN TRUNCATE");

  public static final List<String> STRING_FUNCTIONS =
      words(
          "ASCII CHAR_LENGTH CONCAT INITCAP LCASE LEFT LENGTH LOWER LPAD LTRIM POSITION REPEAT REPLACE"
              + " REVERSE RIGHT RPAD RTRIM SPLIT_PART STRING_AGG SUBSTRING TRIM UCASE UPPER");

  public static final List<String> SYSTEM_FUNCTIONS =
      words("CAST COALESCE CURRENT_USER GREATEST LEAST NULLIF TRY_CAST");

  public static final List<String> DATETIME_FUNCTIONS =
      words(
          "CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP DATE_TRUNC DAYOFMONTH DAYOFWEEK DAYOFYEAR"
              + " EXTRACT HOUR MINUTE MONTH QUARTER SECOND TIMESTAMPADD TIMESTAMPDIFF WEEK YEAR");

  private SqlWords() {}

  private static List<String> words(String text) {
    return List.of(text.split(" "));
  }
}
