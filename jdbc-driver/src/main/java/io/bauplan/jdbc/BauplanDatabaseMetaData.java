package io.bauplan.jdbc;

import io.bauplan.jdbc.wire.SqlCommands;
import io.bauplan.jdbc.wire.SqlErrors;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.RowIdLifetime;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.apache.calcite.avatica.AvaticaDatabaseMetaData;
import org.jspecify.annotations.Nullable;

/// What the engine is and what is in it. No method of this class throws for want of an
/// implementation: what the engine does not have is an empty result with the prescribed columns.
public final class BauplanDatabaseMetaData extends AvaticaDatabaseMetaData {
  private static final String SEARCH_ESCAPE = "\\";

  private final BauplanConnection owner;
  private final CatalogBrowser browser;

  BauplanDatabaseMetaData(BauplanConnection connection) {
    super(connection);
    this.owner = connection;
    this.browser = new CatalogBrowser(connection);
  }

  /// A result with a statement of its own behind it, which is closed along with it.
  private ResultSet result(MetadataShape shape, List<@Nullable Object[]> rows) throws SQLException {
    BauplanStatement statement = new BauplanStatement(owner, ResultSet.HOLD_CURSORS_OVER_COMMIT);
    statement.closeOnCompletion();
    return new BauplanResultSet(statement, new MemoryRows(shape.fields(), rows), 0);
  }

  private ResultSet none(MetadataShape shape) throws SQLException {
    return result(shape, List.of());
  }

  // What is there

  @Override
  public ResultSet getCatalogs() throws SQLException {
    return result(MetadataShape.CATALOGS, browser.catalogs());
  }

  @Override
  public ResultSet getSchemas() throws SQLException {
    return getSchemas(null, null);
  }

  @Override
  public ResultSet getSchemas(@Nullable String catalog, @Nullable String schemaPattern)
      throws SQLException {
    return result(MetadataShape.SCHEMAS, browser.schemas(catalog, schemaPattern));
  }

  @Override
  public ResultSet getTableTypes() throws SQLException {
    return result(MetadataShape.TABLE_TYPES, browser.tableTypes());
  }

  @Override
  public ResultSet getTables(
      @Nullable String catalog,
      @Nullable String schemaPattern,
      @Nullable String tablePattern,
      String @Nullable [] types)
      throws SQLException {
    if (types != null && types.length == 0) {
      return none(MetadataShape.TABLES);
    }
    List<String> wanted = types == null ? List.of() : List.of(types);
    return result(
        MetadataShape.TABLES, browser.tables(catalog, schemaPattern, tablePattern, wanted));
  }

  @Override
  public ResultSet getColumns(
      @Nullable String catalog,
      @Nullable String schemaPattern,
      @Nullable String tablePattern,
      @Nullable String columnPattern)
      throws SQLException {
    return result(
        MetadataShape.COLUMNS,
        browser.columns(catalog, schemaPattern, tablePattern, columnPattern));
  }

  @Override
  public ResultSet getPrimaryKeys(@Nullable String catalog, @Nullable String schema, String table)
      throws SQLException {
    byte[] command = SqlCommands.keys("CommandGetPrimaryKeys", catalog, schema, table);
    // Flight SQL: catalog, schema, table, column, key_name, key_sequence.
    return result(
        MetadataShape.PRIMARY_KEYS,
        browser.keys(MetadataShape.PRIMARY_KEYS, new int[] {0, 1, 2, 3, 5, 4}, command));
  }

  @Override
  public ResultSet getImportedKeys(@Nullable String catalog, @Nullable String schema, String table)
      throws SQLException {
    return foreignKeys(SqlCommands.keys("CommandGetImportedKeys", catalog, schema, table));
  }

  @Override
  public ResultSet getExportedKeys(@Nullable String catalog, @Nullable String schema, String table)
      throws SQLException {
    return foreignKeys(SqlCommands.keys("CommandGetExportedKeys", catalog, schema, table));
  }

  private ResultSet foreignKeys(byte[] command) throws SQLException {
    // Flight SQL: 4 x primary key, 4 x foreign key, sequence, fk_name, pk_name, update, delete
    // rule.
    return result(
        MetadataShape.FOREIGN_KEYS,
        browser.keys(
            MetadataShape.FOREIGN_KEYS,
            new int[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 9, 10},
            command));
  }

  @Override
  public ResultSet getCrossReference(
      @Nullable String parentCatalog,
      @Nullable String parentSchema,
      String parentTable,
      @Nullable String foreignCatalog,
      @Nullable String foreignSchema,
      String foreignTable)
      throws SQLException {
    return none(MetadataShape.FOREIGN_KEYS);
  }

