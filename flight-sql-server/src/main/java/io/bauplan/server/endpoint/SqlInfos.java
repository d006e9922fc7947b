package io.bauplan.server.endpoint;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo;
import org.apache.arrow.flight.sql.impl.FlightSql.SqlNullOrdering;
import org.apache.arrow.flight.sql.impl.FlightSql.SqlOuterJoinsSupportLevel;
import org.apache.arrow.flight.sql.impl.FlightSql.SqlSupportedCaseSensitivity;
import org.apache.arrow.flight.sql.impl.FlightSql.SqlSupportedElementActions;
import org.apache.arrow.flight.sql.impl.FlightSql.SqlSupportedGroupBy;
import org.apache.arrow.flight.sql.impl.FlightSql.SqlSupportedResultSetConcurrency;
import org.apache.arrow.flight.sql.impl.FlightSql.SqlSupportedResultSetType;
import org.apache.arrow.flight.sql.impl.FlightSql.SqlSupportedSubqueries;
import org.apache.arrow.flight.sql.impl.FlightSql.SqlSupportedTransaction;
import org.apache.arrow.flight.sql.impl.FlightSql.SqlSupportedUnions;
import org.apache.arrow.flight.sql.impl.FlightSql.SqlSupportsConvert;
import org.apache.arrow.flight.sql.impl.FlightSql.SqlTransactionIsolationLevel;
import org.apache.arrow.flight.sql.impl.FlightSql.SupportedAnsi92SqlGrammarLevel;
import org.apache.arrow.flight.sql.impl.FlightSql.SupportedSqlGrammar;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.UInt4Vector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.DenseUnionVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.MapVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.arrow.vector.complex.impl.UnionListWriter;

/// What the server says of itself. Every id of the protocol is answered: drivers throw where one is
/// missing. A limit of 0 means that there is none, as in JDBC.
final class SqlInfos {
  private static final byte TEXT = 0;
  private static final byte FLAG = 1;
  private static final byte NUMBER = 2;
  private static final byte BITMASK = 3;
  private static final byte TEXTS = 4;
  private static final byte CONVERSIONS = 5;

  private static final int MAX_NAME_CHARS = 255;
  private static final int MAX_STATEMENT_BYTES = 16 << 20;

  private record Value(byte type, Object value) {}

  private final Map<Integer, Value> values = new LinkedHashMap<>();

  SqlInfos(String version) {
    text(SqlInfo.FLIGHT_SQL_SERVER_NAME, "Bauplan");
    text(SqlInfo.FLIGHT_SQL_SERVER_VERSION, version);
    text(SqlInfo.FLIGHT_SQL_SERVER_ARROW_VERSION, "18.3.0");
    server();
    language();
    capabilities();
    limits();
    transactions();
    results();
  }

  private void server() {
    flag(SqlInfo.FLIGHT_SQL_SERVER_READ_ONLY, false);
    flag(SqlInfo.FLIGHT_SQL_SERVER_SQL, true);
    flag(SqlInfo.FLIGHT_SQL_SERVER_SUBSTRAIT, false);
    text(SqlInfo.FLIGHT_SQL_SERVER_SUBSTRAIT_MIN_VERSION, "");
    text(SqlInfo.FLIGHT_SQL_SERVER_SUBSTRAIT_MAX_VERSION, "");
    bitmask(
        SqlInfo.FLIGHT_SQL_SERVER_TRANSACTION,
        SqlSupportedTransaction.SQL_SUPPORTED_TRANSACTION_NONE_VALUE);
    flag(SqlInfo.FLIGHT_SQL_SERVER_CANCEL, true);
    flag(SqlInfo.FLIGHT_SQL_SERVER_BULK_INGESTION, false);
    flag(SqlInfo.FLIGHT_SQL_SERVER_INGEST_TRANSACTIONS_SUPPORTED, false);
    bitmask(SqlInfo.FLIGHT_SQL_SERVER_STATEMENT_TIMEOUT, 0);
    bitmask(SqlInfo.FLIGHT_SQL_SERVER_TRANSACTION_TIMEOUT, 0);
  }

