package io.bauplan.jdbc.wire;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One session with a Flight SQL server. Safe for use by several threads; closing it ends every
/// call.
public final class FlightClient implements AutoCloseable {
  private static final int DESCRIPTOR_CMD = 2;
  private static final long SHUTDOWN_WAIT_MILLIS = 2_000;

  private final ManagedChannel channel;
  private final SessionHeaders session;
  private final BufferPool pool = new BufferPool();
  private final MethodDescriptor<byte[], FlightMessage> doGet = FlightMethods.doGet(pool);

  /// Takes ownership of the channel.
  public FlightClient(ManagedChannel channel, @Nullable String ref, @Nullable String namespace) {
    this.channel = channel;
    this.session = new SessionHeaders(ref, namespace);
  }

  public void useToken(String token) {
    session.authorizeBearer(token);
  }

  /// Exchanges user and password for a token. A server without a handshake gets the pair with each
  /// call instead.
  public void logIn(String user, String password, Execution execution) throws SQLException {
    session.authorizeBasic(user, password);
    try {
      CollectingCall.run(
          call(FlightMethods.HANDSHAKE, execution), List.of(new byte[0]), session, execution);
    } catch (SQLException e) {
      if (!SqlErrors.NOT_SUPPORTED.equals(e.getSQLState())) {
        throw e;
      }
    }
  }

  public FlightInfo flightInfo(byte[] command, Execution execution) throws SQLException {
    List<byte[]> answers =
        CollectingCall.run(
            call(FlightMethods.GET_FLIGHT_INFO, execution),
            List.of(descriptor(command)),
            session,
            execution);
    return parse(answers, FlightInfo::parse);
  }

  /// Starts the stream of one ticket. The caller closes it.
  public FlightStream stream(byte[] ticket, Execution execution) throws SQLException {
    ClientCall<byte[], FlightMessage> call = channel.newCall(doGet, CallOptions.DEFAULT);
    FlightStream stream = new FlightStream(call, execution, pool);
    execution.enter(call);
    stream.start(ticket, session);
    return stream;
  }

  /// Runs an update given as text and returns its row count, -1 when unknown.
  public long update(byte[] command, Execution execution) throws SQLException {
    return rowCount(put(List.of(flightData(command, null)), execution));
  }

  /// Runs a prepared update for every row of the batch and returns the sum of their row counts.
  public long update(byte[] command, IpcBatch parameters, Execution execution) throws SQLException {
    return rowCount(put(withParameters(command, parameters), execution));
  }

  /// Binds parameters to a prepared query and returns the handle to go on with.
  public byte[] bind(byte[] handle, IpcBatch parameters, Execution execution) throws SQLException {
    List<byte[]> answers =
        put(withParameters(SqlCommands.preparedQuery(handle), parameters), execution);
    for (byte[] answer : answers) {
      byte[] renewed =
          parse(List.of(answer), result -> FlightInfo.field(FlightInfo.field(result, 1), 1));
      if (renewed.length > 0) {
        return renewed;
      }
    }
    return handle;
  }

  public PreparedHandle prepare(String sql, Execution execution) throws SQLException {
    List<byte[]> answers =
        action("CreatePreparedStatement", SqlCommands.createPrepared(sql), execution);
    return parse(answers, result -> PreparedHandle.parse(FlightInfo.field(result, 1)));
  }

  public void closePrepared(byte[] handle, Execution execution) throws SQLException {
    action("ClosePreparedStatement", SqlCommands.closePrepared(handle), execution);
  }

  /// Changes an option of the session on the server, such as `schema` or `ref`.
  ///
  /// @return whether the server has such an option and took the value
  public boolean setSessionOption(String name, String value, Execution execution)
      throws SQLException {
    byte[] option =
        new ProtoWriter()
            .string(1, name)
            .bytes(2, new ProtoWriter().string(1, value).toByteArray())
            .toByteArray();
    byte[] request = new ProtoWriter().bytes(1, option).toByteArray();
    List<byte[]> answers = action("SetSessionOptions", request, execution);
    // The answer lists the options that were refused.
    return parse(answers, result -> FlightInfo.field(FlightInfo.field(result, 1), 1)).length == 0;
  }

