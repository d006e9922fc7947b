package io.bauplan.server.endpoint;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.StatementOptions;
import io.bauplan.exec.engine.StatementResult;
import io.bauplan.exec.engine.StatementShape;
import io.bauplan.server.wire.Parameters;
import io.bauplan.server.wire.ResultSchema;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.Expression.Literal;
import io.grpc.Context;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightEndpoint;
import org.apache.arrow.flight.FlightInfo;
import org.apache.arrow.flight.FlightProducer.CallContext;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.Ticket;
import org.apache.arrow.flight.sql.impl.FlightSql.ActionCreatePreparedStatementResult;
import org.apache.arrow.flight.sql.impl.FlightSql.TicketStatementQuery;
import org.apache.arrow.vector.types.pojo.Schema;

/// Statements from text to ticket, and the updates that need no stream.
final class Statements {
  private static final int MAX_STATEMENT_BYTES = 16 << 20;

  private final Engine engine;
  private final Handles handles;

  Statements(Engine engine, Handles handles) {
    this.engine = engine;
    this.handles = handles;
  }

  /// Plans a statement and executes nothing.
  StatementHandle.Ticketed ticketed(ServerSession session, ByteString text) {
    String sql = sql(text);
    StatementShape shape = engine.describe(session.state(), sql);
    if (!shape.parameters().isEmpty()) {
      throw new EngineException(
          ErrorCode.INVALID_STATEMENT,
          "the statement has "
              + shape.parameters().size()
              + " parameters: prepare it and bind their values");
    }
    return new StatementHandle.Ticketed(session, sql, shape, List.of());
  }

  /// A prepared statement with the values that are bound now.
  StatementHandle.Ticketed ticketed(StatementHandle.Prepared prepared) {
    return new StatementHandle.Ticketed(
        prepared.session(), prepared.sql(), prepared.shape(), boundValues(prepared));
  }

  /// When an update that is asked for as a query runs.
  enum Updates {
    /// With GetFlightInfo, which answers when it is done. Clients fetch results when they please,
    /// some in the background: the next statement must already see what this one did.
    NOW,
    /// With DoGet, which can send what functions print meanwhile.
    WHEN_FETCHED
  }

  /// Gives a ticket for a statement.
  FlightInfo info(
      StatementHandle.Ticketed statement, Updates updates, FlightDescriptor descriptor) {
    if (statement.isUpdate() && updates == Updates.NOW) {
      runNow(statement);
    }
    return info(statement, descriptor);
  }

  private void runNow(StatementHandle.Ticketed statement) {
    Thread thread = Thread.currentThread();
    Context.CancellationListener onGone =
        call -> {
          if (call.cancellationCause() != null) {
            thread.interrupt();
          }
        };
    Context call = Context.current();
    call.addListener(onGone, Runnable::run);
    try {
      statement.started().set(true);
      statement
          .outcome()
          .set(execute(statement.session(), statement.sql(), statement.parameters()));
    } finally {
      call.removeListener(onGone);
    }
  }

  private static List<Literal> boundValues(StatementHandle.Prepared prepared) {
    int count = prepared.shape().parameters().size();
    List<Literal> bound = prepared.bound().get();
    if (bound == null && count > 0) {
      throw new EngineException(
          ErrorCode.INVALID_ARGUMENT,
          "the statement has " + count + " parameters and no values are bound to them");
    }
    return bound == null ? List.of() : bound;
  }

  private FlightInfo info(StatementHandle.Ticketed statement, FlightDescriptor descriptor) {
    ByteString handle = handles.add(statement);
    String kind = statement.isUpdate() ? "update" : "query";
    return FlightInfo.builder(
            statement.schema(),
            descriptor,
            List.of(
                new FlightEndpoint(
                    ticket(TicketStatementQuery.newBuilder().setStatementHandle(handle).build()))))
        .setAppMetadata(kind.getBytes(StandardCharsets.UTF_8))
        .build();
  }

  static Ticket ticket(Message command) {
    return new Ticket(Any.pack(command).toByteArray());
  }

  Schema schema(ServerSession session, ByteString text) {
    return ResultSchema.of(
        engine
            .describe(session.state(), sql(text))
            .output()
            .orElse(ResultSchema.AFFECTED_ROWS_TYPE));
  }