  private void language() {
    flag(SqlInfo.SQL_DDL_CATALOG, false);
    flag(SqlInfo.SQL_DDL_SCHEMA, true);
    flag(SqlInfo.SQL_DDL_TABLE, true);
    number(
        SqlInfo.SQL_IDENTIFIER_CASE,
        SqlSupportedCaseSensitivity.SQL_CASE_SENSITIVITY_CASE_INSENSITIVE_VALUE);
    text(SqlInfo.SQL_IDENTIFIER_QUOTE_CHAR, "\"");
    number(
        SqlInfo.SQL_QUOTED_IDENTIFIER_CASE,
        SqlSupportedCaseSensitivity.SQL_CASE_SENSITIVITY_UNKNOWN_VALUE);
    flag(SqlInfo.SQL_ALL_TABLES_ARE_SELECTABLE, true);
    number(SqlInfo.SQL_NULL_ORDERING, SqlNullOrdering.SQL_NULLS_SORTED_HIGH_VALUE);
    texts(SqlInfo.SQL_KEYWORDS, SqlWords.KEYWORDS);
    texts(SqlInfo.SQL_NUMERIC_FUNCTIONS, SqlWords.NUMERIC_FUNCTIONS);
    texts(SqlInfo.SQL_STRING_FUNCTIONS, SqlWords.STRING_FUNCTIONS);
    texts(SqlInfo.SQL_SYSTEM_FUNCTIONS, SqlWords.SYSTEM_FUNCTIONS);
    texts(SqlInfo.SQL_DATETIME_FUNCTIONS, SqlWords.DATETIME_FUNCTIONS);
    text(SqlInfo.SQL_SEARCH_STRING_ESCAPE, "\\");
    text(SqlInfo.SQL_EXTRA_NAME_CHARACTERS, "$");
    values.put(SqlInfo.SQL_SUPPORTS_CONVERT_VALUE, new Value(CONVERSIONS, conversions()));
    text(SqlInfo.SQL_SCHEMA_TERM, "namespace");
    text(SqlInfo.SQL_PROCEDURE_TERM, "procedure");
    text(SqlInfo.SQL_CATALOG_TERM, "");
    flag(SqlInfo.SQL_CATALOG_AT_START, true);
  }

