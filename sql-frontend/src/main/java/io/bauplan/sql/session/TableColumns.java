package io.bauplan.sql.session;

import io.bauplan.sql.catalog.CatalogTable;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.error.NearestName;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.ScanColumn;
import io.bauplan.sql.validator.Positions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlNode;
import org.jspecify.annotations.Nullable;

/// The columns of a table that a statement writes to, as the statement names them.
final class TableColumns {
  private final CatalogTable table;
  private final List<Column> columns;
  private final Optional<SqlIdentifier> alias;

  TableColumns(CatalogTable table, Optional<SqlIdentifier> alias) {
    this.table = table;
    this.columns = table.columns().stream().map(ScanColumn::column).toList();
    this.alias = alias;
  }

  List<Column> list() {
    return columns;
  }

  /// Values in the order of the table's columns; null where a column has none.
  ///
  /// @param names empty = all columns in order
  List<@Nullable SqlNode> assigned(List<SqlIdentifier> names, List<SqlNode> values) {
    @Nullable SqlNode[] assigned = new SqlNode[columns.size()];
    for (int i = 0; i < names.size(); i++) {
      int index = index(names.get(i));
      if (assigned[index] != null) {
        throw new EngineException(
            ErrorCode.DUPLICATE_NAME,
            "column \"" + names.get(i) + "\" is assigned twice",
            Positions.of(names.get(i).getParserPosition()));
      }
      assigned[index] = values.get(i);
    }
    return Collections.unmodifiableList(new ArrayList<>(Arrays.asList(assigned)));
  }

  /// The column of a name, which may have the table's before it.
  int index(SqlIdentifier name) {
    String wanted = name.names.getLast();
    if (name.names.size() > 1) {
      checkQualifier(name);
    }
    for (int i = 0; i < columns.size(); i++) {
      if (columns.get(i).name().equalsIgnoreCase(wanted)) {
        return i;
      }
    }
    throw new EngineException(
        ErrorCode.COLUMN_NOT_FOUND,
        "table \"" + table.name() + "\" has no column \"" + wanted + "\"",
        Positions.of(name.getParserPosition()),
        NearestName.hint(wanted, columns.stream().map(Column::name).toList()).orElse(null),
        null);
  }

  private void checkQualifier(SqlIdentifier name) {
    String qualifier = name.names.get(name.names.size() - 2);
    String own = alias.map(SqlIdentifier::getSimple).orElse(table.name().name());
    if (qualifier.equalsIgnoreCase(own)) {
      return;
    }
    boolean field = columns.stream().anyMatch(c -> c.name().equalsIgnoreCase(qualifier));
    throw new EngineException(
        field ? ErrorCode.NOT_SUPPORTED : ErrorCode.COLUMN_NOT_FOUND,
        field
            ? "assigning the field \"" + name + "\" of a column alone is not supported"
            : "\"" + name + "\" is no column of table \"" + table.name() + "\"",
        Positions.of(name.getParserPosition()),
        field ? "Assign the whole column: SET " + qualifier + " = ROW(...)." : null,
        null);
  }
}
