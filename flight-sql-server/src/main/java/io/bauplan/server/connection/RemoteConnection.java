package io.bauplan.server.connection;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Any;
import io.bauplan.exec.run.RunListener;
import io.bauplan.exec.run.RunRequest;
import io.bauplan.exec.run.RunResult;
import io.bauplan.server.wire.ErrorStatus;
import io.bauplan.server.wire.RunMessages;
import io.bauplan.server.wire.StreamMessage;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.udf.api.OutputListener;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.flight.Action;
import org.apache.arrow.flight.CallHeaders;
import org.apache.arrow.flight.CallInfo;
import org.apache.arrow.flight.CallOption;
import org.apache.arrow.flight.CallOptions;
import org.apache.arrow.flight.CallStatus;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightClientMiddleware;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightGrpcUtils;
import org.apache.arrow.flight.FlightInfo;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.Result;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandStatementQuery;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/// A session with an engine that another process serves over Flight SQL.
public final class RemoteConnection implements EngineConnection {
  /// Bytes in flight per stream; the default of 64 KB costs half the throughput.
  private static final int WINDOW_BYTES = 16 << 20;

  private static final int MAX_HEADER_BYTES = 64 * 1024;

  private static final ObjectMapper JSON = new ObjectMapper();

  private final ServerAddress address;
  private final RootAllocator allocator = new RootAllocator();
  /// Our own, so that closing ends its thread: the JVM waits 300 ms at exit for a thread that is
  /// blocked in a system call, as gRPC's shared event loop is for a second after its last use.
  private final EventLoopGroup eventLoop =
      new NioEventLoopGroup(1, new DefaultThreadFactory("flight-client", true));

  private final FlightClient client;
  private volatile String reference;
  private volatile String namespace;
  private volatile @Nullable String session;
  private volatile @Nullable FlightStream stream;
  private volatile @Nullable String runId;
  private volatile @Nullable Thread busy;

  /// Connects when first used.
  public RemoteConnection(ServerAddress address, String reference, String namespace) {
    this.address = address;
    this.reference = reference;
    this.namespace = namespace;
    NettyChannelBuilder channel =
        NettyChannelBuilder.forAddress(address.host(), address.port())
            .maxInboundMessageSize(Integer.MAX_VALUE)
            .maxInboundMetadataSize(MAX_HEADER_BYTES)
            .initialFlowControlWindow(WINDOW_BYTES)
            .eventLoopGroup(eventLoop)
            .channelType(NioSocketChannel.class);
    if (address.security() == ServerAddress.Security.PLAINTEXT) {
      channel.usePlaintext();
    }
    this.client =
        FlightGrpcUtils.createFlightClient(allocator, channel.build(), List.of(Headers::new));
  }

  /// Adds the token and the session to every call and remembers the session that the server names.
  private final class Headers implements FlightClientMiddleware {
    Headers(CallInfo ignored) {}

    @Override
    public void onBeforeSendingHeaders(CallHeaders outgoing) {
      address.authorization().ifPresent(value -> outgoing.insert("authorization", value));
      outgoing.insert("x-bauplan-output", "1");
      String known = session;
      if (known != null) {
        outgoing.insert("x-bauplan-session", known);
      }
      outgoing.insert("x-bauplan-ref", reference);
      outgoing.insert("x-bauplan-namespace", namespace);
    }

    @Override
    public void onHeadersReceived(CallHeaders incoming) {
      String named = incoming.get("x-bauplan-session");
      if (named != null) {
        session = named;
      }
    }

    @Override
    public void onCallCompleted(CallStatus status) {}
  }

  /// Asks the server for a sign of life.
  ///
  /// @throws EngineException where there is none within `timeoutMillis`, or it refuses the
  ///     credentials
  public void ping(long timeoutMillis) {
    call(
        "info", JSON.createObjectNode(), CallOptions.timeout(timeoutMillis, TimeUnit.MILLISECONDS));
  }

  @Override
  public Reply execute(String sql, OutputListener functionOutput) {
    busy = Thread.currentThread();
    try {
      FlightInfo info =
          client.getInfo(
              FlightDescriptor.command(
                  Any.pack(CommandStatementQuery.newBuilder().setQuery(sql).build())
                      .toByteArray()));
      FlightStream rows = client.getStream(info.getEndpoints().get(0).getTicket());
      stream = rows;
      RemoteRows reply = new RemoteRows(rows, functionOutput);
      boolean isUpdate = new String(info.getAppMetadata(), StandardCharsets.UTF_8).equals("update");
      return isUpdate ? updated(reply) : reply;
    } catch (RuntimeException e) {
      throw ErrorStatus.asEngineException(e);
    } finally {
      busy = null;
    }
  }

