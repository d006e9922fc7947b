package io.bauplan.sql.session;

import io.bauplan.sql.catalog.CatalogEntry;
import io.bauplan.sql.catalog.CatalogTable;
import io.bauplan.sql.catalog.MaterializedView;
import io.bauplan.sql.parser.Keywords;
import io.bauplan.sql.plan.ArrowTypes;
import io.bauplan.sql.plan.ScanColumn;
import io.bauplan.sql.plan.TableRef;
import io.bauplan.udf.api.FunctionDefinition;
import io.bauplan.udf.api.FunctionParameter;
import io.bauplan.udf.api.FunctionReturn;
import io.bauplan.udf.api.Language;
import io.bauplan.udf.api.TableSemantics;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.arrow.vector.types.pojo.Field;

/// The statement that would make a catalog object again: `SHOW CREATE`.
final class CreateText {
  private CreateText() {}

  static String of(CatalogEntry entry) {
    return switch (entry) {
      case CatalogEntry.Table(CatalogTable table) -> table(table);
      case CatalogEntry.View view ->
          (MaterializedView.isMaterialized(view) ? "CREATE MATERIALIZED VIEW " : "CREATE VIEW ")
              + name(view.name())
              + " AS\n"
              + view.sql();
      case CatalogEntry.Function(TableRef name, FunctionDefinition function) ->
          function(name, function);
    };
  }

  private static String table(CatalogTable table) {
    List<String> columns = new ArrayList<>();
    for (ScanColumn column : table.columns()) {
      columns.add(
          "  "
              + quoted(column.column().name())
              + " "
              + column.column().type().sql(CreateText::quoted)
              + (column.column().nullable() ? "" : " NOT NULL"));
    }
    String text =
        "CREATE TABLE " + name(table.name()) + " (\n" + String.join(",\n", columns) + "\n)";
    if (!table.partitioning().isEmpty()) {
      text +=
          table.partitioning().stream()
              .map(
                  field -> {
                    String source =
                        table.columns().stream()
                            .filter(c -> c.fieldId() == field.sourceFieldId())
                            .map(c -> quoted(c.column().name()))
                            .findFirst()
                            .orElse("?");
                    return transform(field.transform(), source);
                  })
              .collect(Collectors.joining(", ", " PARTITIONED BY (", ")"));
    }
    return text;
  }

  private static String transform(String transform, String column) {
    if (transform.equals("identity")) {
      return column;
    }
    int bracket = transform.indexOf('[');
    return bracket < 0
        ? transform + "(" + column + ")"
        : transform.substring(0, bracket)
            + "("
            + transform.substring(bracket + 1, transform.length() - 1)
            + ", "
            + column
            + ")";
  }

  private static String function(TableRef name, FunctionDefinition function) {
    StringBuilder text = new StringBuilder("CREATE ");
    text.append(function.returns() instanceof FunctionReturn.Aggregate ? "AGGREGATE " : "")
        .append("FUNCTION ")
        .append(name(name))
        .append(" (");
    text.append(
        function.parameters().stream()
            .map(
                parameter ->
                    switch (parameter) {
                      case FunctionParameter.Table t ->
                          quoted(t.name())
                              + " TABLE"
                              + t.columns().map(c -> " (" + fields(c) + ")").orElse("")
                              + (t.semantics() == TableSemantics.ROW
                                  ? " ROW SEMANTICS"
                                  : " SET SEMANTICS");
                      case FunctionParameter.Scalar s ->
                          quoted(s.name())
                              + " "
                              + ArrowTypes.dataType(s.type()).sql(CreateText::quoted)
                              + (s.optional() ? " DEFAULT NULL" : "");
                    })
            .collect(Collectors.joining(", ")));
    text.append(")\nRETURNS ")
        .append(
            switch (function.returns()) {
              case FunctionReturn.Table(var columns) ->
                  columns.stream()
                      .map(
                          c ->
                              fields(List.of(c.field()))
                                  + c.lineage().map(l -> " LINEAGE " + l).orElse(""))
                      .collect(Collectors.joining(", ", "TABLE (", ")"));
              case FunctionReturn.InferredTable() -> "TABLE";
              case FunctionReturn.Scalar(Field type) ->
                  ArrowTypes.dataType(type).sql(CreateText::quoted);
              case FunctionReturn.Aggregate(Field type) ->
                  ArrowTypes.dataType(type).sql(CreateText::quoted);
            });
    text.append("\nLANGUAGE ").append(function.language() == Language.PYTHON ? "PYTHON" : "JAVA");
    function
        .environment()
        .interpreterVersion()
        .ifPresent(v -> text.append(" RUNTIME_VERSION = ").append(string(v)));
    if (!function.environment().requirements().isEmpty()) {
      text.append(
          function.environment().requirements().stream()
              .map(CreateText::string)
              .collect(Collectors.joining(", ", " PACKAGES = (", ")")));
    }
    if (function.deterministic()) {
      text.append(" IMMUTABLE");
    }
    if (function.skipsNulls()) {
      text.append(" RETURNS NULL ON NULL INPUT");
    }
    return text.append("\nHANDLER = ")
        .append(string(function.handler()))
        .append("\nAS $$")
        .append(function.source().text())
        .append("$$")
        .toString();
  }

  private static String fields(List<Field> fields) {
    return fields.stream()
        .map(
            f ->
                quoted(f.getName())
                    + " "
                    + ArrowTypes.dataType(f).sql(CreateText::quoted)
                    + (f.isNullable() ? "" : " NOT NULL"))
        .collect(Collectors.joining(", "));
  }

  private static String name(TableRef name) {
    return Stream.concat(name.namespace().stream(), Stream.of(name.name()))
        .map(CreateText::quoted)
        .collect(Collectors.joining("."));
  }

  private static String string(String text) {
    return "'" + text.replace("'", "''") + "'";
  }

  private static String quoted(String name) {
    boolean plain = name.matches("[a-z_][a-z0-9_]*") && !Keywords.isReserved(name);
    return plain ? name : '"' + name.replace("\"", "\"\"") + '"';
  }
}
