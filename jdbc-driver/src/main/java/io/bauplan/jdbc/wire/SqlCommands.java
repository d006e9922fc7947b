package io.bauplan.jdbc.wire;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Encodes the Flight SQL commands and actions that the driver sends. Each method returns the bytes
/// of a `google.protobuf.Any` that wraps the command.
public final class SqlCommands {
  private static final String TYPE_PREFIX = "type.googleapis.com/arrow.flight.protocol.sql.";

  private SqlCommands() {}

  public static byte[] statementQuery(String sql) {
    return any("CommandStatementQuery", new ProtoWriter().string(1, sql));
  }

  public static byte[] statementUpdate(String sql) {
    return any("CommandStatementUpdate", new ProtoWriter().string(1, sql));
  }

  public static byte[] preparedQuery(byte[] handle) {
    return any("CommandPreparedStatementQuery", new ProtoWriter().bytes(1, handle));
  }

  public static byte[] preparedUpdate(byte[] handle) {
    return any("CommandPreparedStatementUpdate", new ProtoWriter().bytes(1, handle));
  }

  /// The body of the action `CreatePreparedStatement`.
  public static byte[] createPrepared(String sql) {
    return any("ActionCreatePreparedStatementRequest", new ProtoWriter().string(1, sql));
  }

  /// The body of the action `ClosePreparedStatement`.
  public static byte[] closePrepared(byte[] handle) {
    return any("ActionClosePreparedStatementRequest", new ProtoWriter().bytes(1, handle));
  }

  public static byte[] sqlInfo(int... ids) {
    ProtoWriter writer = new ProtoWriter();
    for (int id : ids) {
      writer.varint(1, id);
    }
    return any("CommandGetSqlInfo", writer);
  }

  public static byte[] catalogs() {
    return any("CommandGetCatalogs", new ProtoWriter());
  }

  public static byte[] schemas(@Nullable String catalog, @Nullable String schemaPattern) {
    ProtoWriter writer = new ProtoWriter();
    optional(writer, 1, catalog);
    optional(writer, 2, schemaPattern);
    return any("CommandGetDbSchemas", writer);
  }

  /// Tables that match the patterns. An empty `types` asks for every type; `columns` also asks for
  /// each table's Arrow schema.
  public static byte[] tables(
      @Nullable String catalog,
      @Nullable String schemaPattern,
      @Nullable String tablePattern,
      List<String> types,
      TableDetail detail) {
    ProtoWriter writer = new ProtoWriter();
    optional(writer, 1, catalog);
    optional(writer, 2, schemaPattern);
    optional(writer, 3, tablePattern);
    for (String type : types) {
      writer.string(4, type);
    }
    writer.bool(5, detail == TableDetail.WITH_COLUMNS);
    return any("CommandGetTables", writer);
  }

  public static byte[] tableTypes() {
    return any("CommandGetTableTypes", new ProtoWriter());
  }

  /// One of `CommandGetPrimaryKeys`, `CommandGetImportedKeys`, `CommandGetExportedKeys`.
  public static byte[] keys(
      String command, @Nullable String catalog, @Nullable String schema, String table) {
    ProtoWriter writer = new ProtoWriter();
    optional(writer, 1, catalog);
    optional(writer, 2, schema);
    writer.string(3, table);
    return any(command, writer);
  }

  /// Whether a listing of tables carries their columns.
  public enum TableDetail {
    NAMES,
    WITH_COLUMNS
  }

  private static void optional(ProtoWriter writer, int field, @Nullable String value) {
    if (value != null) {
      writer.string(field, value);
    }
  }

  private static byte[] any(String type, ProtoWriter message) {
    return new ProtoWriter()
        .string(1, TYPE_PREFIX + type)
        .bytes(2, message.toByteArray())
        .toByteArray();
  }
}
