package io.bauplan.udf.python;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.bauplan.udf.api.FunctionDefinition;
import io.bauplan.udf.api.FunctionParameter;
import io.bauplan.udf.api.FunctionRuntime.Streaming;
import io.bauplan.udf.environment.Interpreter;
import io.bauplan.udf.environment.InterpreterFinder;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/// Reads from a function's `def`, without running it, whether it takes or gives its rows batch by
/// batch.
final class Signatures {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final int TIMEOUT_SECONDS = 30;
  private static final int MOST_KNOWN = 1000;

  private record Handler(String text, String name) {}

  private final InterpreterFinder interpreters;
  private final PythonFiles files;
  private final Map<Handler, JsonNode> known = new ConcurrentHashMap<>();

  Signatures(InterpreterFinder interpreters, PythonFiles files) {
    this.interpreters = interpreters;
    this.files = files;
  }

  Streaming streaming(FunctionDefinition function) {
    String text = function.source().text();
    boolean perhaps =
        text.contains("yield") || text.contains("RecordBatchReader") || text.contains("Itera");
    if (!perhaps || function.style() != FunctionDefinition.Style.SQL) {
      return Streaming.NONE;
    }
    if (known.size() > MOST_KNOWN) {
      known.clear();
    }
    JsonNode told = known.computeIfAbsent(new Handler(text, function.handler()), this::ask);
    JsonNode annotations = told.path("annotations");
    OptionalInt input = OptionalInt.empty();
    for (int i = 0; i < function.parameters().size() && input.isEmpty(); i++) {
      if (function.parameters().get(i) instanceof FunctionParameter.Table
          && isStream(annotations.path(i).asText(""))) {
        input = OptionalInt.of(i);
      }
    }
    return new Streaming(input, told.path("generator").asBoolean());
  }

  private static boolean isStream(String annotation) {
    String outer = annotation.split("\\[", 2)[0].strip();
    String name = outer.substring(outer.lastIndexOf('.') + 1);
    return name.equals("RecordBatchReader") || name.equals("Iterator") || name.equals("Iterable");
  }

  private JsonNode ask(Handler handler) {
    Optional<Interpreter> interpreter = interpreters.find(Optional.empty());
    if (interpreter.isEmpty()) {
      return JSON.createObjectNode();
    }
    ProcessBuilder builder =
        new ProcessBuilder(
                interpreter.get().binary().toString(),
                "-I",
                "-S",
                files.harness().resolve("signatures.py").toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD);
    builder.environment().clear();
    try {
      Process process = builder.start();
      process
          .onExit()
          .completeOnTimeout(process, TIMEOUT_SECONDS, TimeUnit.SECONDS)
          .thenAccept(Process::destroyForcibly);
      try (OutputStream in = process.getOutputStream()) {
        in.write(JSON.writeValueAsBytes(Map.of("text", handler.text(), "handler", handler.name())));
      }
      JsonNode answer = JSON.readTree(process.getInputStream());
      return answer == null ? JSON.createObjectNode() : answer;
    } catch (IOException e) {
      return JSON.createObjectNode(); // its call tells what is wrong
    }
  }
}
