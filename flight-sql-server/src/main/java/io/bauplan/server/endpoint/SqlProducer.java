package io.bauplan.server.endpoint;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.bauplan.exec.engine.Engine;
import io.bauplan.server.wire.ErrorStatus;
import io.grpc.Context;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.arrow.flight.Action;
import org.apache.arrow.flight.ActionType;
import org.apache.arrow.flight.CallStatus;
import org.apache.arrow.flight.CancelFlightInfoRequest;
import org.apache.arrow.flight.CancelStatus;
import org.apache.arrow.flight.CloseSessionRequest;
import org.apache.arrow.flight.CloseSessionResult;
import org.apache.arrow.flight.Criteria;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightEndpoint;
import org.apache.arrow.flight.FlightInfo;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.GetSessionOptionsRequest;
import org.apache.arrow.flight.GetSessionOptionsResult;
import org.apache.arrow.flight.PutResult;
import org.apache.arrow.flight.Result;
import org.apache.arrow.flight.SchemaResult;
import org.apache.arrow.flight.SetSessionOptionsRequest;
import org.apache.arrow.flight.SetSessionOptionsResult;
import org.apache.arrow.flight.Ticket;
import org.apache.arrow.flight.sql.CancelResult;
import org.apache.arrow.flight.sql.NoOpFlightSqlProducer;
import org.apache.arrow.flight.sql.impl.FlightSql.ActionClosePreparedStatementRequest;
import org.apache.arrow.flight.sql.impl.FlightSql.ActionCreatePreparedStatementRequest;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandGetCatalogs;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandGetCrossReference;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandGetDbSchemas;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandGetExportedKeys;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandGetImportedKeys;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandGetPrimaryKeys;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandGetSqlInfo;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandGetTableTypes;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandGetTables;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandGetXdbcTypeInfo;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandPreparedStatementQuery;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandPreparedStatementUpdate;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandStatementQuery;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandStatementUpdate;
import org.apache.arrow.flight.sql.impl.FlightSql.DoPutPreparedStatementResult;
import org.apache.arrow.flight.sql.impl.FlightSql.DoPutUpdateResult;
import org.apache.arrow.flight.sql.impl.FlightSql.TicketStatementQuery;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Schema;

/// Flight SQL's calls, each handed to the part that knows. What is not served (bulk ingest,
/// transactions, Substrait) is answered UNIMPLEMENTED by the base class, and SqlInfo says so.
final class SqlProducer extends NoOpFlightSqlProducer {
  private final Engine engine;
  private final BufferAllocator allocator;
  private final Sessions sessions = new Sessions();
  private final Handles handles;
  private final Statements statements;
  private final CatalogMetadata metadata;
  private final SqlInfos infos;
  private final EngineActions actions;

  SqlProducer(Engine engine, BufferAllocator allocator, Handles handles, String version) {
    this.engine = engine;
    this.allocator = allocator;
    this.handles = handles;
    this.statements = new Statements(engine, handles);
    this.metadata = new CatalogMetadata(engine);
    this.infos = new SqlInfos(version);
    this.actions = new EngineActions(engine);
  }

  void cancelRuns() {
    actions.cancelAll();
  }

  boolean isRunningPipelines() {
    return actions.isRunning();
  }

  private static <T> T answering(Supplier<T> call) {
    try {
      return call.get();
    } catch (Throwable e) {
      throw ErrorStatus.of(e);
    }
  }

  private static <T> void answering(StreamListener<T> listener, Runnable call) {
    try {
      call.run();
    } catch (Throwable e) {
      listener.onError(ErrorStatus.of(e));
    }
  }

  @Override
  public void getStream(CallContext context, Ticket ticket, ServerStreamListener listener) {
    // Never on gRPC's thread: see ResultStream. The call's headers hang on gRPC's context.
    Runnable call =
        Context.current()
            .wrap(
                () -> {
                  try {
                    super.getStream(context, ticket, listener);
                  } catch (Throwable e) {
                    listener.error(ErrorStatus.of(e));
                  }
                });
    Thread.ofVirtual().name("flight-get").start(call);
  }

  // Statements

  @Override
  public FlightInfo getFlightInfoStatement(
      CommandStatementQuery command, CallContext context, FlightDescriptor descriptor) {
    return answering(
        () ->
            statements.info(
                statements.ticketed(sessions.of(context), command.getQueryBytes()),
                updates(context),
                descriptor));
  }