  private void capabilities() {
    flag(SqlInfo.SQL_SUPPORTS_COLUMN_ALIASING, true);
    flag(SqlInfo.SQL_NULL_PLUS_NULL_IS_NULL, true);
    flag(SqlInfo.SQL_SUPPORTS_TABLE_CORRELATION_NAMES, true);
    flag(SqlInfo.SQL_SUPPORTS_DIFFERENT_TABLE_CORRELATION_NAMES, false);
    flag(SqlInfo.SQL_SUPPORTS_EXPRESSIONS_IN_ORDER_BY, true);
    flag(SqlInfo.SQL_SUPPORTS_ORDER_BY_UNRELATED, true);
    bitmask(
        SqlInfo.SQL_SUPPORTED_GROUP_BY,
        bits(
            SqlSupportedGroupBy.SQL_GROUP_BY_UNRELATED_VALUE,
            SqlSupportedGroupBy.SQL_GROUP_BY_BEYOND_SELECT_VALUE));
    flag(SqlInfo.SQL_SUPPORTS_LIKE_ESCAPE_CLAUSE, true);
    flag(SqlInfo.SQL_SUPPORTS_NON_NULLABLE_COLUMNS, true);
    bitmask(
        SqlInfo.SQL_SUPPORTED_GRAMMAR,
        bits(
            SupportedSqlGrammar.SQL_MINIMUM_GRAMMAR_VALUE,
            SupportedSqlGrammar.SQL_CORE_GRAMMAR_VALUE));
    bitmask(
        SqlInfo.SQL_ANSI92_SUPPORTED_LEVEL,
        bits(SupportedAnsi92SqlGrammarLevel.ANSI92_ENTRY_SQL_VALUE));
    flag(SqlInfo.SQL_SUPPORTS_INTEGRITY_ENHANCEMENT_FACILITY, false);
    bitmask(
        SqlInfo.SQL_OUTER_JOINS_SUPPORT_LEVEL,
        bits(SqlOuterJoinsSupportLevel.SQL_FULL_OUTER_JOINS_VALUE));
    bitmask(
        SqlInfo.SQL_SCHEMAS_SUPPORTED_ACTIONS,
        bits(SqlSupportedElementActions.SQL_ELEMENT_IN_PROCEDURE_CALLS_VALUE));
    bitmask(SqlInfo.SQL_CATALOGS_SUPPORTED_ACTIONS, 0);
    bitmask(SqlInfo.SQL_SUPPORTED_POSITIONED_COMMANDS, 0);
    flag(SqlInfo.SQL_SELECT_FOR_UPDATE_SUPPORTED, false);
    flag(SqlInfo.SQL_STORED_PROCEDURES_SUPPORTED, true);
    bitmask(
        SqlInfo.SQL_SUPPORTED_SUBQUERIES,
        bits(
            SqlSupportedSubqueries.SQL_SUBQUERIES_IN_COMPARISONS_VALUE,
            SqlSupportedSubqueries.SQL_SUBQUERIES_IN_EXISTS_VALUE,
            SqlSupportedSubqueries.SQL_SUBQUERIES_IN_INS_VALUE,
            SqlSupportedSubqueries.SQL_SUBQUERIES_IN_QUANTIFIEDS_VALUE));
    flag(SqlInfo.SQL_CORRELATED_SUBQUERIES_SUPPORTED, true);
    bitmask(
        SqlInfo.SQL_SUPPORTED_UNIONS,
        bits(SqlSupportedUnions.SQL_UNION_VALUE, SqlSupportedUnions.SQL_UNION_ALL_VALUE));
  }

  private void limits() {
    for (SqlInfo unlimited :
        List.of(
            SqlInfo.SQL_MAX_BINARY_LITERAL_LENGTH,
            SqlInfo.SQL_MAX_CHAR_LITERAL_LENGTH,
            SqlInfo.SQL_MAX_COLUMNS_IN_GROUP_BY,
            SqlInfo.SQL_MAX_COLUMNS_IN_INDEX,
            SqlInfo.SQL_MAX_COLUMNS_IN_ORDER_BY,
            SqlInfo.SQL_MAX_COLUMNS_IN_SELECT,
            SqlInfo.SQL_MAX_COLUMNS_IN_TABLE,
            SqlInfo.SQL_MAX_CONNECTIONS,
            SqlInfo.SQL_MAX_CURSOR_NAME_LENGTH,
            SqlInfo.SQL_MAX_INDEX_LENGTH,
            SqlInfo.SQL_MAX_CATALOG_NAME_LENGTH,
            SqlInfo.SQL_MAX_ROW_SIZE,
            SqlInfo.SQL_MAX_STATEMENTS,
            SqlInfo.SQL_MAX_TABLES_IN_SELECT,
            SqlInfo.SQL_MAX_USERNAME_LENGTH)) {
      number(unlimited, 0);
    }
    number(SqlInfo.SQL_MAX_COLUMN_NAME_LENGTH, MAX_NAME_CHARS);
    number(SqlInfo.SQL_DB_SCHEMA_NAME_LENGTH, MAX_NAME_CHARS);
    number(SqlInfo.SQL_MAX_PROCEDURE_NAME_LENGTH, MAX_NAME_CHARS);
    number(SqlInfo.SQL_MAX_TABLE_NAME_LENGTH, MAX_NAME_CHARS);
    number(SqlInfo.SQL_MAX_STATEMENT_LENGTH, MAX_STATEMENT_BYTES);
    flag(SqlInfo.SQL_MAX_ROW_SIZE_INCLUDES_BLOBS, true);
  }

