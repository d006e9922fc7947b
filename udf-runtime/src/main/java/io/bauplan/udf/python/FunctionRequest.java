package io.bauplan.udf.python;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bauplan.udf.api.FunctionDefinition;
import io.bauplan.udf.api.FunctionParameter;
import io.bauplan.udf.api.FunctionReturn;
import io.bauplan.udf.api.OutputColumn;
import io.bauplan.udf.api.SharedTable;
import io.bauplan.udf.shm.Backing;
import io.bauplan.udf.shm.MappedTable;
import io.bauplan.udf.shm.Segment;
import io.bauplan.udf.shm.SegmentColumn;
import io.bauplan.udf.shm.SegmentTable;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.arrow.vector.ipc.WriteChannel;
import org.apache.arrow.vector.ipc.message.MessageSerializer;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/// The JSON that tells the harness what to run; `function.py` is its reader.
final class FunctionRequest {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final DateTimeFormatter MICROSECONDS =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS", Locale.ROOT);

  private FunctionRequest() {}

  /// An argument: a table in shared memory, columns each in a segment of its own, or a value.
  sealed interface Argument {
    record OfTable(SharedTable table) implements Argument {}

    record OfColumns(SegmentTable table) implements Argument {}

    /// Rows that come part by part.
    record OfStream(Schema schema) implements Argument {}

    record OfValue(@Nullable Object value) implements Argument {}
  }

  static ObjectNode of(
      FunctionDefinition function,
      List<Argument> arguments,
      List<Path> path,
      Path control,
      Path result) {
    ObjectNode json = JSON.createObjectNode();
    json.put("name", function.name());
    json.put("handler", function.handler());
    json.put("style", function.style().name());
    json.putObject("source")
        .put("file", function.source().file())
        .put("text", function.source().text())
        .put("firstLine", Math.max(1, function.source().firstLine()))
        .set("siblings", JSON.valueToTree(function.source().siblings()));
    json.put("line", function.source().firstLine());
    json.put("pandas", declaresPandas(function));
    json.put("network", function.limits().internetAccess());
    json.put("outputBytes", function.limits().outputBytes());
    json.put("control", control.toString());
    json.put("result", result.toString());
    ArrayNode folders = json.putArray("path");
    path.forEach(p -> folders.add(p.toString()));
    ArrayNode parameters = json.putArray("parameters");
    Map<Backing, Integer> segments = backings(arguments);
    for (int i = 0; i < arguments.size(); i++) {
      String name =
          i < function.parameters().size() ? function.parameters().get(i).name() : "argument" + i;
      ObjectNode node = parameters.addObject().put("name", name);
      if (arguments.get(i) instanceof Argument.OfColumns(SegmentTable table)) {
        columns(node, table, segments);
      } else {
        parameter(node, arguments.get(i));
      }
    }
    returns(json.putObject("returns"), function);
    return json;
  }

  /// What the columns of all arguments lie in, for the launcher to map. A column names its segment
  /// by its place in this list.
  static ArrayNode segments(List<Argument> arguments) {
    ArrayNode segments = JSON.createArrayNode();
    for (Backing memory : backings(arguments).keySet()) {
      ObjectNode described = segments.addObject().put("bytes", memory.mappedBytes());
      described.set("written", JSON.valueToTree(memory.written()));
      switch (memory) {
        case Segment segment -> described.put("file", segment.file()).put("inode", segment.inode());
        case MappedTable table -> described.put("path", table.path().toString());
      }
    }
    return segments;
  }

  /// Each once, with its place.
  private static Map<Backing, Integer> backings(List<Argument> arguments) {
    Map<Backing, Integer> places = new LinkedHashMap<>();
    for (Argument argument : arguments) {
      if (argument instanceof Argument.OfColumns(SegmentTable table)) {
        for (SegmentTable.Batch batch : table.batches()) {
          for (SegmentColumn column : batch.columns()) {
            places.putIfAbsent(column.memory(), places.size());
          }
        }
      }
    }
    return places;
  }

  private static boolean declaresPandas(FunctionDefinition function) {
    return function.environment().requirements().stream()
        .anyMatch(r -> r.strip().toLowerCase(Locale.ROOT).matches("pandas\\b(?![-_.]).*"));
  }