  @Override
  public SchemaResult getSchemaStatement(
      CommandStatementQuery command, CallContext context, FlightDescriptor descriptor) {
    return answering(
        () -> new SchemaResult(statements.schema(sessions.of(context), command.getQueryBytes())));
  }

  @Override
  public void getStreamStatement(
      TicketStatementQuery ticket, CallContext context, ServerStreamListener listener) {
    StatementHandle.Ticketed statement = statements.ticketed(ticket.getStatementHandle(), context);
    sessions.of(context);
    ResultStream stream =
        new ResultStream(
            engine,
            allocator,
            statement,
            listener,
            context.getMiddleware(SessionHeaders.KEY).wantsOutput());
    handles.started(ticket.getStatementHandle(), stream::cancel);
    try {
      stream.run();
    } finally {
      handles.ended(ticket.getStatementHandle());
    }
  }

  @Override
  public Runnable acceptPutStatement(
      CommandStatementUpdate command,
      CallContext context,
      FlightStream stream,
      StreamListener<PutResult> acknowledgements) {
    // Here, not in the task: that runs outside of gRPC's context.
    ServerSession session = answering(() -> sessions.of(context));
    return () ->
        answering(
            acknowledgements,
            () -> {
              long rows = statements.update(session, command.getQueryBytes());
              acknowledge(acknowledgements, updated(rows));
            });
  }

  @Override
  public void createPreparedStatement(
      ActionCreatePreparedStatementRequest request,
      CallContext context,
      StreamListener<Result> listener) {
    answering(
        listener,
        () -> {
          Message prepared = statements.prepare(sessions.of(context), request.getQuery());
          listener.onNext(new Result(Any.pack(prepared).toByteArray()));
          listener.onCompleted();
        });
  }

  @Override
  public void closePreparedStatement(
      ActionClosePreparedStatementRequest request,
      CallContext context,
      StreamListener<Result> listener) {
    handles.remove(request.getPreparedStatementHandle());
    listener.onCompleted();
  }

  @Override
  public FlightInfo getFlightInfoPreparedStatement(
      CommandPreparedStatementQuery command, CallContext context, FlightDescriptor descriptor) {
    return answering(
        () ->
            statements.info(
                statements.ticketed(
                    statements.prepared(command.getPreparedStatementHandle(), context)),
                updates(context),
                descriptor));
  }

  private static Statements.Updates updates(CallContext context) {
    return context.getMiddleware(SessionHeaders.KEY).wantsOutput()
        ? Statements.Updates.WHEN_FETCHED
        : Statements.Updates.NOW;
  }

  @Override
  public SchemaResult getSchemaPreparedStatement(
      CommandPreparedStatementQuery command, CallContext context, FlightDescriptor descriptor) {
    return answering(
        () ->
            new SchemaResult(
                statements.prepared(command.getPreparedStatementHandle(), context).resultSchema()));
  }

  @Override
  public Runnable acceptPutPreparedStatementQuery(
      CommandPreparedStatementQuery command,
      CallContext context,
      FlightStream stream,
      StreamListener<PutResult> acknowledgements) {
    return () ->
        answering(
            acknowledgements,
            () -> {
              ByteString handle = command.getPreparedStatementHandle();
              statements.bind(statements.prepared(handle, context), stream);
              acknowledge(
                  acknowledgements,
                  DoPutPreparedStatementResult.newBuilder()
                      .setPreparedStatementHandle(handle)
                      .build());
            });
  }

  @Override
  public Runnable acceptPutPreparedStatementUpdate(
      CommandPreparedStatementUpdate command,
      CallContext context,
      FlightStream stream,
      StreamListener<PutResult> acknowledgements) {
    return () ->
        answering(
            acknowledgements,
            () -> {
              ByteString handle = command.getPreparedStatementHandle();
              long rows = statements.update(statements.prepared(handle, context), stream);
              acknowledge(acknowledgements, updated(rows));
            });
  }

  private static Message updated(long rows) {
    return DoPutUpdateResult.newBuilder().setRecordCount(rows).build();
  }

  private void acknowledge(StreamListener<PutResult> listener, Message message) {
    try (ArrowBuf buffer = allocator.buffer(Math.max(1, message.getSerializedSize()))) {
      buffer.writeBytes(message.toByteArray());
      listener.onNext(PutResult.metadata(buffer));
    }
    listener.onCompleted();
  }

  // Metadata

  private static FlightInfo known(Message command, Schema schema, FlightDescriptor descriptor) {
    return FlightInfo.builder(
            schema, descriptor, List.of(new FlightEndpoint(Statements.ticket(command))))
        .build();
  }

