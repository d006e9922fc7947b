package io.bauplan.udf.python;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bauplan.udf.api.EnvironmentSpec;
import io.bauplan.udf.api.InspectedDecorator;
import io.bauplan.udf.api.InspectedFile;
import io.bauplan.udf.api.InspectedFunction;
import io.bauplan.udf.api.InspectedParameter;
import io.bauplan.udf.api.PythonLiteral;
import io.bauplan.udf.api.SourceInspector;
import io.bauplan.udf.api.SourceProblem;
import io.bauplan.udf.environment.Interpreter;
import io.bauplan.udf.environment.InterpreterFinder;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// Parses decorated files with the newest CPython there is, in a child that has the standard
/// library only (`-I -S`) and limits on memory and time. A file that brings the child down is told
/// as that file's problem.
public final class PythonSourceInspector implements SourceInspector {
  private static final long TIMEOUT_SECONDS = 60;

  private final InterpreterFinder interpreters;
  private final PythonFiles files;
  private final JsonMapper json = JsonMapper.builder().build();

  public PythonSourceInspector(InterpreterFinder interpreters, PythonFiles files) {
    this.interpreters = interpreters;
    this.files = files;
  }

  /// With the interpreters of this machine.
  ///
  /// @param store where the harness is unpacked
  public static PythonSourceInspector open(Path store) {
    return new PythonSourceInspector(
        new InterpreterFinder(List.of(), System.getenv()), PythonFiles.unpack(store));
  }

  @Override
  public List<InspectedFile> inspect(List<SourceFile> sources) {
    if (sources.isEmpty()) {
      return List.of();
    }
    Optional<List<InspectedFile>> together = ask(sources);
    if (together.isPresent()) {
      return together.get();
    }
    List<InspectedFile> oneByOne = new ArrayList<>();
    for (SourceFile source : sources) {
      oneByOne.add(
          ask(List.of(source)).map(List::getFirst).orElseGet(() -> unparsable(source.path())));
    }
    return oneByOne;
  }

  private static InspectedFile unparsable(String path) {
    SourceProblem problem =
        new SourceProblem(
            path, 1, 1, "Python's parser gave up on this file", "Is it really Python source?");
    return new InspectedFile(path, List.of(), List.of(problem));
  }