  private void transactions() {
    number(
        SqlInfo.SQL_DEFAULT_TRANSACTION_ISOLATION,
        SqlTransactionIsolationLevel.SQL_TRANSACTION_NONE_VALUE);
    flag(SqlInfo.SQL_TRANSACTIONS_SUPPORTED, false);
    bitmask(
        SqlInfo.SQL_SUPPORTED_TRANSACTIONS_ISOLATION_LEVELS,
        bits(SqlTransactionIsolationLevel.SQL_TRANSACTION_NONE_VALUE));
    flag(SqlInfo.SQL_DATA_DEFINITION_CAUSES_TRANSACTION_COMMIT, false);
    flag(SqlInfo.SQL_DATA_DEFINITIONS_IN_TRANSACTIONS_IGNORED, false);
    flag(SqlInfo.SQL_SAVEPOINTS_SUPPORTED, false);
  }

  private void results() {
    bitmask(
        SqlInfo.SQL_SUPPORTED_RESULT_SET_TYPES,
        bits(SqlSupportedResultSetType.SQL_RESULT_SET_TYPE_FORWARD_ONLY_VALUE));
    int readOnly =
        bits(SqlSupportedResultSetConcurrency.SQL_RESULT_SET_CONCURRENCY_READ_ONLY_VALUE);
    bitmask(SqlInfo.SQL_SUPPORTED_CONCURRENCIES_FOR_RESULT_SET_UNSPECIFIED, readOnly);
    bitmask(SqlInfo.SQL_SUPPORTED_CONCURRENCIES_FOR_RESULT_SET_FORWARD_ONLY, readOnly);
    bitmask(SqlInfo.SQL_SUPPORTED_CONCURRENCIES_FOR_RESULT_SET_SCROLL_SENSITIVE, 0);
    bitmask(SqlInfo.SQL_SUPPORTED_CONCURRENCIES_FOR_RESULT_SET_SCROLL_INSENSITIVE, 0);
    flag(SqlInfo.SQL_BATCH_UPDATES_SUPPORTED, true);
    flag(SqlInfo.SQL_NAMED_PARAMETERS_SUPPORTED, false);
    flag(SqlInfo.SQL_LOCATORS_UPDATE_COPY, false);
    flag(SqlInfo.SQL_STORED_FUNCTIONS_USING_CALL_SYNTAX_SUPPORTED, false);
  }

  /// Everything that has a text form casts to and from text; numbers among each other.
  private static Map<Integer, List<Integer>> conversions() {
    List<Integer> numbers =
        List.of(
            SqlSupportsConvert.SQL_CONVERT_BIGINT_VALUE,
            SqlSupportsConvert.SQL_CONVERT_DECIMAL_VALUE,
            SqlSupportsConvert.SQL_CONVERT_FLOAT_VALUE,
            SqlSupportsConvert.SQL_CONVERT_INTEGER_VALUE,
            SqlSupportsConvert.SQL_CONVERT_REAL_VALUE,
            SqlSupportsConvert.SQL_CONVERT_SMALLINT_VALUE,
            SqlSupportsConvert.SQL_CONVERT_TINYINT_VALUE,
            SqlSupportsConvert.SQL_CONVERT_VARCHAR_VALUE);
    List<Integer> times =
        List.of(
            SqlSupportsConvert.SQL_CONVERT_DATE_VALUE,
            SqlSupportsConvert.SQL_CONVERT_TIMESTAMP_VALUE,
            SqlSupportsConvert.SQL_CONVERT_VARCHAR_VALUE);
    Map<Integer, List<Integer>> from = new LinkedHashMap<>();
    numbers.forEach(type -> from.put(type, numbers));
    from.put(SqlSupportsConvert.SQL_CONVERT_DATE_VALUE, times);
    from.put(SqlSupportsConvert.SQL_CONVERT_TIMESTAMP_VALUE, times);
    from.put(
        SqlSupportsConvert.SQL_CONVERT_TIME_VALUE,
        List.of(SqlSupportsConvert.SQL_CONVERT_VARCHAR_VALUE));
    return from;
  }

  private static int bits(int... positions) {
    int mask = 0;
    for (int position : positions) {
      mask |= 1 << position;
    }
    return mask;
  }