  private void send(
      Schema schema, ServerStreamListener listener, Consumer<VectorSchemaRoot> filler) {
    try (VectorSchemaRoot root = VectorSchemaRoot.create(schema, allocator)) {
      filler.accept(root);
      listener.start(root);
      listener.putNext();
      listener.completed();
    } catch (Throwable e) {
      listener.error(ErrorStatus.of(e));
    }
  }

  @Override
  public FlightInfo getFlightInfoCatalogs(
      CommandGetCatalogs command, CallContext context, FlightDescriptor descriptor) {
    return known(command, Schemas.GET_CATALOGS_SCHEMA, descriptor);
  }

  @Override
  public void getStreamCatalogs(CallContext context, ServerStreamListener listener) {
    send(Schemas.GET_CATALOGS_SCHEMA, listener, root -> root.setRowCount(0));
  }

  @Override
  public FlightInfo getFlightInfoSchemas(
      CommandGetDbSchemas command, CallContext context, FlightDescriptor descriptor) {
    return known(command, Schemas.GET_SCHEMAS_SCHEMA, descriptor);
  }

  @Override
  public void getStreamSchemas(
      CommandGetDbSchemas command, CallContext context, ServerStreamListener listener) {
    send(
        Schemas.GET_SCHEMAS_SCHEMA,
        listener,
        root ->
            MetadataResults.schemas(
                root, metadata.namespaces(command, sessions.of(context).state())));
  }

  @Override
  public FlightInfo getFlightInfoTables(
      CommandGetTables command, CallContext context, FlightDescriptor descriptor) {
    return known(command, tablesSchema(command), descriptor);
  }

  @Override
  public void getStreamTables(
      CommandGetTables command, CallContext context, ServerStreamListener listener) {
    send(
        tablesSchema(command),
        listener,
        root ->
            MetadataResults.tables(root, metadata.tables(command, sessions.of(context).state())));
  }

  private static Schema tablesSchema(CommandGetTables command) {
    return command.getIncludeSchema()
        ? Schemas.GET_TABLES_SCHEMA
        : Schemas.GET_TABLES_SCHEMA_NO_SCHEMA;
  }

  @Override
  public FlightInfo getFlightInfoTableTypes(
      CommandGetTableTypes command, CallContext context, FlightDescriptor descriptor) {
    return known(command, Schemas.GET_TABLE_TYPES_SCHEMA, descriptor);
  }

  @Override
  public void getStreamTableTypes(CallContext context, ServerStreamListener listener) {
    send(
        Schemas.GET_TABLE_TYPES_SCHEMA,
        listener,
        root -> MetadataResults.tableTypes(root, CatalogMetadata.TABLE_TYPES));
  }

  @Override
  public FlightInfo getFlightInfoPrimaryKeys(
      CommandGetPrimaryKeys command, CallContext context, FlightDescriptor descriptor) {
    return known(command, Schemas.GET_PRIMARY_KEYS_SCHEMA, descriptor);
  }

  @Override
  public void getStreamPrimaryKeys(
      CommandGetPrimaryKeys command, CallContext context, ServerStreamListener listener) {
    send(Schemas.GET_PRIMARY_KEYS_SCHEMA, listener, root -> root.setRowCount(0));
  }

  @Override
  public FlightInfo getFlightInfoExportedKeys(
      CommandGetExportedKeys command, CallContext context, FlightDescriptor descriptor) {
    return known(command, Schemas.GET_EXPORTED_KEYS_SCHEMA, descriptor);
  }

  @Override
  public void getStreamExportedKeys(
      CommandGetExportedKeys command, CallContext context, ServerStreamListener listener) {
    send(Schemas.GET_EXPORTED_KEYS_SCHEMA, listener, root -> root.setRowCount(0));
  }

  @Override
  public FlightInfo getFlightInfoImportedKeys(
      CommandGetImportedKeys command, CallContext context, FlightDescriptor descriptor) {
    return known(command, Schemas.GET_IMPORTED_KEYS_SCHEMA, descriptor);
  }

  @Override
  public void getStreamImportedKeys(
      CommandGetImportedKeys command, CallContext context, ServerStreamListener listener) {
    send(Schemas.GET_IMPORTED_KEYS_SCHEMA, listener, root -> root.setRowCount(0));
  }

  @Override
  public FlightInfo getFlightInfoCrossReference(
      CommandGetCrossReference command, CallContext context, FlightDescriptor descriptor) {
    return known(command, Schemas.GET_CROSS_REFERENCE_SCHEMA, descriptor);
  }