  @Override
  public ResultSet getFunctions(
      @Nullable String catalog, @Nullable String schemaPattern, @Nullable String namePattern)
      throws SQLException {
    return result(
        MetadataShape.FUNCTIONS,
        browser.routines(
            "FUNCTION",
            schemaPattern,
            namePattern,
            (c, s, n) -> new @Nullable Object[] {c, s, n, "", (short) functionResultUnknown, n}));
  }

  @Override
  public ResultSet getProcedures(
      @Nullable String catalog, @Nullable String schemaPattern, @Nullable String namePattern)
      throws SQLException {
    return result(
        MetadataShape.PROCEDURES,
        browser.routines(
            "PROCEDURE",
            schemaPattern,
            namePattern,
            (c, s, n) ->
                new @Nullable Object[] {
                  c, s, n, null, null, null, "", (short) procedureResultUnknown, n
                }));
  }

  @Override
  public ResultSet getTypeInfo() throws SQLException {
    return result(MetadataShape.TYPE_INFO, TypeCatalog.rows());
  }

  @Override
  public ResultSet getClientInfoProperties() throws SQLException {
    List<@Nullable Object[]> rows = new ArrayList<>();
    for (String name : BauplanConnection.clientInfoNames()) {
      rows.add(new @Nullable Object[] {name, 255, "", "Kept by the driver"});
    }
    return result(MetadataShape.CLIENT_INFO, rows);
  }

  // What the engine does not have

  @Override
  public ResultSet getProcedureColumns(
      @Nullable String catalog,
      @Nullable String schemaPattern,
      @Nullable String procedurePattern,
      @Nullable String columnPattern)
      throws SQLException {
    return none(MetadataShape.PROCEDURE_COLUMNS);
  }

  @Override
  public ResultSet getFunctionColumns(
      @Nullable String catalog,
      @Nullable String schemaPattern,
      @Nullable String functionPattern,
      @Nullable String columnPattern)
      throws SQLException {
    return none(MetadataShape.FUNCTION_COLUMNS);
  }

  @Override
  public ResultSet getIndexInfo(
      @Nullable String catalog,
      @Nullable String schema,
      String table,
      boolean unique,
      boolean approximate)
      throws SQLException {
    return none(MetadataShape.INDEX_INFO);
  }

  @Override
  public ResultSet getColumnPrivileges(
      @Nullable String catalog,
      @Nullable String schema,
      String table,
      @Nullable String columnPattern)
      throws SQLException {
    return none(MetadataShape.COLUMN_PRIVILEGES);
  }

  @Override
  public ResultSet getTablePrivileges(
      @Nullable String catalog, @Nullable String schemaPattern, @Nullable String tablePattern)
      throws SQLException {
    return none(MetadataShape.TABLE_PRIVILEGES);
  }

  @Override
  public ResultSet getBestRowIdentifier(
      @Nullable String catalog, @Nullable String schema, String table, int scope, boolean nullable)
      throws SQLException {
    return none(MetadataShape.ROW_IDENTIFIERS);
  }

  @Override
  public ResultSet getVersionColumns(
      @Nullable String catalog, @Nullable String schema, String table) throws SQLException {
    return none(MetadataShape.ROW_IDENTIFIERS);
  }

  @Override
  public ResultSet getUDTs(
      @Nullable String catalog,
      @Nullable String schemaPattern,
      @Nullable String typePattern,
      int @Nullable [] types)
      throws SQLException {
    return none(MetadataShape.UDTS);
  }

  @Override
  public ResultSet getSuperTypes(
      @Nullable String catalog, @Nullable String schemaPattern, @Nullable String typePattern)
      throws SQLException {
    return none(MetadataShape.SUPER_TYPES);
  }

  @Override
  public ResultSet getSuperTables(
      @Nullable String catalog, @Nullable String schemaPattern, @Nullable String tablePattern)
      throws SQLException {
    return none(MetadataShape.SUPER_TABLES);
  }

  @Override
  public ResultSet getAttributes(
      @Nullable String catalog,
      @Nullable String schemaPattern,
      @Nullable String typePattern,
      @Nullable String attributePattern)
      throws SQLException {
    return none(MetadataShape.ATTRIBUTES);
  }

