package io.bauplan.sql.catalog.iceberg;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.udf.api.EnvironmentSpec;
import io.bauplan.udf.api.FunctionDefinition;
import io.bauplan.udf.api.FunctionLimits;
import io.bauplan.udf.api.FunctionParameter;
import io.bauplan.udf.api.FunctionReturn;
import io.bauplan.udf.api.FunctionSource;
import io.bauplan.udf.api.Language;
import io.bauplan.udf.api.OutputColumn;
import io.bauplan.udf.api.TableSemantics;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.arrow.vector.types.pojo.Field;

/// The JSON form of a function definition, version 1. Written out by hand: files of it live as long
/// as the tags that name them, whatever happens to our records. Types are Arrow's JSON.
final class FunctionJson {
  private static final int VERSION = 1;
  private static final ObjectMapper JSON = new ObjectMapper();

  private FunctionJson() {}

  static String write(FunctionDefinition f) {
    ObjectNode node = JSON.createObjectNode();
    node.put("version", VERSION);
    node.put("name", f.name());
    node.put("language", f.language().name());
    node.put("handler", f.handler());
    node.putObject("source")
        .put("file", f.source().file())
        .put("text", f.source().text())
        .put("firstLine", f.source().firstLine());
    node.put("style", f.style().name());
    node.set("environment", environment(f.environment()));
    ArrayNode parameters = node.putArray("parameters");
    f.parameters().forEach(parameter -> parameters.add(parameter(parameter)));
    node.set("returns", returns(f.returns()));
    ObjectNode limits =
        node.putObject("limits")
            .put("timeout", f.limits().timeout().toString())
            .put("outputBytes", f.limits().outputBytes())
            .put("internetAccess", f.limits().internetAccess());
    f.limits().memoryBytes().ifPresent(bytes -> limits.put("memoryBytes", bytes));
    node.put("deterministic", f.deterministic());
    if (f.skipsNulls()) {
      node.put("skipsNulls", true);
    }
    return node.toPrettyString();
  }

  private static ObjectNode environment(EnvironmentSpec environment) {
    ObjectNode node = JSON.createObjectNode();
    environment.interpreterVersion().ifPresent(version -> node.put("interpreter", version));
    ArrayNode requirements = node.putArray("requirements");
    environment.requirements().forEach(requirements::add);
    environment.packagesAsOf().ifPresent(day -> node.put("packagesAsOf", day.toString()));
    return node;
  }

  private static ObjectNode parameter(FunctionParameter parameter) {
    ObjectNode node = JSON.createObjectNode().put("name", parameter.name());
    switch (parameter) {
      case FunctionParameter.Table(
              String ignored,
              Optional<List<Field>> columns,
              TableSemantics semantics) -> {
        node.put("kind", "table").put("semantics", semantics.name());
        if (columns.isPresent()) {
          ArrayNode fields = node.putArray("columns");
          columns.get().forEach(field -> fields.add(field(field)));
        }
      }
      case FunctionParameter.Scalar(String ignored, Field type, boolean optional) -> {
        node.put("kind", "scalar").put("optional", optional);
        node.set("type", field(type));
      }
    }
    return node;
  }

  private static ObjectNode returns(FunctionReturn returns) {
    ObjectNode node = JSON.createObjectNode();
    switch (returns) {
      case FunctionReturn.Table(List<OutputColumn> columns) -> {
        ArrayNode array = node.put("kind", "table").putArray("columns");
        for (OutputColumn column : columns) {
          ObjectNode entry = array.addObject();
          entry.set("field", field(column.field()));
          column.lineage().ifPresent(lineage -> entry.put("lineage", lineage));
        }
      }
      case FunctionReturn.InferredTable() -> node.put("kind", "inferred");
      case FunctionReturn.Scalar(Field type) -> node.put("kind", "scalar").set("type", field(type));
      case FunctionReturn.Aggregate(Field type) ->
          node.put("kind", "aggregate").set("type", field(type));
    }
    return node;
  }