  /// The session's options that are texts, by name.
  public Map<String, String> sessionOptions(Execution execution) throws SQLException {
    List<byte[]> answers = action("GetSessionOptions", new byte[0], execution);
    return parse(answers, result -> textEntries(FlightInfo.field(result, 1)));
  }

  private static Map<String, String> textEntries(byte[] message) {
    Map<String, String> options = new HashMap<>();
    ProtoReader reader = new ProtoReader(message);
    for (int field = reader.nextField(); field != 0; field = reader.nextField()) {
      if (field != 1) {
        reader.skip();
        continue;
      }
      byte[] entry = reader.bytes();
      byte[] value = FlightInfo.field(entry, 2);
      ProtoReader option = new ProtoReader(value);
      if (option.nextField() == 1) {
        options.put(
            new String(FlightInfo.field(entry, 1), StandardCharsets.UTF_8), option.string());
      }
    }
    return options;
  }

  private List<byte[]> action(String type, byte[] body, Execution execution) throws SQLException {
    byte[] action = new ProtoWriter().string(1, type).bytes(2, body).toByteArray();
    return CollectingCall.run(
        call(FlightMethods.DO_ACTION, execution), List.of(action), session, execution);
  }

  private List<byte[]> put(List<byte[]> messages, Execution execution) throws SQLException {
    return CollectingCall.run(call(FlightMethods.DO_PUT, execution), messages, session, execution);
  }

  private ClientCall<byte[], byte[]> call(
      MethodDescriptor<byte[], byte[]> method, Execution execution) {
    CallOptions options =
        execution.isLimited()
            ? CallOptions.DEFAULT.withDeadlineAfter(
                Math.max(1, execution.remainingNanos()), TimeUnit.NANOSECONDS)
            : CallOptions.DEFAULT;
    return channel.newCall(method, options);
  }

  private static List<byte[]> withParameters(byte[] command, IpcBatch parameters) {
    List<byte[]> messages = new ArrayList<>(2);
    messages.add(flightData(command, new IpcBatch.Part(parameters.schemaHeader(), new byte[0])));
    messages.add(flightData(null, parameters.batch()));
    return messages;
  }

  private static byte[] descriptor(byte[] command) {
    return new ProtoWriter().varint(1, DESCRIPTOR_CMD).bytes(2, command).toByteArray();
  }

  private static byte[] flightData(byte @Nullable [] command, IpcBatch.@Nullable Part part) {
    ProtoWriter writer = new ProtoWriter();
    if (command != null) {
      writer.bytes(1, descriptor(command));
    }
    if (part != null) {
      writer.bytes(2, part.header()).bytes(1000, part.body());
    }
    return writer.toByteArray();
  }

  private static long rowCount(List<byte[]> answers) throws SQLException {
    long sum = answers.isEmpty() ? -1 : 0;
    for (byte[] answer : answers) {
      sum += parse(List.of(answer), result -> FlightInfo.number(FlightInfo.field(result, 1), 1));
    }
    return sum;
  }

  private interface Parser<T> {
    T parse(byte[] message);
  }

  private static <T> T parse(List<byte[]> answers, Parser<T> parser) throws SQLException {
    if (answers.isEmpty()) {
      throw SqlErrors.of(SqlErrors.PROTOCOL, "the server ended the call without an answer");
    }
    try {
      return parser.parse(answers.get(0));
    } catch (IllegalArgumentException e) {
      throw SqlErrors.of(SqlErrors.PROTOCOL, "malformed answer: " + e.getMessage(), e);
    }
  }

  /// Ends the session on the server where there is one, then the transport.
  @Override
  public void close() {
    if (session.hasSession()) {
      try {
        action("CloseSession", new byte[0], Execution.limitedTo(1));
      } catch (SQLException e) {
        // A server that cannot close sessions lets them expire; the caller cannot do better.
      }
    }
    channel.shutdown();
    try {
      if (!channel.awaitTermination(SHUTDOWN_WAIT_MILLIS, TimeUnit.MILLISECONDS)) {
        channel.shutdownNow();
      }
    } catch (InterruptedException e) {
      channel.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
