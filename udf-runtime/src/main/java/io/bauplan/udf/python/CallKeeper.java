package io.bauplan.udf.python;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bauplan.udf.api.FunctionDefinition;
import io.bauplan.udf.api.Invocation;
import io.bauplan.udf.api.InvocationOutcome;
import io.bauplan.udf.api.Language;
import io.bauplan.udf.api.SharedTable;
import io.bauplan.udf.environment.FileTrees;
import io.bauplan.udf.environment.ReadyEnvironment;
import io.bauplan.udf.replay.KeptCall;
import io.bauplan.udf.replay.KeptCalls;
import io.bauplan.udf.shm.SegmentColumn;
import io.bauplan.udf.shm.SegmentTable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorLoader;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.VectorUnloader;
import org.apache.arrow.vector.ipc.ArrowFileWriter;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.types.pojo.Schema;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps what a failed call was given, so that [Replay] can make it again: its tables as files, its
/// code, its environment; no secrets.
final class CallKeeper {
  private static final Logger LOG = LoggerFactory.getLogger(CallKeeper.class);
  private static final int MAX_FAILURE = 500;
  private static final String HIDDEN = "***";

  private final KeptCalls calls;

  CallKeeper(KeptCalls calls) {
    this.calls = calls;
  }

  /// Keeps a call if it failed by what it does. A call that cannot be kept fails as it did.
  ///
  /// @param described what `FunctionRequest` says of it
  void keep(
      Invocation invocation,
      List<FunctionRequest.Argument> arguments,
      ReadyEnvironment environment,
      ObjectNode described,
      InvocationOutcome outcome) {
    Optional<String> failure = failure(outcome);
    if (failure.isEmpty() || calls.policy().isOff()) {
      return;
    }
    try {
      Path folder = calls.draft();
      try {
        calls.add(
            keep(folder, invocation, arguments, environment, described.deepCopy(), failure.get()));
      } finally {
        FileTrees.delete(folder);
      }
    } catch (IOException | RuntimeException e) {
      LOG.warn("the failed call {} is not kept for a debugger", invocation.id(), e);
    }
  }

  private static Optional<String> failure(InvocationOutcome outcome) {
    return switch (outcome) {
      case InvocationOutcome.UserFailed(var type, var message, _, var line) ->
          Optional.of(
              type + ": " + message + line.map(number -> " (line " + number + ")").orElse(""));
      case InvocationOutcome.LimitExceeded(_, var message) -> Optional.of(message);
      case InvocationOutcome.SandboxViolation(var message) -> Optional.of(message);
      case InvocationOutcome.Crashed(_, var message) -> Optional.of(message);
      case InvocationOutcome.Completed _,
          InvocationOutcome.Cancelled _,
          InvocationOutcome.NotStarted _ ->
          Optional.empty();
    };
  }

  private KeptCall keep(
      Path folder,
      Invocation invocation,
      List<FunctionRequest.Argument> arguments,
      ReadyEnvironment environment,
      ObjectNode request,
      String failure)
      throws IOException {
    FunctionDefinition function = invocation.function();
    request.remove(List.of("control", "result", "path", "mapped"));
    long bytes = arguments.stream().mapToLong(CallKeeper::bytes).sum();
    String missing = missing(function, bytes);
    List<String> secrets = new ArrayList<>();
    for (int i = 0; i < arguments.size(); i++) {
      ObjectNode parameter = (ObjectNode) request.path("parameters").get(i);
      if (!(arguments.get(i) instanceof FunctionRequest.Argument.OfValue)) {
        String name = "input-" + i + ".arrow";
        if (missing.isEmpty()) {
          write(folder.resolve(name), arguments.get(i));
        }
        parameter.retain("name");
        parameter.put("kind", "table").put("path", name);
      } else if (isSecret(parameter.path("value"), invocation)) {
        secrets.add(parameter.path("name").asText());
        parameter.putNull("value");
      }
    }
    return new KeptCall(
        invocation.id(),
        function.name(),
        Instant.now(),
        withoutSecrets(failure, invocation),
        missing,
        missing.isEmpty() ? bytes : 0,
        function.environment(),
        environment.key(),
        function.limits().memoryBytes(),
        secrets,
        request,
        folder);
  }