  ActionCreatePreparedStatementResult prepare(ServerSession session, String sql) {
    bounded(sql.length());
    StatementShape shape = engine.describe(session.state(), sql);
    ByteString handle =
        handles.add(new StatementHandle.Prepared(session, sql, shape, new AtomicReference<>()));
    Schema rows = shape.output().map(ResultSchema::of).orElse(new Schema(List.of()));
    return ActionCreatePreparedStatementResult.newBuilder()
        .setPreparedStatementHandle(handle)
        .setDatasetSchema(ByteString.copyFrom(rows.serializeAsMessage()))
        .setParameterSchema(
            ByteString.copyFrom(ResultSchema.ofParameters(shape.parameters()).serializeAsMessage()))
        .build();
  }

  StatementHandle.Prepared prepared(ByteString handle, CallContext context) {
    if (handles.get(handle, context) instanceof StatementHandle.Prepared prepared) {
      return prepared;
    }
    throw new EngineException(
        ErrorCode.INVALID_ARGUMENT, "the handle is not that of a prepared statement");
  }

  StatementHandle.Ticketed ticketed(ByteString handle, CallContext context) {
    if (handles.get(handle, context) instanceof StatementHandle.Ticketed ticketed) {
      return ticketed;
    }
    throw new EngineException(ErrorCode.INVALID_ARGUMENT, "the ticket is not that of a statement");
  }

  /// Remembers the one row of values that a query is to run with.
  void bind(StatementHandle.Prepared prepared, FlightStream values) {
    List<Literal> bound = null;
    while (values.next()) {
      int rows = values.getRoot().getRowCount();
      if (rows > 1 || (rows == 1 && bound != null)) {
        throw new EngineException(
            ErrorCode.NOT_SUPPORTED, "a query runs with one row of parameter values at a time");
      }
      if (rows == 1) {
        bound = Parameters.row(values.getRoot(), 0, prepared.shape().parameters());
      }
    }
    prepared.bound().set(bound);
  }

  /// Runs an update once, or once per row of bound values, and gives the rows affected in all.
  long update(StatementHandle.Prepared prepared, FlightStream values) {
    if (prepared.shape().parameters().isEmpty()) {
      return update(prepared.session(), prepared.sql(), List.of());
    }
    long affected = 0;
    boolean ran = false;
    while (values.next()) {
      for (int row = 0; row < values.getRoot().getRowCount(); row++) {
        affected +=
            update(
                prepared.session(),
                prepared.sql(),
                Parameters.row(values.getRoot(), row, prepared.shape().parameters()));
        ran = true;
      }
    }
    return ran ? affected : update(prepared.session(), prepared.sql(), boundValues(prepared));
  }

  long update(ServerSession session, ByteString text) {
    return update(session, sql(text), List.of());
  }

  private long update(ServerSession session, String sql, List<Literal> parameters) {
    return execute(session, sql, parameters).rows();
  }

  private StatementHandle.Ticketed.Outcome execute(
      ServerSession session, String sql, List<Literal> parameters) {
    StatementOptions defaults = StatementOptions.DEFAULT;
    StatementResult result =
        engine.execute(
            session.state(),
            sql,
            new StatementOptions(parameters, defaults.timeout(), defaults.functionOutput()));
    return switch (result) {
      case StatementResult.Updated(long rows, String message) ->
          new StatementHandle.Ticketed.Outcome(rows, message);
      case StatementResult.SessionChanged(var next, String message) -> {
        session.become(next);
        yield new StatementHandle.Ticketed.Outcome(0, message);
      }
      case StatementResult.Rows(var query) -> {
        query.close();
        throw new EngineException(
            ErrorCode.INVALID_STATEMENT, "the statement returns rows: execute it as a query");
      }
    };
  }

  private static String sql(ByteString text) {
    bounded(text.size());
    return text.toStringUtf8();
  }

  private static void bounded(int bytes) {
    if (bytes > MAX_STATEMENT_BYTES) {
      throw new EngineException(
          ErrorCode.TOO_MANY,
          "the statement is longer than " + MAX_STATEMENT_BYTES / (1 << 20) + " MB");
    }
  }
}