  @Override
  public ResultSet getPseudoColumns(
      @Nullable String catalog,
      @Nullable String schemaPattern,
      @Nullable String tablePattern,
      @Nullable String columnPattern)
      throws SQLException {
    return none(MetadataShape.PSEUDO_COLUMNS);
  }

  // Who is speaking

  @Override
  public Connection getConnection() {
    return owner;
  }

  @Override
  public String getURL() {
    return owner.spec().url();
  }

  @Override
  public String getUserName() {
    String user = owner.spec().get(DriverProperty.USER);
    return user == null ? "" : user;
  }

  @Override
  public String getDatabaseProductName() {
    return owner.server().name();
  }

  @Override
  public String getDatabaseProductVersion() {
    return owner.server().version();
  }

  @Override
  public int getDatabaseMajorVersion() {
    return owner.server().majorVersion();
  }

  @Override
  public int getDatabaseMinorVersion() {
    return owner.server().minorVersion();
  }

  @Override
  public String getDriverName() {
    return BauplanDriver.NAME;
  }

  @Override
  public String getDriverVersion() {
    return BauplanDriver.VERSION;
  }

  @Override
  public int getJDBCMajorVersion() {
    return 4;
  }

  @Override
  public int getJDBCMinorVersion() {
    return 3;
  }

  // Dialect

  @Override
  public boolean isReadOnly() throws SQLException {
    return owner.isReadOnly();
  }

  @Override
  public boolean nullsAreSortedHigh() {
    return true;
  }

  @Override
  public boolean nullsAreSortedLow() {
    return false;
  }

  @Override
  public boolean nullsAreSortedAtStart() {
    return false;
  }

  @Override
  public boolean nullsAreSortedAtEnd() {
    return false;
  }

  @Override
  public String getIdentifierQuoteString() {
    return "\"";
  }

  @Override
  public String getSearchStringEscape() {
    return SEARCH_ESCAPE;
  }

  @Override
  public String getExtraNameCharacters() {
    return "";
  }

  @Override
  public boolean supportsMixedCaseIdentifiers() {
    return false;
  }

  @Override
  public boolean storesMixedCaseIdentifiers() {
    return true;
  }

  @Override
  public boolean storesUpperCaseIdentifiers() {
    return false;
  }

  @Override
  public boolean storesLowerCaseIdentifiers() {
    return false;
  }

  @Override
  public boolean supportsMixedCaseQuotedIdentifiers() {
    return false;
  }

  @Override
  public boolean storesMixedCaseQuotedIdentifiers() {
    return true;
  }

  @Override
  public boolean storesUpperCaseQuotedIdentifiers() {
    return false;
  }

  @Override
  public boolean storesLowerCaseQuotedIdentifiers() {
    return false;
  }

  @Override
  public String getSQLKeywords() {
    return owner.server().words(ServerInfo.KEYWORDS);
  }

  @Override
  public String getNumericFunctions() {
    return owner.server().words(ServerInfo.NUMERIC_FUNCTIONS);
  }

  @Override
  public String getStringFunctions() {
    return owner.server().words(ServerInfo.STRING_FUNCTIONS);
  }

  @Override
  public String getSystemFunctions() {
    return owner.server().words(ServerInfo.SYSTEM_FUNCTIONS);
  }

  @Override
  public String getTimeDateFunctions() {
    return owner.server().words(ServerInfo.DATETIME_FUNCTIONS);
  }

  @Override
  public String getSchemaTerm() {
    return "namespace";
  }

  @Override
  public String getProcedureTerm() {
    return "procedure";
  }

  @Override
  public String getCatalogTerm() {
    return "catalog";
  }

  @Override
  public String getCatalogSeparator() {
    return ".";
  }

  @Override
  public boolean isCatalogAtStart() {
    return true;
  }

  // There are namespaces, and no catalogs above them

  @Override
  public boolean supportsCatalogsInDataManipulation() {
    return false;
  }

  @Override
  public boolean supportsCatalogsInProcedureCalls() {
    return false;
  }

  @Override
  public boolean supportsCatalogsInTableDefinitions() {
    return false;
  }

  @Override
  public boolean supportsCatalogsInIndexDefinitions() {
    return false;
  }

  @Override
  public boolean supportsCatalogsInPrivilegeDefinitions() {
    return false;
  }

  @Override
  public boolean supportsAlterTableWithAddColumn() {
    return false;
  }

  @Override
  public boolean supportsAlterTableWithDropColumn() {
    return false;
  }

  @Override
  public boolean supportsOuterJoins() {
    return true;
  }

  @Override
  public boolean supportsFullOuterJoins() {
    return true;
  }