  private static void parameter(ObjectNode node, Argument argument) {
    switch (argument) {
      case Argument.OfTable(SharedTable table) ->
          node.put("kind", "table")
              .put("path", table.path().toString())
              .put("bytes", size(table.path()))
              .put("rows", table.rowCount())
              .set("written", JSON.valueToTree(table.written()));
      case Argument.OfColumns ignored -> throw new IllegalArgumentException("described by columns");
      case Argument.OfStream(Schema schema) ->
          node.put("kind", "stream").put("schema", schema(schema.getFields()));
      case Argument.OfValue(Object value) -> scalar(node.put("kind", "scalar"), value);
    }
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void columns(ObjectNode node, SegmentTable table, Map<Backing, Integer> segments) {
    node.put("kind", "columns")
        .put("rows", table.rowCount())
        .put("schema", schema(table.schema().getFields()));
    ArrayNode batches = node.putArray("batches");
    for (SegmentTable.Batch batch : table.batches()) {
      ArrayNode columns = batches.addArray();
      for (SegmentColumn column : batch.columns()) {
        ObjectNode described = columns.addObject();
        described.put("segment", segments.get(column.memory()));
        described.set("nodes", JSON.valueToTree(column.nodes()));
        described.set("buffers", JSON.valueToTree(column.buffers()));
      }
    }
  }

  private static void scalar(ObjectNode node, @Nullable Object value) {
    switch (value) {
      case null -> node.put("type", "null").putNull("value");
      case Boolean b -> node.put("type", "bool").put("value", b);
      case Double d ->
          node.put("type", "double").put("value", Double.isFinite(d) ? "" + d : python(d));
      case Float f -> scalar(node, (double) f);
      case BigDecimal d -> node.put("type", "decimal").put("value", d.toString());
      case Number n -> node.put("type", "int").put("value", n.toString());
      case byte[] bytes ->
          node.put("type", "bytes").put("value", Base64.getEncoder().encodeToString(bytes));
      case LocalDate d -> node.put("type", "date").put("value", d.toString());
      case LocalDateTime t -> node.put("type", "timestamp").put("value", MICROSECONDS.format(t));
      case Instant t ->
          node.put("type", "instant")
              .put("value", MICROSECONDS.format(LocalDateTime.ofInstant(t, ZoneOffset.UTC)));
      default -> node.put("type", "text").put("value", value.toString());
    }
  }

  private static String python(double notFinite) {
    return Double.isNaN(notFinite) ? "nan" : notFinite > 0 ? "inf" : "-inf";
  }

  private static void returns(ObjectNode node, FunctionDefinition function) {
    switch (function.returns()) {
      case FunctionReturn.Table(List<OutputColumn> columns) ->
          node.put("kind", "table")
              .put("schema", schema(columns.stream().map(OutputColumn::field).toList()))
              .put(
                  "remedy",
                  function.style() == FunctionDefinition.Style.SQL
                      ? "RETURNS TABLE"
                      : "the declared columns");
      case FunctionReturn.InferredTable() -> node.put("kind", "inferred");
      case FunctionReturn.Scalar(Field type) ->
          node.put("kind", "scalar").put("schema", schema(List.of(type)));
      case FunctionReturn.Aggregate(Field type) ->
          node.put("kind", "aggregate").put("schema", schema(List.of(type)));
    }
  }

  private static String schema(List<Field> fields) {
    try {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      MessageSerializer.serialize(new WriteChannel(Channels.newChannel(bytes)), new Schema(fields));
      return Base64.getEncoder().encodeToString(bytes.toByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Whether a function takes so many arguments; a wrong number is the caller's mistake.
  static void checkArguments(FunctionDefinition function, int given) {
    long least =
        function.parameters().stream()
            .filter(
                p -> !(p instanceof FunctionParameter.Scalar(_, _, boolean optional) && optional))
            .count();
    if (given < least || given > function.parameters().size()) {
      throw new IllegalArgumentException(
          "function '%s' takes %d arguments, got %d"
              .formatted(function.name(), function.parameters().size(), given));
    }
  }
}