  private Optional<List<InspectedFile>> ask(List<SourceFile> sources) {
    Interpreter interpreter =
        interpreters.all().stream()
            .max(Comparator.comparingInt(Interpreter::minor))
            .orElseThrow(
                () ->
                    new IllegalStateException(
                        "no Python 3 interpreter was found on PATH, under ~/.pyenv or in /usr/bin;"
                            + " install one to use Python models"));
    ObjectNode request = json.createObjectNode();
    ArrayNode list = request.putArray("files");
    for (SourceFile source : sources) {
      list.addObject().put("path", source.path()).put("text", source.text());
    }
    ProcessBuilder builder =
        new ProcessBuilder(
                interpreter.binary().toString(),
                "-I",
                "-S",
                files.harness().resolve("inspect_source.py").toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD);
    builder.environment().clear();
    try {
      Process process = builder.start();
      Thread watchdog = Thread.ofVirtual().start(() -> endAfterTimeout(process));
      try (OutputStream in = process.getOutputStream()) {
        in.write(json.writeValueAsBytes(request));
      } catch (IOException died) {
        process.destroyForcibly();
      }
      byte[] answer = process.getInputStream().readAllBytes();
      int status = process.waitFor();
      watchdog.interrupt();
      return status == 0 ? Optional.of(read(json.readTree(answer))) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  private static void endAfterTimeout(Process process) {
    try {
      if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException finished) {
      process.destroyForcibly();
    }
  }

  private static List<InspectedFile> read(JsonNode answer) {
    List<InspectedFile> out = new ArrayList<>();
    for (JsonNode file : answer) {
      String path = file.path("path").asText();
      List<InspectedFunction> functions = new ArrayList<>();
      for (JsonNode function : file.path("functions")) {
        functions.add(function(path, function));
      }
      List<SourceProblem> problems = new ArrayList<>();
      for (JsonNode p : file.path("problems")) {
        problems.add(
            new SourceProblem(
                path, line(p), column(p), p.path("message").asText(), p.path("remedy").asText()));
      }
      out.add(new InspectedFile(path, functions, problems));
    }
    return out;
  }

  private static InspectedFunction function(String path, JsonNode node) {
    List<InspectedDecorator> decorators = new ArrayList<>();
    for (JsonNode d : node.path("decorators")) {
      decorators.add(
          new InspectedDecorator(
              d.path("name").asText(),
              line(d),
              column(d),
              literals(d.path("arguments")),
              pairs(d.path("keywords"))));
    }
    List<InspectedParameter> parameters = new ArrayList<>();
    for (JsonNode p : node.path("parameters")) {
      parameters.add(parameter(p));
    }
    JsonNode environment = node.path("environment");
    return new InspectedFunction(
        path,
        node.path("name").asText(),
        line(node),
        column(node),
        node.path("lastLine").asInt(),
        decorators,
        parameters,
        new EnvironmentSpec(
            text(environment, "version"),
            strings(environment.path("requirements")),
            text(environment, "packagesAsOf").map(LocalDate::parse)),
        text(node, "documentation"));
  }

  private static InspectedParameter parameter(JsonNode p) {
    String name = p.path("name").asText();
    return switch (p.path("kind").asText()) {
      case "model" ->
          new InspectedParameter.ModelInput(
              name,
              line(p),
              column(p),
              p.path("model").asText(),
              p.path("columns").isArray()
                  ? Optional.of(strings(p.path("columns")))
                  : Optional.empty(),
              text(p, "filter"),
              p.path("filterLine").asInt(),
              p.path("filterColumn").asInt(),
              text(p, "ref"),
              pairs(p.path("others")));
      case "parameter" ->
          new InspectedParameter.RunParameter(
              name, line(p), column(p), p.path("parameter").asText());
      default ->
          new InspectedParameter.Plain(name, line(p), column(p), p.path("hasDefault").asBoolean());
    };
  }

  private static PythonLiteral literal(JsonNode n) {
    JsonNode value = n.path("value");
    return switch (n.path("kind").asText()) {
      case "text" -> new PythonLiteral.Text(value.asText(), line(n), column(n));
      case "whole" -> new PythonLiteral.Whole(new BigInteger(value.asText()), line(n), column(n));
      case "real" -> new PythonLiteral.Real(real(value.asText()), line(n), column(n));
      case "truth" -> new PythonLiteral.Truth(value.asBoolean(), line(n), column(n));
      case "sequence" -> new PythonLiteral.Sequence(literals(n.path("values")), line(n), column(n));
      case "mapping" -> new PythonLiteral.Mapping(pairs(n.path("pairs")), line(n), column(n));
      default -> new PythonLiteral.None(line(n), column(n));
    };
  }

  private static double real(String python) {
    return switch (python) {
      case "inf" -> Double.POSITIVE_INFINITY;
      case "-inf" -> Double.NEGATIVE_INFINITY;
      case "nan", "-nan" -> Double.NaN;
      default -> Double.parseDouble(python);
    };
  }

  private static List<PythonLiteral> literals(JsonNode nodes) {
    List<PythonLiteral> out = new ArrayList<>();
    nodes.forEach(n -> out.add(literal(n)));
    return out;
  }

  private static Map<String, PythonLiteral> pairs(JsonNode nodes) {
    Map<String, PythonLiteral> out = new LinkedHashMap<>();
    nodes.forEach(n -> out.put(n.path(0).asText(), literal(n.path(1))));
    return Collections.unmodifiableMap(out);
  }

  private static List<String> strings(JsonNode nodes) {
    List<String> out = new ArrayList<>();
    nodes.forEach(n -> out.add(n.asText()));
    return out;
  }

  private static Optional<String> text(JsonNode node, String field) {
    return node.path(field).isTextual() ? Optional.of(node.path(field).asText()) : Optional.empty();
  }

  private static int line(JsonNode node) {
    return node.path("line").asInt();
  }

  private static int column(JsonNode node) {
    return node.path("column").asInt();
  }
}
