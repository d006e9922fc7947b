package io.bauplan.udf.java;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bauplan.udf.shm.CallSocket;
import io.bauplan.udf.shm.MappedArguments;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.math.BigDecimal;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowFileWriter;
import org.apache.arrow.vector.ipc.ReadChannel;
import org.apache.arrow.vector.ipc.message.MessageSerializer;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/// The program of a Java function's child JVM, already inside its sandbox: waits for its one call,
/// maps the inputs, calls the handler, writes the result. The counterpart of the Python harness,
/// with the same request and outcome files.
public final class FunctionMain {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final JsonNode request;
  private final List<MemorySegment> tables;
  private final List<MemorySegment> segments;
  private final ObjectNode marks = JSON.createObjectNode();

  private FunctionMain(JsonNode request, List<MemorySegment> tables, List<MemorySegment> segments) {
    this.request = request;
    this.tables = tables;
    this.segments = segments;
  }

  /// @param arguments the descriptor over which the call comes; none to rehearse only, as what is
  ///     loaded then is what the AOT cache will hold
  public static void main(String[] arguments) throws Exception {
    System.setOut(new PrintStream(System.out, true, StandardCharsets.UTF_8));
    rehearse();
    if (arguments.length > 0) {
      FunctionMain call = receive(Integer.parseInt(arguments[0]));
      ObjectNode answer = call.run();
      JSON.writeValue(Path.of(call.request.path("control").asText()).toFile(), answer);
      Runtime.getRuntime().halt(0);
    }
  }

  /// Takes what a call takes, so that the first one finds it loaded.
  private static void rehearse() throws IOException {
    Path file = Files.createTempFile("rehearsal", "");
    try {
      byte[] table = Rehearsal.table();
      MemorySegment mapped = Arena.global().allocate(table.length, Long.BYTES);
      mapped.copyFrom(MemorySegment.ofArray(table));
      JsonNode request = JSON.readTree(Rehearsal.request(file));
      ObjectNode answer = new FunctionMain(request, List.of(mapped), List.of()).run();
      if (!answer.path("status").asText().equals("ok")) {
        throw new IOException("the rehearsal failed: " + answer);
      }
      JSON.writeValue(file.toFile(), answer);
      CallSocket.load();
    } finally {
      Files.deleteIfExists(file);
    }
  }

  private static FunctionMain receive(int socket) throws IOException {
    CallSocket.Message message = CallSocket.receive(socket);
    JsonNode call = JSON.readTree(message.body());
    JsonNode request = call.path("function");
    List<MemorySegment> tables = new ArrayList<>();
    List<MemorySegment> segments = new ArrayList<>();
    int next = 0;
    for (JsonNode parameter : request.path("parameters")) {
      if (parameter.path("kind").asText().equals("table")) {
        tables.add(MappedArguments.map(message.descriptors().get(next++), parameter));
      }
    }
    for (JsonNode segment : call.path("segments")) {
      segments.add(MappedArguments.map(message.descriptors().get(next++), segment));
    }
    return new FunctionMain(request, tables, segments);
  }

  private ObjectNode run() {
    ObjectNode answer;
    long limit = Long.getLong("function.memory", Long.MAX_VALUE);
    try (BufferAllocator root = new RootAllocator();
        BufferAllocator own = root.newChildAllocator("function", 0, limit)) {
      answer = call(root, own);
    } catch (OutOfMemoryError | org.apache.arrow.memory.OutOfMemoryException e) {
      answer = JSON.createObjectNode().put("status", "limit").put("limit", "memory");
      answer.put("message", "");
    } catch (Throwable e) {
      answer = failed(e instanceof CallFailure && e.getCause() != null ? e.getCause() : e);
    }
    answer.set("marks", marks);
    System.out.flush();
    return answer;
  }

  private ObjectNode call(BufferAllocator views, BufferAllocator allocator) throws Exception {
    marks.put("imports", System.nanoTime());
    List<VectorSchemaRoot> inputs = new ArrayList<>();
    List<@Nullable Object> arguments = new ArrayList<>();
    int table = 0;
    for (JsonNode parameter : request.path("parameters")) {
      String kind = parameter.path("kind").asText();
      if (kind.equals("scalar")) {
        arguments.add(scalar(parameter.path("type").asText(), parameter.path("value")));
        continue;
      }
      VectorSchemaRoot root =
          kind.equals("table")
              ? MappedArguments.table(tables.get(table++), views)
              : MappedArguments.columns(
                  schema(parameter.path("schema").asText()),
                  parameter.path("batches"),
                  segments,
                  views);
      inputs.add(root);
      arguments.add(root);
    }
    Object handler = handler();
    marks.put("user", System.nanoTime());
    VectorSchemaRoot result = invoke(handler, arguments, allocator);
    marks.put("output", System.nanoTime());
    if (result == null) {
      throw new WrongResult("'%s' returned null; return a VectorSchemaRoot".formatted(name()));
    }
    checkDeclared(result.getSchema());
    write(result);
    if (!inputs.contains(result)) {
      result.close();
    }
    inputs.forEach(VectorSchemaRoot::close);
    return JSON.createObjectNode().put("status", "ok");
  }

  private String name() {
    return request.path("name").asText();
  }

  private Object handler() throws WrongResult {
    String handler = request.path("handler").asText();
    List<URL> code = new ArrayList<>();
    try {
      for (JsonNode place : request.path("code")) {
        code.add(Path.of(place.asText()).toUri().toURL());
      }
      ClassLoader loader =
          new URLClassLoader(code.toArray(URL[]::new), FunctionMain.class.getClassLoader());
      Thread.currentThread().setContextClassLoader(loader);
      return Class.forName(handler, true, loader).getConstructor().newInstance();
    } catch (MalformedURLException e) {
      throw new IllegalStateException(e);
    } catch (ClassNotFoundException | NoClassDefFoundError e) {
      throw new WrongResult(
          "there is no class '%s'; HANDLER must name the class, with its package if it has one"
              .formatted(handler));
    } catch (ReflectiveOperationException e) {
      throw new WrongResult(
          "'%s' cannot be constructed; make it public with a public constructor without parameters"
              .formatted(handler));
    }
  }