  private void text(SqlInfo id, String value) {
    values.put(id.getNumber(), new Value(TEXT, value));
  }

  private void flag(SqlInfo id, boolean value) {
    values.put(id.getNumber(), new Value(FLAG, value));
  }

  private void number(SqlInfo id, long value) {
    values.put(id.getNumber(), new Value(NUMBER, value));
  }

  private void bitmask(SqlInfo id, int value) {
    values.put(id.getNumber(), new Value(BITMASK, value));
  }

  private void texts(SqlInfo id, List<String> value) {
    values.put(id.getNumber(), new Value(TEXTS, value));
  }

  /// Fills a root of GetSqlInfo's schema with the ids asked for; none = all. Unknown ids are left
  /// out.
  void fill(VectorSchemaRoot root, List<Integer> ids) {
    List<Integer> wanted =
        ids.isEmpty()
            ? List.copyOf(values.keySet())
            : ids.stream().filter(values::containsKey).toList();
    UInt4Vector names = (UInt4Vector) root.getVector("info_name");
    DenseUnionVector union = (DenseUnionVector) root.getVector("value");
    names.allocateNew(Math.max(1, wanted.size()));
    union.allocateNew();
    int[] counts = new int[CONVERSIONS + 1];
    for (int row = 0; row < wanted.size(); row++) {
      Value value = java.util.Objects.requireNonNull(values.get(wanted.get(row)));
      names.setSafe(row, wanted.get(row));
      while (union.getValueCapacity() <= row) {
        union.reAlloc();
      }
      union.setTypeId(row, value.type());
      int offset = counts[value.type()]++;
      union.setOffset(row, offset);
      set(union, value, offset);
    }
    for (byte type = 0; type <= CONVERSIONS; type++) {
      union.getVectorByType(type).setValueCount(counts[type]);
    }
    union.setValueCount(wanted.size());
    names.setValueCount(wanted.size());
    root.setRowCount(wanted.size());
  }

  private static void set(DenseUnionVector union, Value value, int offset) {
    switch (value.type()) {
      case TEXT ->
          ((VarCharVector) union.getVectorByType(TEXT))
              .setSafe(offset, ((String) value.value()).getBytes(StandardCharsets.UTF_8));
      case FLAG ->
          ((BitVector) union.getVectorByType(FLAG))
              .setSafe(offset, (Boolean) value.value() ? 1 : 0);
      case NUMBER ->
          ((BigIntVector) union.getVectorByType(NUMBER)).setSafe(offset, (Long) value.value());
      case BITMASK ->
          ((IntVector) union.getVectorByType(BITMASK)).setSafe(offset, (Integer) value.value());
      case TEXTS ->
          setTexts((ListVector) union.getVectorByType(TEXTS), (List<?>) value.value(), offset);
      default ->
          setMap((MapVector) union.getVectorByType(CONVERSIONS), (Map<?, ?>) value.value(), offset);
    }
  }

  private static void setTexts(ListVector vector, List<?> texts, int offset) {
    UnionListWriter writer = vector.getWriter();
    writer.setPosition(offset);
    writer.startList();
    for (Object text : texts) {
      writer.varChar().writeVarChar((String) text);
    }
    writer.endList();
  }

  private static void setMap(MapVector vector, Map<?, ?> map, int offset) {
    StructVector entries = (StructVector) vector.getDataVector();
    int at = vector.startNewValue(offset);
    IntVector keys = (IntVector) entries.getChildrenFromFields().get(0);
    ListVector lists = (ListVector) entries.getChildrenFromFields().get(1);
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      entries.setIndexDefined(at);
      keys.setSafe(at, (Integer) entry.getKey());
      List<?> targets = (List<?>) entry.getValue();
      int first = lists.startNewValue(at);
      IntVector target = (IntVector) lists.getDataVector();
      for (int i = 0; i < targets.size(); i++) {
        target.setSafe(first + i, (Integer) targets.get(i));
      }
      lists.endValue(at, targets.size());
      at++;
    }
    vector.endValue(offset, map.size());
  }
}
