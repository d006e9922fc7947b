package io.bauplan.server.connection;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.StatementOptions;
import io.bauplan.exec.engine.StatementResult;
import io.bauplan.exec.run.RunListener;
import io.bauplan.exec.run.RunRequest;
import io.bauplan.exec.run.RunResult;
import io.bauplan.exec.worker.RunningQuery;
import io.bauplan.server.endpoint.CatalogOperations;
import io.bauplan.server.wire.ErrorStatus;
import io.bauplan.server.wire.ResultSchema;
import io.bauplan.server.wire.WireBatches;
import io.bauplan.sql.session.Session;
import io.bauplan.udf.api.OutputListener;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/// A session with an engine of this process.
public final class LocalConnection implements EngineConnection {
  private final Engine engine;
  private final Runnable onClose;
  private final CatalogOperations operations;
  private volatile Session session;
  private volatile @Nullable RunningQuery query;
  private volatile @Nullable Thread busy;

  /// @param onClose what closing the connection also closes
  public LocalConnection(Engine engine, Session session, Runnable onClose) {
    this.engine = engine;
    this.session = session;
    this.onClose = onClose;
    this.operations = new CatalogOperations(engine);
  }

  @Override
  public Reply execute(String sql, OutputListener functionOutput) {
    StatementOptions options =
        new StatementOptions(List.of(), StatementOptions.DEFAULT.timeout(), functionOutput);
    busy = Thread.currentThread();
    try {
      return switch (engine.execute(session, sql, options)) {
        case StatementResult.Rows(RunningQuery running) -> {
          query = running;
          yield new LocalRows(running, engine.worker().allocator());
        }
        case StatementResult.Updated(long rows, String message) -> new Reply.Updated(rows, message);
        case StatementResult.SessionChanged(Session next, String message) -> {
          session = next;
          yield new Reply.Updated(0, message);
        }
      };
    } catch (RuntimeException e) {
      throw ErrorStatus.asEngineException(e);
    } finally {
      busy = null;
    }
  }

  @Override
  public RunResult run(RunRequest request, RunListener listener) {
    busy = Thread.currentThread();
    try {
      return engine.run(session, request, listener);
    } catch (RuntimeException e) {
      throw ErrorStatus.asEngineException(e);
    } finally {
      busy = null;
    }
  }

  @Override
  public ArrayNode catalog(String operation, JsonNode arguments) {
    try {
      return operations.call(session, operation, arguments);
    } catch (RuntimeException e) {
      throw ErrorStatus.asEngineException(e);
    }
  }

  @Override
  public void cancel() {
    Thread thread = busy;
    RunningQuery running = query;
    if (thread != null) {
      thread.interrupt();
    } else if (running != null) {
      running.cancel();
    }
  }

  @Override
  public String reference() {
    return session.reference();
  }

  @Override
  public String namespace() {
    return String.join(".", session.namespace());
  }

  @Override
  public String place() {
    return "this process";
  }

  /// The engine behind the connection.
  public Engine engine() {
    return engine;
  }

  @Override
  public void close() {
    onClose.run();
  }

  private static final class LocalRows implements Reply.Rows {
    private final RunningQuery running;
    private final BufferAllocator allocator;
    private final WireBatches pending;
    private final VectorSchemaRoot root;

    LocalRows(RunningQuery running, BufferAllocator parent) {
      this.running = running;
      this.allocator = parent.newChildAllocator("reply", 0, Long.MAX_VALUE);
      this.pending = new WireBatches(running.output(), allocator);
      this.root = VectorSchemaRoot.create(ResultSchema.of(running.output()), allocator);
    }

    @Override
    public Schema schema() {
      return root.getSchema();
    }

    @Override
    public boolean next() {
      try {
        while (!pending.isFull()) {
          Batch batch = running.next();
          if (batch == null) {
            break;
          }
          pending.add(batch);
        }
      } catch (RuntimeException e) {
        throw ErrorStatus.asEngineException(e);
      }
      boolean found = !pending.isEmpty();
      pending.drainInto(root);
      return found;
    }

    @Override
    public VectorSchemaRoot root() {
      return root;
    }

    @Override
    public void close() {
      root.close();
      pending.close();
      running.close();
      allocator.close();
    }
  }
}