  private @Nullable VectorSchemaRoot invoke(
      Object handler, List<@Nullable Object> arguments, BufferAllocator allocator)
      throws Exception {
    try {
      return switch (handler) {
        case TableFunction f
            when arguments.size() == 1 && arguments.getFirst() instanceof VectorSchemaRoot table ->
            f.apply(table, allocator);
        case TablesFunction f -> f.apply(arguments, allocator);
        default ->
            throw new WrongResult(
                "'%s' must implement %s (one table) or %s"
                    .formatted(
                        handler.getClass().getName(),
                        TableFunction.class.getName(),
                        TablesFunction.class.getName()));
      };
    } catch (WrongResult | OutOfMemoryError e) {
      throw e;
    } catch (Throwable e) {
      throw new CallFailure(e);
    }
  }

  private void checkDeclared(Schema found) throws WrongResult, IOException {
    JsonNode returns = request.path("returns");
    if (!returns.path("kind").asText().equals("table")) {
      return;
    }
    Schema declared = schema(returns.path("schema").asText());
    List<Field> wanted = declared.getFields();
    for (int i = 0; i < Math.max(wanted.size(), found.getFields().size()); i++) {
      if (i >= wanted.size() || i >= found.getFields().size()) {
        throw new WrongResult(
            "'%s' returned %d columns where %d are declared"
                .formatted(name(), found.getFields().size(), wanted.size()));
      }
      Field is = found.getFields().get(i);
      Field should = wanted.get(i);
      if (!is.getName().equals(should.getName()) || !is.getType().equals(should.getType())) {
        throw new WrongResult(
            "'%s': column %d is declared %s %s but is %s %s"
                .formatted(
                    name(), i + 1, should.getName(), should.getType(), is.getName(), is.getType()));
      }
    }
  }

  private static Schema schema(String text) throws IOException {
    byte[] bytes = Base64.getDecoder().decode(text);
    return MessageSerializer.deserializeSchema(
        new ReadChannel(Channels.newChannel(new ByteArrayInputStream(bytes))));
  }

  private void write(VectorSchemaRoot result) throws IOException, WrongResult {
    Path path = Path.of(request.path("result").asText());
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE);
        ArrowFileWriter writer = new ArrowFileWriter(result, null, channel)) {
      writer.start();
      writer.writeBatch();
      writer.end();
    }
    long size = Files.size(path);
    long most = request.path("outputBytes").asLong();
    if (size > most) {
      throw new WrongResult(
          "'%s' returned %d bytes; its output limit is %d".formatted(name(), size, most));
    }
  }

  private ObjectNode failed(Throwable e) {
    ObjectNode answer = JSON.createObjectNode().put("status", "user_error");
    answer.put("type", e instanceof WrongResult ? "WrongResult" : e.getClass().getName());
    answer.put("message", String.valueOf(e.getMessage() == null ? "" : e.getMessage()));
    if (e instanceof WrongResult) {
      return answer.put("traceback", "").put("line", request.path("line").asInt());
    }
    String file = request.path("source").path("file").asText();
    int shift = request.path("source").path("firstLine").asInt(1) - 1;
    boolean inline = request.path("inline").asBoolean();
    StringBuilder trace = new StringBuilder(e.toString()).append('\n');
    Integer line = null;
    for (StackTraceElement frame : e.getStackTrace()) {
      if (frame.getClassName().equals(FunctionMain.class.getName())) {
        break;
      }
      boolean users =
          !frame.getClassName().startsWith("java.")
              && !frame.getClassName().startsWith("jdk.")
              && !frame.getClassName().startsWith("org.apache.arrow.");
      if (users) {
        int at = frame.getLineNumber() + (inline ? shift : 0);
        line = line == null ? at : line;
        trace
            .append("\tat ")
            .append(frame.getClassName())
            .append('.')
            .append(frame.getMethodName())
            .append("(%s:%d)\n".formatted(inline ? file : frame.getFileName(), at));
      }
    }
    answer.put("traceback", trace.toString());
    return line == null ? answer : answer.put("line", line);
  }

  private static @Nullable Object scalar(String type, JsonNode value) {
    String text = value.asText();
    return switch (type) {
      case "null" -> null;
      case "bool" -> value.asBoolean();
      case "int" -> new java.math.BigInteger(text).longValueExact();
      case "double" ->
          switch (text) {
            case "nan" -> Double.NaN;
            case "inf" -> Double.POSITIVE_INFINITY;
            case "-inf" -> Double.NEGATIVE_INFINITY;
            default -> Double.parseDouble(text);
          };
      case "decimal" -> new BigDecimal(text);
      case "bytes" -> Base64.getDecoder().decode(text);
      case "date" -> LocalDate.parse(text);
      case "timestamp" -> LocalDateTime.parse(text);
      case "instant" -> Instant.from(LocalDateTime.parse(text).atOffset(ZoneOffset.UTC));
      default -> text;
    };
  }

  /// The function returned what it must not.
  private static final class WrongResult extends Exception {
    private static final long serialVersionUID = 1L;

    WrongResult(String message) {
      super(message);
    }
  }

  /// The handler threw.
  private static final class CallFailure extends Exception {
    private static final long serialVersionUID = 1L;

    CallFailure(Throwable cause) {
      super(cause);
    }
  }
}
