package io.bauplan.server.endpoint;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.apache.arrow.flight.sql.FlightSqlProducer.Schemas;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.UInt1Vector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.impl.UnionListWriter;
import org.jspecify.annotations.Nullable;

/// Fills the result shapes that the protocol prescribes for metadata calls.
final class MetadataResults {
  private static final int DATETIME_TYPE = 9;

  private MetadataResults() {}

  static void schemas(VectorSchemaRoot root, List<String> namespaces) {
    for (int i = 0; i < namespaces.size(); i++) {
      text(root, "catalog_name", i, null);
      text(root, "db_schema_name", i, namespaces.get(i));
    }
    root.setRowCount(namespaces.size());
  }

  static void tableTypes(VectorSchemaRoot root, List<String> types) {
    for (int i = 0; i < types.size(); i++) {
      text(root, "table_type", i, types.get(i));
    }
    root.setRowCount(types.size());
  }

  static void tables(VectorSchemaRoot root, List<CatalogMetadata.TableRow> rows) {
    boolean withSchema = root.getSchema().equals(Schemas.GET_TABLES_SCHEMA);
    for (int i = 0; i < rows.size(); i++) {
      CatalogMetadata.TableRow row = rows.get(i);
      text(root, "catalog_name", i, null);
      text(root, "db_schema_name", i, row.namespace());
      text(root, "table_name", i, row.name());
      text(root, "table_type", i, row.type());
      if (withSchema) {
        ((VarBinaryVector) root.getVector("table_schema"))
            .setSafe(i, row.schema().orElse(new byte[0]));
      }
    }
    root.setRowCount(rows.size());
  }

  static void types(VectorSchemaRoot root, Optional<Integer> wanted) {
    List<XdbcTypes> types =
        XdbcTypes.ALL.stream()
            .filter(type -> wanted.isEmpty() || wanted.get() == type.code())
            .toList();
    for (int i = 0; i < types.size(); i++) {
      type(root, i, types.get(i));
    }
    root.setRowCount(types.size());
  }

  private static void type(VectorSchemaRoot root, int row, XdbcTypes type) {
    text(root, "type_name", row, type.name());
    number(root, "data_type", row, type.code());
    number(root, "column_size", row, type.size());
    text(root, "literal_prefix", row, type.prefix());
    text(root, "literal_suffix", row, type.suffix());
    ListVector parameters = (ListVector) root.getVector("create_params");
    if (type.parameters() == null) {
      parameters.setNull(row);
    } else {
      UnionListWriter writer = parameters.getWriter();
      writer.setPosition(row);
      writer.startList();
      for (String parameter : type.parameters().split(",")) {
        writer.varChar().writeVarChar(parameter);
      }
      writer.endList();
    }
    number(root, "nullable", row, 1);
    flag(root, "case_sensitive", row, type.caseSensitive());
    number(root, "searchable", row, type.searchable());
    if (type.numeric()) {
      flag(root, "unsigned_attribute", row, false);
    }
    flag(root, "fixed_prec_scale", row, false);
    if (type.numeric()) {
      flag(root, "auto_increment", row, false);
    }
    text(root, "local_type_name", row, type.name());
    number(root, "minimum_scale", row, type.scale() == null ? null : Integer.valueOf(0));
    number(root, "maximum_scale", row, type.scale());
    number(root, "sql_data_type", row, type.subcode() == null ? type.code() : DATETIME_TYPE);
    number(root, "datetime_subcode", row, type.subcode());
    number(root, "num_prec_radix", row, type.numeric() ? Integer.valueOf(10) : null);
    number(root, "interval_precision", row, null);
  }

  private static void text(VectorSchemaRoot root, String column, int row, @Nullable String value) {
    VarCharVector vector = (VarCharVector) root.getVector(column);
    if (value == null) {
      vector.setNull(row);
    } else {
      vector.setSafe(row, value.getBytes(StandardCharsets.UTF_8));
    }
  }

  private static void number(
      VectorSchemaRoot root, String column, int row, @Nullable Integer value) {
    switch (root.getVector(column)) {
      case IntVector vector when value != null -> vector.setSafe(row, value);
      case UInt1Vector vector when value != null -> vector.setSafe(row, value);
      case IntVector vector -> vector.setNull(row);
      case UInt1Vector vector -> vector.setNull(row);
      default -> throw new IllegalStateException(column);
    }
  }

  private static void flag(VectorSchemaRoot root, String column, int row, boolean value) {
    ((BitVector) root.getVector(column)).setSafe(row, value ? 1 : 0);
  }
}
