package io.bauplan.jdbc;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.arrow.flight.CallStatus;
import org.apache.arrow.flight.Criteria;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightEndpoint;
import org.apache.arrow.flight.FlightInfo;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.PutResult;
import org.apache.arrow.flight.Result;
import org.apache.arrow.flight.Ticket;
import org.apache.arrow.flight.sql.NoOpFlightSqlProducer;
import org.apache.arrow.flight.sql.SqlInfoBuilder;
import org.apache.arrow.flight.sql.impl.FlightSql;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.ipc.WriteChannel;
import org.apache.arrow.vector.ipc.message.MessageSerializer;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.duckdb.DuckDBResultSet;

/// A Flight SQL server's producer over one DuckDB connection. It marks statements as `query` or
/// `update` as the engine does.
@SuppressWarnings("NullAway") // a test double of a foreign, unannotated interface
final class DuckDbFlightProducer extends NoOpFlightSqlProducer implements AutoCloseable {
  private static final int BATCH_ROWS = 65_536;

  final AtomicInteger calls = new AtomicInteger();
  private final Connection duckdb;
  private final BufferAllocator allocator;
  private final Map<String, String> sqlByHandle = new ConcurrentHashMap<>();
  private final Map<String, Object[]> parametersByHandle = new ConcurrentHashMap<>();
  private final AtomicInteger handles = new AtomicInteger();

  DuckDbFlightProducer(Connection duckdb, BufferAllocator allocator) {
    this.duckdb = duckdb;
    this.allocator = allocator;
  }

  private static boolean isUpdate(String sql) {
    return !sql.strip().toUpperCase().matches("(?s)(SELECT|VALUES|FROM|WITH|SLOW).*");
  }

  private String remember(String sql) {
    String handle = "h" + handles.incrementAndGet();
    sqlByHandle.put(handle, sql);
    return handle;
  }

  private static RuntimeException failed(SQLException e) {
    return CallStatus.INVALID_ARGUMENT
        .withDescription("[42S02] " + e.getMessage())
        .toRuntimeException();
  }

  private FlightInfo info(Message ticket, Schema schema, FlightDescriptor descriptor, String kind) {
    FlightEndpoint endpoint = new FlightEndpoint(new Ticket(Any.pack(ticket).toByteArray()));
    return FlightInfo.builder(schema, descriptor, List.of(endpoint))
        .setAppMetadata(kind.getBytes(UTF_8))
        .build();
  }