  private Reply updated(RemoteRows reply) {
    try (reply) {
      long rows = 0;
      while (reply.next()) {
        if (reply.root().getVector(0) instanceof BigIntVector count && count.getValueCount() > 0) {
          rows = count.get(0);
        }
      }
      StreamMessage.@Nullable Done done = reply.done;
      if (done == null) {
        return new Reply.Updated(rows, "");
      }
      reference = done.reference();
      namespace = done.namespace();
      return new Reply.Updated(rows, done.message());
    }
  }

  @Override
  public RunResult run(RunRequest request, RunListener listener) {
    String id = UUID.randomUUID().toString();
    ObjectNode body = RunMessages.request(request).put("requestId", id);
    runId = id;
    try {
      Iterator<Result> results = client.doAction(action("bauplan.run", body));
      while (results.hasNext()) {
        JsonNode message = json(results.next());
        if (message.path("type").asText().equals("result")) {
          return RunMessages.result(message.path("result"));
        }
        RunMessages.event(message).ifPresent(listener::event);
      }
    } catch (RuntimeException e) {
      throw ErrorStatus.asEngineException(e);
    } finally {
      runId = null;
    }
    throw new EngineException(
        ErrorCode.COMMIT_STATE_UNKNOWN,
        "the connection ended before the run's result came",
        null,
        "look at the target's commits for the run's job id",
        null);
  }

  @Override
  public ArrayNode catalog(String operation, JsonNode arguments) {
    return call(operation, arguments);
  }

  private ArrayNode call(String operation, JsonNode arguments, CallOption... options) {
    ObjectNode body = JSON.createObjectNode().put("operation", operation);
    body.set("arguments", arguments);
    try {
      Iterator<Result> results = client.doAction(action("bauplan.catalog", body), options);
      return results.hasNext() && json(results.next()) instanceof ArrayNode rows
          ? rows
          : JSON.createArrayNode();
    } catch (RuntimeException e) {
      throw ErrorStatus.asEngineException(e);
    }
  }

  private static Action action(String type, JsonNode body) {
    return new Action(type, body.toString().getBytes(StandardCharsets.UTF_8));
  }

  private static JsonNode json(Result result) {
    try {
      return JSON.readTree(result.getBody());
    } catch (IOException e) {
      throw new EngineException(
          ErrorCode.INTERNAL_ERROR, "the server answered with something that is not JSON", e);
    }
  }

  @Override
  public void cancel() {
    String run = runId;
    FlightStream rows = stream;
    if (run != null) {
      client
          .doAction(action("bauplan.cancel_run", JSON.createObjectNode().put("requestId", run)))
          .forEachRemaining(ignored -> {});
    } else if (rows != null) {
      rows.cancel("cancelled", null);
    }
    Thread thread = busy;
    if (thread != null) {
      thread.interrupt();
    }
  }

  @Override
  public String reference() {
    return reference;
  }

  @Override
  public String namespace() {
    return namespace;
  }

  @Override
  public String place() {
    return address.host() + ":" + address.port();
  }

  @Override
  public void close() {
    try {
      client.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    allocator.close();
    eventLoop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(1, TimeUnit.SECONDS);
  }

  private final class RemoteRows implements Reply.Rows {
    private final FlightStream rows;
    private final OutputListener functionOutput;
    private StreamMessage.@Nullable Done done;

    RemoteRows(FlightStream rows, OutputListener functionOutput) {
      this.rows = rows;
      this.functionOutput = functionOutput;
    }

    @Override
    public Schema schema() {
      try {
        return rows.getSchema();
      } catch (FlightRuntimeException e) {
        throw ErrorStatus.asEngineException(e);
      }
    }

    @Override
    public boolean next() {
      try {
        while (rows.next()) {
          ArrowBuf metadata = rows.getLatestMetadata();
          if (metadata == null || metadata.readableBytes() == 0 || !isMessageAlone(metadata)) {
            return true;
          }
        }
        return false;
      } catch (RuntimeException e) {
        throw ErrorStatus.asEngineException(e);
      }
    }

    /// Delivers a message; true where no rows came with it.
    private boolean isMessageAlone(ArrowBuf metadata) {
      byte[] bytes = new byte[(int) metadata.readableBytes()];
      metadata.getBytes(metadata.readerIndex(), bytes);
      switch (StreamMessage.parse(bytes)) {
        case StreamMessage.Output(String name, String line) ->
            functionOutput.line(
                name.equals("STDERR") ? OutputListener.Stream.STDERR : OutputListener.Stream.STDOUT,
                line);
        case StreamMessage.Done last -> {
          done = last;
          return false;
        }
        case StreamMessage.Unknown() -> {}
      }
      return true;
    }

    @Override
    public VectorSchemaRoot root() {
      return rows.getRoot();
    }

    @Override
    public void close() {
      stream = null;
      try {
        rows.close();
      } catch (Exception e) {
        throw ErrorStatus.asEngineException(e);
      }
    }
  }
}