  @Override
  public boolean supportsLimitedOuterJoins() {
    return true;
  }

  @Override
  public boolean supportsSelectForUpdate() {
    return false;
  }

  @Override
  public boolean supportsPositionedDelete() {
    return false;
  }

  @Override
  public boolean supportsPositionedUpdate() {
    return false;
  }

  @Override
  public boolean supportsStoredProcedures() {
    return false;
  }

  @Override
  public boolean supportsStoredFunctionsUsingCallSyntax() {
    return false;
  }

  @Override
  public boolean supportsIntegrityEnhancementFacility() {
    return false;
  }

  @Override
  public boolean supportsNamedParameters() {
    return false;
  }

  @Override
  public boolean supportsMultipleResultSets() {
    return false;
  }

  @Override
  public boolean supportsMultipleOpenResults() {
    return false;
  }

  @Override
  public boolean supportsGetGeneratedKeys() {
    return false;
  }

  @Override
  public boolean generatedKeyAlwaysReturned() {
    return false;
  }

  @Override
  public boolean supportsBatchUpdates() {
    return true;
  }

  @Override
  public boolean supportsStatementPooling() {
    return false;
  }

  @Override
  public int getSQLStateType() {
    return DatabaseMetaData.sqlStateSQL;
  }

  @Override
  public RowIdLifetime getRowIdLifetime() {
    return RowIdLifetime.ROWID_UNSUPPORTED;
  }

  // Transactions and results

  @Override
  public boolean supportsTransactions() {
    return false;
  }

  @Override
  public boolean supportsMultipleTransactions() {
    return false;
  }

  @Override
  public boolean supportsSavepoints() {
    return false;
  }

  @Override
  public int getDefaultTransactionIsolation() {
    return Connection.TRANSACTION_NONE;
  }

  @Override
  public boolean supportsTransactionIsolationLevel(int level) {
    return level == Connection.TRANSACTION_NONE;
  }

  @Override
  public boolean supportsDataDefinitionAndDataManipulationTransactions() {
    return false;
  }

  @Override
  public boolean supportsDataManipulationTransactionsOnly() {
    return false;
  }

  @Override
  public boolean autoCommitFailureClosesAllResultSets() {
    return false;
  }

  @Override
  public boolean supportsOpenCursorsAcrossCommit() {
    return true;
  }

  @Override
  public boolean supportsOpenStatementsAcrossCommit() {
    return true;
  }

  @Override
  public boolean supportsResultSetType(int type) {
    return type == ResultSet.TYPE_FORWARD_ONLY;
  }

  @Override
  public boolean supportsResultSetConcurrency(int type, int concurrency) {
    return type == ResultSet.TYPE_FORWARD_ONLY && concurrency == ResultSet.CONCUR_READ_ONLY;
  }

  @Override
  public boolean supportsResultSetHoldability(int holdability) {
    return holdability == ResultSet.HOLD_CURSORS_OVER_COMMIT;
  }

  @Override
  public int getResultSetHoldability() {
    return ResultSet.HOLD_CURSORS_OVER_COMMIT;
  }

  // A result shows the data as it was when the query started

  @Override
  public boolean ownUpdatesAreVisible(int type) {
    return false;
  }

  @Override
  public boolean ownDeletesAreVisible(int type) {
    return false;
  }

  @Override
  public boolean ownInsertsAreVisible(int type) {
    return false;
  }

  @Override
  public boolean othersUpdatesAreVisible(int type) {
    return false;
  }

  @Override
  public boolean othersDeletesAreVisible(int type) {
    return false;
  }

  @Override
  public boolean othersInsertsAreVisible(int type) {
    return false;
  }

  @Override
  public boolean updatesAreDetected(int type) {
    return false;
  }

  @Override
  public boolean deletesAreDetected(int type) {
    return false;
  }

  @Override
  public boolean insertsAreDetected(int type) {
    return false;
  }

  // The skeleton's own additions

  @Override
  public Properties getRemoteAvaticaProperties() {
    return new Properties();
  }

  @Override
  public String getAvaticaServerVersion() {
    return owner.server().version();
  }

  @Override
  public <T> T unwrap(Class<T> type) throws SQLException {
    if (type.isInstance(this)) {
      return type.cast(this);
    }
    throw SqlErrors.of(SqlErrors.INVALID_ARGUMENT, "not a wrapper for " + type.getName());
  }

  @Override
  public boolean isWrapperFor(Class<?> type) {
    return type.isInstance(this);
  }
}
