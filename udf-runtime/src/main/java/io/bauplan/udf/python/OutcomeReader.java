package io.bauplan.udf.python;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.bauplan.udf.api.EnvironmentFailure;
import io.bauplan.udf.api.FunctionDefinition;
import io.bauplan.udf.api.FunctionReturn;
import io.bauplan.udf.api.Invocation;
import io.bauplan.udf.api.InvocationFigures;
import io.bauplan.udf.api.InvocationInput;
import io.bauplan.udf.api.InvocationOutcome;
import io.bauplan.udf.api.InvocationOutcome.Limit;
import io.bauplan.udf.api.OutputColumn;
import io.bauplan.udf.api.SharedTable;
import io.bauplan.udf.environment.ReadyEnvironment;
import io.bauplan.udf.sandbox.SandboxLevel;
import io.bauplan.udf.shm.ComposedTable;
import io.bauplan.udf.shm.MalformedTableException;
import io.bauplan.udf.shm.MappedTable;
import io.bauplan.udf.shm.PassedColumns;
import io.bauplan.udf.shm.SegmentTable;
import io.bauplan.udf.shm.SharedMemory;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;

/// Turns what a dead process left into an outcome. Both files come from an untrusted hand.
record OutcomeReader(
    Invocation invocation,
    List<FunctionRequest.Argument> arguments,
    SharedMemory memory,
    ReadyEnvironment environment,
    SandboxLevel level,
    String path,
    long requested,
    long environmentNanos,
    long transferNanos) {
  private static final int MAX_CONTROL_BYTES = 1 << 20;
  private static final int MAX_TEXT = 200_000;
  private static final int SIGNAL_BASE = 128;
  private static final int SIGKILL = 9;
  private static final int SIGSYS = 31;
  private static final int SETUP_FAILED = 125;

  /// What the harness's `memory.py` ends a call with.
  private static final int MEMORY_EXCEEDED = 124;

  private static final int PROCESSES_EXCEEDED = 123;

  InvocationOutcome read(PythonInvocation.Ending ending, int status, Path control, Path result)
      throws IOException {
    String name = invocation.function().name();
    return switch (ending) {
      case CANCELLED -> new InvocationOutcome.Cancelled();
      case TIMEOUT ->
          new InvocationOutcome.LimitExceeded(
              Limit.TIME,
              "'%s' ran longer than its limit of %s; raise its timeout or give it less to do"
                  .formatted(name, inWords(invocation.function().limits().timeout())));
      case PRINTS ->
          new InvocationOutcome.LimitExceeded(
              Limit.OUTPUT, "'%s' printed more than a function may; print less".formatted(name));
      case BY_ITSELF -> {
        Optional<JsonNode> told = control(control);
        yield told.isPresent() && (status == 0 || status == SETUP_FAILED)
            ? told(told.get(), result)
            : died(status);
      }
    };
  }

  private static Optional<JsonNode> control(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(MAX_CONTROL_BYTES + 1);
      if (bytes.length == 0 || bytes.length > MAX_CONTROL_BYTES) {
        return Optional.empty();
      }
      JsonNode json = JsonMapper.builder().build().readTree(bytes);
      return Optional.ofNullable(json).filter(JsonNode::isObject);
    } catch (com.fasterxml.jackson.core.JacksonException notJson) {
      return Optional.empty();
    }
  }

  private InvocationOutcome told(JsonNode told, Path result) throws IOException {
    String name = invocation.function().name();
    String message = text(told, "message");
    return switch (told.path("status").asText()) {
      case "ok" -> completed(told, result);
      case "user_error" ->
          new InvocationOutcome.UserFailed(
              text(told, "type"),
              message,
              text(told, "traceback"),
              told.path("line").canConvertToInt() && told.path("line").isNumber()
                  ? Optional.of(told.path("line").asInt())
                  : Optional.empty());
      case "limit" ->
          told.path("limit").asText().equals("output")
              ? new InvocationOutcome.LimitExceeded(
                  Limit.OUTPUT,
                  "'%s' returned too much: %s; return less or raise its output limit"
                      .formatted(name, message))
              : outOfMemory(message.isEmpty() ? "" : "at " + message);
      case "setup_failed" ->
          new InvocationOutcome.NotStarted(
              new EnvironmentFailure(
                  EnvironmentFailure.Reason.SANDBOX_POLICY,
                  level.name(),
                  "The sandbox could not be set up: " + message));
      default ->
          new InvocationOutcome.Crashed(
              1, "'%s' could not be run: %s %s".formatted(name, text(told, "type"), message));
    };
  }

  private InvocationOutcome outOfMemory(String where) {
    String limit =
        invocation.function().limits().memoryBytes().isPresent()
            ? " of %d MB".formatted(invocation.function().limits().memoryBytes().getAsLong() >> 20)
            : "";
    return new InvocationOutcome.LimitExceeded(
        Limit.MEMORY,
        "'%s' needed more memory than its limit%s allows%s; raise its memory limit"
            .formatted(
                invocation.function().name(), limit, where.isEmpty() ? "" : " (" + where + ")"));
  }

  private InvocationOutcome died(int status) {
    String name = invocation.function().name();
    if (status == MEMORY_EXCEEDED) {
      return outOfMemory("all its processes together, and their files in /tmp and /dev/shm");
    }
    if (status == PROCESSES_EXCEEDED) {
      return new InvocationOutcome.Crashed(
          status, "'%s' was stopped: it started too many processes".formatted(name));
    }
    if (status == SIGNAL_BASE + SIGSYS) {
      return new InvocationOutcome.SandboxViolation(
          "'%s' was stopped: it made a system call that functions may not make (mounting, tracing other processes, kernel modules and the like)"
              .formatted(name));
    }
    if (status > SIGNAL_BASE && status < SIGNAL_BASE + 65) {
      int signal = status - SIGNAL_BASE;
      String why =
          switch (signal) {
            case SIGKILL -> " (the machine may be out of memory)";
            case 11 -> " (a memory error in native code)";
            case 6 -> " (it aborted)";
            default -> "";
          };
      return new InvocationOutcome.Crashed(
          status, "'%s' died of signal %d%s".formatted(name, signal, why));
    }
    return new InvocationOutcome.Crashed(
        status,
        "'%s' ended its process (exit status %d) without returning a result; return a table, and do not call os._exit"
            .formatted(name, status));
  }

  private InvocationOutcome completed(JsonNode told, Path result) throws IOException {
    String name = invocation.function().name();
    long limit = invocation.function().limits().outputBytes();
    long size = Files.size(result);
    if (size - (1 << 20) > limit) {
      return new InvocationOutcome.LimitExceeded(
          Limit.OUTPUT, "'%s' returned %d bytes; the limit is %d".formatted(name, size, limit));
    }
    SharedTable table;
    try {
      table = whole(memory.adopt(result), told.path("passed"));
    } catch (MalformedTableException e) {
      return new InvocationOutcome.SandboxViolation(
          "'%s' left a result that is no well-formed table: %s".formatted(name, e.getMessage()));
    }
    Optional<String> other = differs(invocation.function(), table);
    if (other.isPresent()) {
      table.close();
      return new InvocationOutcome.SandboxViolation(
          "'%s' left a result of other columns than it declares: %s".formatted(name, other.get()));
    }
    return new InvocationOutcome.Completed(table, figures(told.path("marks"), table));
  }

  /// With the columns that the function returned as it was given them. Takes ownership of the
  /// table.
  private SharedTable whole(MappedTable made, JsonNode passed) throws MalformedTableException {
    if (passed.isEmpty()) {
      return made;
    }
    Map<Integer, SegmentTable> given = new HashMap<>();
    try {
      for (int i = 0; i < arguments.size(); i++) {
        switch (arguments.get(i)) {
          case FunctionRequest.Argument.OfTable(MappedTable table) -> given.put(i, table.columns());
          case FunctionRequest.Argument.OfColumns(SegmentTable table) ->
              given.put(i, table.retain());
          default -> {}
        }
      }
      return new PassedColumns(given, pieces(passed)).compose(made, memory);
    } finally {
      given.values().forEach(SegmentTable::close);
    }
  }

  private static Map<Integer, List<PassedColumns.Piece>> pieces(JsonNode passed) {
    Map<Integer, List<PassedColumns.Piece>> pieces = new HashMap<>();
    for (JsonNode column : passed) {
      List<PassedColumns.Piece> of = new ArrayList<>();
      for (JsonNode piece : column.path(1)) {
        of.add(
            new PassedColumns.Piece(
                piece.path(0).asInt(-1),
                piece.path(1).asInt(-1),
                piece.path(2).asInt(-1),
                piece.path(3).asLong(-1)));
      }
      pieces.put(column.path(0).asInt(-1), of);
    }
    return pieces;
  }

  /// The harness casts to the declared columns; that it did is checked here.
  static Optional<String> differs(FunctionDefinition function, SharedTable table) {
    List<Field> found = table.schema().getFields();
    List<Field> declared =
        switch (function.returns()) {
          case FunctionReturn.Table(List<OutputColumn> columns) ->
              columns.stream().map(OutputColumn::field).toList();
          case FunctionReturn.Scalar(Field type) -> List.of(type);
          case FunctionReturn.Aggregate(Field type) -> List.of(type);
          case FunctionReturn.InferredTable() -> found;
        };
    if (function.style() == FunctionDefinition.Style.EXPECTATION) {
      return found.size() == 2 && table.rowCount() == 1
          ? Optional.empty()
          : Optional.of(table.schema().toString());
    }
    boolean same = found.size() == declared.size();
    for (int i = 0; same && i < found.size(); i++) {
      same =
          found.get(i).getName().equals(declared.get(i).getName())
              && sameType(found.get(i), declared.get(i));
    }
    return same ? Optional.empty() : Optional.of(table.schema().toString());
  }

  /// To every depth: the engine reads a list by the element that was declared. The element itself
  /// may have any name, the fields of a row may not.
  static boolean sameType(Field found, Field declared) {
    List<Field> inner = found.getChildren();
    List<Field> expected = declared.getChildren();
    boolean same =
        found.getType().equals(declared.getType())
            && Objects.equals(found.getDictionary(), declared.getDictionary())
            && inner.size() == expected.size();
    for (int i = 0; same && i < inner.size(); i++) {
      same =
          sameType(inner.get(i), expected.get(i))
              && (!(found.getType() instanceof ArrowType.Struct)
                  || inner.get(i).getName().equals(expected.get(i).getName()));
    }
    return same;
  }

  private InvocationFigures figures(JsonNode marks, SharedTable table) {
    long now = System.nanoTime();
    long user = mark(marks, "user", now);
    long imports = Math.min(user, mark(marks, "imports", user));
    long output = Math.max(user, mark(marks, "output", now));
    long inputRows = 0;
    long inputBytes = 0;
    long copiedBytes = 0;
    for (int i = 0; i < arguments.size(); i++) {
      switch (arguments.get(i)) {
        case FunctionRequest.Argument.OfTable(SharedTable input) -> {
          inputRows += input.rowCount();
          inputBytes += input.byteSize();
          boolean made = invocation.inputs().get(i) instanceof InvocationInput.Table;
          copiedBytes += made ? input.byteSize() : 0;
        }
        case FunctionRequest.Argument.OfColumns(SegmentTable input) -> {
          inputRows += input.rowCount();
          inputBytes += input.byteSize();
          copiedBytes += input.copiedBytes();
        }
        case FunctionRequest.Argument.OfStream ignored -> {}
        case FunctionRequest.Argument.OfValue ignored -> {}
      }
    }
    return new InvocationFigures(
        switch (invocation.function().language()) {
          case PYTHON -> environment.interpreter().label();
          case JAVA -> "Java " + Runtime.version();
        },
        level.name(),
        path,
        Duration.ofNanos(environmentNanos),
        Duration.ofNanos(transferNanos),
        Duration.ofNanos(user - requested),
        Duration.ofNanos(user - imports),
        Duration.ofNanos(output - user),
        Duration.ofNanos(now - output),
        inputRows,
        inputBytes,
        copiedBytes,
        table.rowCount(),
        table.byteSize(),
        table instanceof ComposedTable composed ? composed.passedBytes() : 0);
  }

  /// The child's CLOCK_MONOTONIC is this JVM's `nanoTime`; a lie is bounded by the truth around it.
  private long mark(JsonNode marks, String name, long now) {
    long told = marks.path(name).asLong(now);
    return Math.min(now, Math.max(requested, told));
  }

  private static String text(JsonNode node, String field) {
    String text = node.path(field).asText("");
    return text.length() > MAX_TEXT ? text.substring(0, MAX_TEXT) : text;
  }

  private static String inWords(Duration duration) {
    return duration.toMillis() < 10_000
        ? "%.1f s".formatted(duration.toMillis() / 1000.0)
        : duration.toSeconds() + " s";
  }
}
