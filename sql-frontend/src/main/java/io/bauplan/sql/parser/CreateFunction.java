package io.bauplan.sql.parser;

import io.bauplan.sql.error.SourcePosition;
import io.bauplan.sql.plan.PlannedStatement.Existing;
import io.bauplan.udf.api.Language;
import io.bauplan.udf.api.TableSemantics;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.calcite.sql.SqlDataTypeSpec;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlNode;

/// `CREATE FUNCTION`.
///
/// @param handler empty = the function of the same name
/// @param body empty only with `IMPORTS`
/// @param aggregate `CREATE AGGREGATE FUNCTION`
/// @param deterministic `IMMUTABLE` (also `DETERMINISTIC`); `VOLATILE` and nothing said are false
/// @param skipsNulls `RETURNS NULL ON NULL INPUT` (also `STRICT`); `CALLED ON NULL INPUT` and
/// nothing said are false
public record CreateFunction(
    SqlIdentifier name,
    boolean aggregate,
    List<Parameter> parameters,
    Returns returns,
    Language language,
    Optional<String> runtimeVersion,
    List<String> packages,
    Optional<LocalDate> packagesAsOf,
    boolean deterministic,
    boolean skipsNulls,
    Optional<String> handler,
    List<String> imports,
    OptionalLong memoryBytes,
    Optional<Duration> timeout,
    boolean internetAccess,
    Optional<Body> body,
    Existing existing,
    Optional<Version> at,
    SourcePosition position)
    implements DefinitionStatement {

  /// One parameter, in the order declared.
  public sealed interface Parameter {
    SqlIdentifier name();

    /// `data TABLE (id BIGINT, ...) [ROW|SET SEMANTICS]`; without a column list: any table.
    record Table(SqlIdentifier name, Optional<List<Field>> columns, TableSemantics semantics)
        implements Parameter {}

    record Scalar(SqlIdentifier name, SqlDataTypeSpec type, Optional<SqlNode> defaultValue)
        implements Parameter {}
  }

  /// A column of a table argument.
  public record Field(SqlIdentifier name, SqlDataTypeSpec type, boolean nullable) {}

  /// What comes back.
  public sealed interface Returns {
    /// `RETURNS TABLE (id BIGINT LINEAGE data.id, ...)`.
    record Table(List<ResultColumn> columns) implements Returns {}

    /// `RETURNS TABLE` without columns: known after the call only.
    record AnyTable() implements Returns {}

    record Scalar(SqlDataTypeSpec type) implements Returns {}
  }

  /// @param lineage `data.id`: this column is that input column, unchanged
  public record ResultColumn(Field field, Optional<SqlIdentifier> lineage) {}

  /// @param text without the quotes around it
  /// @param firstLine 1-based line of the statement's text on which `text` begins
  public record Body(String text, int firstLine) {}
}
