package io.bauplan.sql.catalog;

import io.bauplan.sql.plan.RowType;
import io.bauplan.sql.plan.TableRef;
import io.bauplan.udf.api.FunctionDefinition;
import java.util.Map;

/// What a name stands for at a commit.
public sealed interface CatalogEntry {
  TableRef name();

  /// An Iceberg table.
  record Table(CatalogTable table) implements CatalogEntry {
    @Override
    public TableRef name() {
      return table.name();
    }
  }

  /// A view: its text is expanded where it is used and inherits the reference of the query.
  ///
  /// @param defaultNamespace namespace in which the text's unqualified names resolve, dotted
  record View(
      TableRef name,
      String sql,
      String defaultNamespace,
      RowType columns,
      Map<String, String> properties)
      implements CatalogEntry {}

  /// A table function. Versioned with the data.
  record Function(TableRef name, FunctionDefinition definition) implements CatalogEntry {}
}