  private String missing(FunctionDefinition function, long bytes) {
    if (function.language() != Language.PYTHON) {
      return "it is a Java function, and the debugger is Python's";
    }
    long most = calls.policy().mostBytes();
    return bytes > most
        ? "its inputs (%d MB) are more than the %d MB that are kept of a call"
                .formatted(bytes >> 20, most >> 20)
            + "; set BAUPLAN_KEEP_FAILED_MB=%d and let it fail again".formatted((bytes >> 20) + 1)
        : "";
  }

  private static boolean isSecret(JsonNode value, Invocation invocation) {
    return value.isTextual()
        && invocation.secrets().stream().anyMatch(secret -> value.asText().contains(secret));
  }

  private static String withoutSecrets(String text, Invocation invocation) {
    String clean = text;
    for (String secret : invocation.secrets()) {
      clean = clean.replace(secret, HIDDEN);
    }
    return clean.length() > MAX_FAILURE ? clean.substring(0, MAX_FAILURE) + "..." : clean;
  }

  private static long bytes(FunctionRequest.Argument argument) {
    return switch (argument) {
      case FunctionRequest.Argument.OfTable(SharedTable table) -> table.byteSize();
      case FunctionRequest.Argument.OfColumns(SegmentTable table) -> table.byteSize();
      case FunctionRequest.Argument.OfStream _ -> 0;
      case FunctionRequest.Argument.OfValue _ -> 0;
    };
  }

  private static void write(Path file, FunctionRequest.Argument argument) throws IOException {
    Schema schema =
        argument instanceof FunctionRequest.Argument.OfTable(SharedTable table)
            ? table.schema()
            : ((FunctionRequest.Argument.OfColumns) argument).table().schema();
    try (BufferAllocator allocator = new RootAllocator();
        VectorSchemaRoot out = VectorSchemaRoot.create(schema, allocator);
        FileChannel channel =
            FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        ArrowFileWriter writer = new ArrowFileWriter(out, null, channel)) {
      VectorLoader loader = new VectorLoader(out);
      writer.start();
      switch (argument) {
        case FunctionRequest.Argument.OfTable(SharedTable shared) -> {
          for (int i = 0; i < shared.batchCount(); i++) {
            try (VectorSchemaRoot batch = shared.batch(i, allocator)) {
              write(batch, loader, writer);
            }
          }
        }
        case FunctionRequest.Argument.OfColumns(SegmentTable columns) -> {
          for (SegmentTable.Batch batch : columns.batches()) {
            try (VectorSchemaRoot root = root(batch, schema, allocator)) {
              write(root, loader, writer);
            }
          }
        }
        case FunctionRequest.Argument.OfStream _ -> {}
        case FunctionRequest.Argument.OfValue _ -> {}
      }
      writer.end();
    }
  }

  private static void write(VectorSchemaRoot batch, VectorLoader loader, ArrowFileWriter writer)
      throws IOException {
    try (ArrowRecordBatch record = new VectorUnloader(batch).getRecordBatch()) {
      loader.load(record);
      writer.writeBatch();
    }
  }

  /// The columns of a batch side by side; closing it closes the views.
  private static VectorSchemaRoot root(
      SegmentTable.Batch batch, Schema schema, BufferAllocator allocator) {
    List<FieldVector> vectors = new ArrayList<>();
    for (SegmentColumn column : batch.columns()) {
      vectors.addAll(column.view(allocator).getFieldVectors());
    }
    return new VectorSchemaRoot(schema.getFields(), vectors, (int) batch.rows());
  }
}