  private static JsonNode field(Field field) {
    return JSON.valueToTree(field);
  }

  static FunctionDefinition read(String json, String location) {
    try {
      JsonNode node = JSON.readTree(json);
      int version = node.path("version").asInt();
      if (version != VERSION) {
        throw new EngineException(
            ErrorCode.NOT_SUPPORTED,
            "the function file "
                + location
                + " has version "
                + version
                + "; this engine reads "
                + VERSION);
      }
      JsonNode source = node.required("source");
      JsonNode limits = node.required("limits");
      List<FunctionParameter> parameters = new ArrayList<>();
      for (JsonNode parameter : node.required("parameters")) {
        parameters.add(readParameter(parameter));
      }
      return new FunctionDefinition(
          node.required("name").asText(),
          Language.valueOf(node.required("language").asText()),
          node.required("handler").asText(),
          new FunctionSource(
              source.required("file").asText(),
              source.required("text").asText(),
              source.required("firstLine").asInt()),
          FunctionDefinition.Style.valueOf(node.required("style").asText()),
          readEnvironment(node.required("environment")),
          parameters,
          readReturns(node.required("returns")),
          new FunctionLimits(
              limits.has("memoryBytes")
                  ? OptionalLong.of(limits.get("memoryBytes").asLong())
                  : OptionalLong.empty(),
              Duration.parse(limits.required("timeout").asText()),
              limits.required("outputBytes").asLong(),
              limits.required("internetAccess").asBoolean()),
          node.required("deterministic").asBoolean(),
          node.path("skipsNulls").asBoolean());
    } catch (JsonProcessingException | IllegalArgumentException | DateTimeException e) {
      throw new EngineException(
          ErrorCode.CATALOG_ERROR, "the function file " + location + " is not readable", e);
    }
  }

  private static EnvironmentSpec readEnvironment(JsonNode node) {
    List<String> requirements = new ArrayList<>();
    node.required("requirements").forEach(entry -> requirements.add(entry.asText()));
    return new EnvironmentSpec(
        Optional.ofNullable(node.get("interpreter")).map(JsonNode::asText),
        requirements,
        Optional.ofNullable(node.get("packagesAsOf")).map(day -> LocalDate.parse(day.asText())));
  }

  private static FunctionParameter readParameter(JsonNode node) throws JsonProcessingException {
    String name = node.required("name").asText();
    if (node.required("kind").asText().equals("scalar")) {
      return new FunctionParameter.Scalar(
          name, readField(node.required("type")), node.required("optional").asBoolean());
    }
    Optional<List<Field>> columns = Optional.empty();
    if (node.has("columns")) {
      List<Field> fields = new ArrayList<>();
      for (JsonNode field : node.get("columns")) {
        fields.add(readField(field));
      }
      columns = Optional.of(fields);
    }
    return new FunctionParameter.Table(
        name, columns, TableSemantics.valueOf(node.required("semantics").asText()));
  }

  private static FunctionReturn readReturns(JsonNode node) throws JsonProcessingException {
    return switch (node.required("kind").asText()) {
      case "table" -> {
        List<OutputColumn> columns = new ArrayList<>();
        for (JsonNode column : node.required("columns")) {
          columns.add(
              new OutputColumn(
                  readField(column.required("field")),
                  Optional.ofNullable(column.get("lineage")).map(JsonNode::asText)));
        }
        yield new FunctionReturn.Table(columns);
      }
      case "scalar" -> new FunctionReturn.Scalar(readField(node.required("type")));
      case "aggregate" -> new FunctionReturn.Aggregate(readField(node.required("type")));
      case "inferred" -> new FunctionReturn.InferredTable();
      default -> throw new IllegalArgumentException("unknown kind of result");
    };
  }

  private static Field readField(JsonNode node) throws JsonProcessingException {
    return JSON.treeToValue(node, Field.class);
  }
}