  @Override
  public void getStreamCrossReference(
      CommandGetCrossReference command, CallContext context, ServerStreamListener listener) {
    send(Schemas.GET_CROSS_REFERENCE_SCHEMA, listener, root -> root.setRowCount(0));
  }

  @Override
  public FlightInfo getFlightInfoTypeInfo(
      CommandGetXdbcTypeInfo command, CallContext context, FlightDescriptor descriptor) {
    return known(command, Schemas.GET_TYPE_INFO_SCHEMA, descriptor);
  }

  @Override
  public void getStreamTypeInfo(
      CommandGetXdbcTypeInfo command, CallContext context, ServerStreamListener listener) {
    Optional<Integer> wanted =
        command.hasDataType() ? Optional.of(command.getDataType()) : Optional.empty();
    send(Schemas.GET_TYPE_INFO_SCHEMA, listener, root -> MetadataResults.types(root, wanted));
  }

  @Override
  public FlightInfo getFlightInfoSqlInfo(
      CommandGetSqlInfo command, CallContext context, FlightDescriptor descriptor) {
    return known(command, Schemas.GET_SQL_INFO_SCHEMA, descriptor);
  }

  @Override
  public void getStreamSqlInfo(
      CommandGetSqlInfo command, CallContext context, ServerStreamListener listener) {
    send(Schemas.GET_SQL_INFO_SCHEMA, listener, root -> infos.fill(root, command.getInfoList()));
  }

  @Override
  public void listFlights(
      CallContext context, Criteria criteria, StreamListener<FlightInfo> listener) {
    listener.onCompleted();
  }

  // Sessions, cancellation, actions

  @Override
  public void cancelFlightInfo(
      CancelFlightInfoRequest request, CallContext context, StreamListener<CancelStatus> listener) {
    answering(
        listener,
        () -> {
          listener.onNext(
              cancel(request.getInfo(), context)
                  ? CancelStatus.CANCELLING
                  : CancelStatus.NOT_CANCELLABLE);
          listener.onCompleted();
        });
  }

  @Override
  @SuppressWarnings("deprecation") // Older clients know no other call.
  public void cancelQuery(
      FlightInfo info, CallContext context, StreamListener<CancelResult> listener) {
    answering(
        listener,
        () -> {
          listener.onNext(
              cancel(info, context) ? CancelResult.CANCELLING : CancelResult.NOT_CANCELLABLE);
          listener.onCompleted();
        });
  }

  private boolean cancel(FlightInfo info, CallContext context) {
    boolean found = false;
    for (FlightEndpoint endpoint : info.getEndpoints()) {
      try {
        ByteString handle =
            Any.parseFrom(endpoint.getTicket().getBytes())
                .unpack(TicketStatementQuery.class)
                .getStatementHandle();
        handles.get(handle, context);
        found |= handles.cancel(handle);
      } catch (InvalidProtocolBufferException e) {
        throw CallStatus.INVALID_ARGUMENT
            .withDescription("[22023] the ticket is not one of this server")
            .withCause(e)
            .toRuntimeException();
      }
    }
    return found;
  }

  @Override
  public void setSessionOptions(
      SetSessionOptionsRequest request,
      CallContext context,
      StreamListener<SetSessionOptionsResult> listener) {
    answering(
        listener,
        () -> {
          listener.onNext(SessionOptions.set(sessions.of(context), request));
          listener.onCompleted();
        });
  }

  @Override
  public void getSessionOptions(
      GetSessionOptionsRequest request,
      CallContext context,
      StreamListener<GetSessionOptionsResult> listener) {
    answering(
        listener,
        () -> {
          listener.onNext(SessionOptions.get(sessions.of(context)));
          listener.onCompleted();
        });
  }

  @Override
  public void closeSession(
      CloseSessionRequest request,
      CallContext context,
      StreamListener<CloseSessionResult> listener) {
    answering(
        listener,
        () -> {
          sessions.close(sessions.of(context));
          listener.onNext(new CloseSessionResult(CloseSessionResult.Status.CLOSED));
          listener.onCompleted();
        });
  }

  @Override
  public void listActions(CallContext context, StreamListener<ActionType> listener) {
    EngineActions.TYPES.forEach(listener::onNext);
    super.listActions(context, listener);
  }

  @Override
  public void doAction(CallContext context, Action action, StreamListener<Result> listener) {
    if (EngineActions.isOurs(action.getType())) {
      actions.start(action, sessions.of(context), listener);
    } else {
      answering(listener, () -> super.doAction(context, action, listener));
    }
  }
}