  private Schema schema(String sql) {
    if (isUpdate(sql)) {
      return new Schema(List.of(Field.nullable("affected_rows", new ArrowType.Int(64, true))));
    }
    if (sql.startsWith("SLOW")) {
      return new Schema(List.of(Field.nullable("x", new ArrowType.Int(64, true))));
    }
    try (Statement statement = duckdb.createStatement();
        ResultSet rows = statement.executeQuery("SELECT * FROM (" + sql + ") LIMIT 0");
        ArrowReader reader = reader(rows)) {
      return reader.getVectorSchemaRoot().getSchema();
    } catch (SQLException e) {
      throw failed(e);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private ArrowReader reader(ResultSet rows) throws SQLException {
    return (ArrowReader)
        rows.unwrap(DuckDBResultSet.class).arrowExportStream(allocator, BATCH_ROWS);
  }

  @Override
  public FlightInfo getFlightInfoStatement(
      FlightSql.CommandStatementQuery command, CallContext context, FlightDescriptor descriptor) {
    calls.incrementAndGet();
    String sql = command.getQuery();
    Schema schema = schema(sql);
    FlightSql.TicketStatementQuery ticket =
        FlightSql.TicketStatementQuery.newBuilder()
            .setStatementHandle(ByteString.copyFromUtf8(remember(sql)))
            .build();
    return info(ticket, schema, descriptor, isUpdate(sql) ? "update" : "query");
  }

  @Override
  public void getStreamStatement(
      FlightSql.TicketStatementQuery ticket, CallContext context, ServerStreamListener listener) {
    calls.incrementAndGet();
    stream(sqlByHandle.get(ticket.getStatementHandle().toStringUtf8()), null, listener);
  }

  private void stream(String sql, Object[] parameters, ServerStreamListener listener) {
    // DoGet runs on gRPC's own executor: waiting for the client there would block the call.
    Thread sender =
        new Thread(
            () -> {
              try {
                if (sql.startsWith("SLOW")) {
                  slow(listener);
                } else if (isUpdate(sql)) {
                  sendUpdateCount(sql, listener);
                } else {
                  sendRows(sql, parameters, listener);
                }
              } catch (SQLException e) {
                listener.error(failed(e));
              } catch (Exception e) {
                listener.error(e);
              }
            });
    sender.setDaemon(true);
    sender.start();
  }

  private void slow(ServerStreamListener listener) throws InterruptedException {
    for (int i = 0; i < 300 && !listener.isCancelled(); i++) {
      Thread.sleep(100);
    }
    listener.error(CallStatus.CANCELLED.toRuntimeException());
  }

  private void sendUpdateCount(String sql, ServerStreamListener listener) throws SQLException {
    try (Statement statement = duckdb.createStatement();
        VectorSchemaRoot root = VectorSchemaRoot.create(schema(sql), allocator)) {
      long count = Math.max(0, statement.executeUpdate(sql));
      listener.start(root);
      ((org.apache.arrow.vector.BigIntVector) root.getVector(0)).setSafe(0, count);
      root.setRowCount(1);
      listener.putNext();
      listener.completed();
    }
  }

  private void sendRows(String sql, Object[] parameters, ServerStreamListener listener)
      throws Exception {
    try (PreparedStatement statement = duckdb.prepareStatement(sql)) {
      bind(statement, parameters);
      try (ResultSet rows = statement.executeQuery();
          ArrowReader reader = reader(rows)) {
        VectorSchemaRoot root = reader.getVectorSchemaRoot();
        DictionaryProvider dictionaries = reader;
        // DuckDB fills the dictionaries along with the first batch.
        boolean more = reader.loadNextBatch();
        listener.start(root, dictionaries);
        while (more) {
          while (!listener.isReady() && !listener.isCancelled()) {
            Thread.sleep(0, 50_000);
          }
          if (listener.isCancelled()) {
            return;
          }
          listener.putNext();
          more = reader.loadNextBatch();
        }
        listener.completed();
      }
    }
  }

  private static void bind(PreparedStatement statement, Object[] parameters) throws SQLException {
    for (int i = 0; parameters != null && i < parameters.length; i++) {
      statement.setObject(i + 1, parameters[i]);
    }
  }

  @Override
  public Runnable acceptPutStatement(
      FlightSql.CommandStatementUpdate command,
      CallContext context,
      FlightStream stream,
      StreamListener<PutResult> ack) {
    return () -> {
      calls.incrementAndGet();
      if (!isUpdate(command.getQuery())) {
        ack.onError(
            CallStatus.INVALID_ARGUMENT
                .withDescription("[HY000] the statement returns rows")
                .toRuntimeException());
        return;
      }
      try (Statement statement = duckdb.createStatement()) {
        acknowledge(statement.executeUpdate(command.getQuery()), ack);
      } catch (SQLException e) {
        ack.onError(failed(e));
      }
    };
  }

  private void acknowledge(long count, StreamListener<PutResult> ack) {
    byte[] result =
        FlightSql.DoPutUpdateResult.newBuilder().setRecordCount(count).build().toByteArray();
    try (ArrowBuf buffer = allocator.buffer(result.length)) {
      buffer.writeBytes(result);
      ack.onNext(PutResult.metadata(buffer));
      ack.onCompleted();
    }
  }

  // Prepared statements

  @Override
  public void createPreparedStatement(
      FlightSql.ActionCreatePreparedStatementRequest request,
      CallContext context,
      StreamListener<Result> listener) {
    String sql = request.getQuery();
    FlightSql.ActionCreatePreparedStatementResult.Builder result =
        FlightSql.ActionCreatePreparedStatementResult.newBuilder()
            .setPreparedStatementHandle(ByteString.copyFromUtf8(remember(sql)));
    try (PreparedStatement statement = duckdb.prepareStatement(sql)) {
      int count = statement.getParameterMetaData().getParameterCount();
      Field[] fields = new Field[count];
      for (int i = 0; i < count; i++) {
        // DuckDB does not say what a parameter is; a union stands for "any".
        fields[i] = Field.nullable("p" + (i + 1), new ArrowType.Null());
      }
      result.setParameterSchema(encapsulate(new Schema(List.of(fields))));
      if (!isUpdate(sql)) {
        result.setDatasetSchema(encapsulate(schema(sql.replace("?", "NULL"))));
      }
    } catch (SQLException e) {
      listener.onError(failed(e));
      return;
    }
    listener.onNext(new Result(Any.pack(result.build()).toByteArray()));
    listener.onCompleted();
  }

  private static ByteString encapsulate(Schema schema) {
    try {
      java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream();
      MessageSerializer.serialize(
          new WriteChannel(java.nio.channels.Channels.newChannel(out)), schema);
      return ByteString.copyFrom(out.toByteArray());
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Override
  public void closePreparedStatement(
      FlightSql.ActionClosePreparedStatementRequest request,
      CallContext context,
      StreamListener<Result> listener) {
    sqlByHandle.remove(request.getPreparedStatementHandle().toStringUtf8());
    listener.onCompleted();
  }

  @Override
  public Runnable acceptPutPreparedStatementQuery(
      FlightSql.CommandPreparedStatementQuery command,
      CallContext context,
      FlightStream stream,
      StreamListener<PutResult> ack) {
    return () -> {
      String handle = command.getPreparedStatementHandle().toStringUtf8();
      while (stream.next()) {
        parametersByHandle.put(handle, row(stream.getRoot(), 0));
      }
      ack.onCompleted();
    };
  }

  @Override
  public Runnable acceptPutPreparedStatementUpdate(
      FlightSql.CommandPreparedStatementUpdate command,
      CallContext context,
      FlightStream stream,
      StreamListener<PutResult> ack) {
    return () -> {
      String sql = sqlByHandle.get(command.getPreparedStatementHandle().toStringUtf8());
      long sum = 0;
      try (PreparedStatement statement = duckdb.prepareStatement(sql)) {
        if (statement.getParameterMetaData().getParameterCount() == 0) {
          sum = statement.executeUpdate();
        } else {
          while (stream.next()) {
            for (int i = 0; i < stream.getRoot().getRowCount(); i++) {
              bind(statement, row(stream.getRoot(), i));
              sum += statement.executeUpdate();
            }
          }
        }
        acknowledge(sum, ack);
      } catch (SQLException e) {
        ack.onError(failed(e));
      }
    };
  }

  private static Object[] row(VectorSchemaRoot root, int row) {
    Object[] values = new Object[root.getFieldVectors().size()];
    for (int i = 0; i < values.length; i++) {
      FieldVector vector = root.getVector(i);
      Object value = vector.getObject(row);
      boolean date = vector instanceof org.apache.arrow.vector.DateDayVector;
      values[i] =
          date && value != null
              ? java.time.LocalDate.ofEpochDay((Integer) value)
              : value instanceof org.apache.arrow.vector.util.Text ? value.toString() : value;
    }
    return values;
  }

  @Override
  public FlightInfo getFlightInfoPreparedStatement(
      FlightSql.CommandPreparedStatementQuery command,
      CallContext context,
      FlightDescriptor descriptor) {
    String sql = sqlByHandle.get(command.getPreparedStatementHandle().toStringUtf8());
    return info(command, schema(sql.replace("?", "NULL")), descriptor, "query");
  }

  @Override
  public void getStreamPreparedStatement(
      FlightSql.CommandPreparedStatementQuery command,
      CallContext context,
      ServerStreamListener listener) {
    String handle = command.getPreparedStatementHandle().toStringUtf8();
    stream(sqlByHandle.get(handle), parametersByHandle.get(handle), listener);
  }

  // Metadata

  @Override
  public FlightInfo getFlightInfoSqlInfo(
      FlightSql.CommandGetSqlInfo request, CallContext context, FlightDescriptor descriptor) {
    return info(request, Schemas.GET_SQL_INFO_SCHEMA, descriptor, "query");
  }

  @Override
  public void getStreamSqlInfo(
      FlightSql.CommandGetSqlInfo command, CallContext context, ServerStreamListener listener) {
    new SqlInfoBuilder()
        .withFlightSqlServerName("DuckFlight")
        .withFlightSqlServerVersion("3.14.0")
        .withSqlKeywords(new String[] {"QUALIFY", "PIVOT"})
        .withSqlNumericFunctions(new String[] {"ABS"})
        .withSqlStringFunctions(new String[] {"TRIM"})
        .withSqlSystemFunctions(new String[0])
        .withSqlDatetimeFunctions(new String[] {"NOW"})
        .send(command.getInfoList(), listener);
  }

  @Override
  public FlightInfo getFlightInfoCatalogs(
      FlightSql.CommandGetCatalogs request, CallContext context, FlightDescriptor descriptor) {
    return info(request, Schemas.GET_CATALOGS_SCHEMA, descriptor, "query");
  }

  @Override
  public void getStreamCatalogs(CallContext context, ServerStreamListener listener) {
    send(
        Schemas.GET_CATALOGS_SCHEMA,
        "SELECT DISTINCT catalog_name FROM information_schema.schemata WHERE catalog_name='memory'",
        listener);
  }

  @Override
  public FlightInfo getFlightInfoSchemas(
      FlightSql.CommandGetDbSchemas request, CallContext context, FlightDescriptor descriptor) {
    return info(request, Schemas.GET_SCHEMAS_SCHEMA, descriptor, "query");
  }

  @Override
  public void getStreamSchemas(
      FlightSql.CommandGetDbSchemas command, CallContext context, ServerStreamListener listener) {
    String like = command.hasDbSchemaFilterPattern() ? command.getDbSchemaFilterPattern() : "%";
    send(
        Schemas.GET_SCHEMAS_SCHEMA,
        "SELECT catalog_name, schema_name FROM information_schema.schemata"
            + " WHERE catalog_name='memory' AND schema_name LIKE '"
            + like
            + "' ESCAPE '\\'",
        listener);
  }

  @Override
  public FlightInfo getFlightInfoTables(
      FlightSql.CommandGetTables request, CallContext context, FlightDescriptor descriptor) {
    Schema schema =
        request.getIncludeSchema()
            ? Schemas.GET_TABLES_SCHEMA
            : Schemas.GET_TABLES_SCHEMA_NO_SCHEMA;
    return info(request, schema, descriptor, "query");
  }

  @Override
  public void getStreamTables(
      FlightSql.CommandGetTables command, CallContext context, ServerStreamListener listener) {
    String sql =
        "SELECT table_catalog, table_schema, table_name,"
            + " CASE table_type WHEN 'BASE TABLE' THEN 'TABLE' ELSE table_type END AS t"
            + " FROM information_schema.tables WHERE table_schema LIKE '"
            + (command.hasDbSchemaFilterPattern() ? command.getDbSchemaFilterPattern() : "%")
            + "' ESCAPE '\\' AND table_name LIKE '"
            + (command.hasTableNameFilterPattern() ? command.getTableNameFilterPattern() : "%")
            + "' ESCAPE '\\'";
    if (!command.getTableTypesList().isEmpty()) {
      sql += " AND t IN ('" + String.join("','", command.getTableTypesList()) + "')";
    }
    Schema schema =
        command.getIncludeSchema()
            ? Schemas.GET_TABLES_SCHEMA
            : Schemas.GET_TABLES_SCHEMA_NO_SCHEMA;
    send(schema, sql, listener);
  }

  @Override
  public FlightInfo getFlightInfoTableTypes(
      FlightSql.CommandGetTableTypes request, CallContext context, FlightDescriptor descriptor) {
    return info(request, Schemas.GET_TABLE_TYPES_SCHEMA, descriptor, "query");
  }

  @Override
  public void getStreamTableTypes(CallContext context, ServerStreamListener listener) {
    send(Schemas.GET_TABLE_TYPES_SCHEMA, "VALUES ('TABLE'), ('VIEW')", listener);
  }

  private void send(Schema schema, String sql, ServerStreamListener listener) {
    try (Statement statement = duckdb.createStatement();
        ResultSet rows = statement.executeQuery(sql);
        VectorSchemaRoot root = VectorSchemaRoot.create(schema, allocator)) {
      root.allocateNew();
      int count = 0;
      int columns = rows.getMetaData().getColumnCount();
      while (rows.next()) {
        for (int i = 0; i < columns; i++) {
          ((VarCharVector) root.getVector(i)).setSafe(count, rows.getString(i + 1).getBytes(UTF_8));
        }
        if (root.getFieldVectors().size() > columns) {
          String table = "\"" + rows.getString(2) + "\".\"" + rows.getString(3) + "\"";
          ((VarBinaryVector) root.getVector(columns))
              .setSafe(count, encapsulate(schema("SELECT * FROM " + table)).toByteArray());
        }
        count++;
      }
      root.setRowCount(count);
      listener.start(root);
      listener.putNext();
      listener.completed();
    } catch (SQLException e) {
      listener.error(failed(e));
    }
  }

  @Override
  public void listFlights(
      CallContext context, Criteria criteria, StreamListener<FlightInfo> listener) {
    listener.onCompleted();
  }

  static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(UTF_8));
  }

  @Override
  public void close() throws Exception {
    duckdb.close();
  }
}
