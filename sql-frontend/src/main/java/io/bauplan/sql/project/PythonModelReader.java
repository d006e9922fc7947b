package io.bauplan.sql.project;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.error.SourcePosition;
import io.bauplan.udf.api.EnvironmentSpec;
import io.bauplan.udf.api.FunctionDefinition;
import io.bauplan.udf.api.FunctionDefinition.Style;
import io.bauplan.udf.api.FunctionLimits;
import io.bauplan.udf.api.FunctionParameter;
import io.bauplan.udf.api.FunctionReturn;
import io.bauplan.udf.api.FunctionSource;
import io.bauplan.udf.api.InspectedDecorator;
import io.bauplan.udf.api.InspectedFile;
import io.bauplan.udf.api.InspectedFunction;
import io.bauplan.udf.api.InspectedParameter;
import io.bauplan.udf.api.Language;
import io.bauplan.udf.api.PythonLiteral;
import io.bauplan.udf.api.SourceProblem;
import io.bauplan.udf.api.TableSemantics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;

/// The decorated functions of a Python file as models. A decorated function sees each input whole,
/// in one call: set semantics.
final class PythonModelReader {
  private static final Duration DEFAULT_TIMEOUT = Duration.ofHours(1);

  private final ProjectConfig config;
  private final Map<String, String> sources;

  /// @param sources the texts of all Python files of the project by their paths
  PythonModelReader(ProjectConfig config, Map<String, String> sources) {
    this.config = config;
    this.sources = sources;
  }

  List<Model> read(InspectedFile file, String text) {
    if (!file.problems().isEmpty()) {
      SourceProblem problem = file.problems().get(0);
      throw new EngineException(
          ErrorCode.PROJECT_INVALID,
          problem.message(),
          SourcePosition.at(problem.path(), problem.line(), problem.column()),
          problem.remedy().isEmpty() ? null : problem.remedy(),
          null);
    }
    List<Model> models = new ArrayList<>();
    for (InspectedFunction function : file.functions()) {
      if (function.isModel() || function.isExpectation()) {
        models.add(model(function, text));
      }
    }
    return models;
  }

  private Model model(InspectedFunction function, String text) {
    SourcePosition position =
        SourcePosition.at(function.path(), function.line(), function.column());
    List<ModelInput> inputs = inputs(function);
    if (function.isExpectation()) {
      return new Model.Expectation(
          definition(
              function,
              function.name(),
              text,
              Style.EXPECTATION,
              FunctionLimits.DEFAULT.internetAccess()),
          inputs,
          position);
    }
    InspectedDecorator decorator = function.decorator("model").orElseThrow();
    String name = decorator.text("name").orElse(function.name());
    Materialization materialization =
        Materializations.of(
            decorator.text("materialization_strategy"), decorator.truth("materialize"), position);
    List<String> partitionedBy =
        decorator
            .texts("partitioned_by")
            .map(items -> items.size() == 1 ? Materializations.list(items.get(0)) : items)
            .orElse(List.of());
    Materializations.requirePartitions(materialization, partitionedBy, position);
    return new Model.Function(
        definition(
            function, name, text, Style.MODEL, decorator.truth("internet_access").orElse(false)),
        inputs,
        decorator
            .texts("columns")
            .filter(columns -> !columns.equals(List.of("*")))
            .orElse(List.of()),
        materialization,
        partitionedBy,
        decorator.text("overwrite_filter"),
        position);
  }

  private FunctionDefinition definition(
      InspectedFunction function, String name, String text, Style style, boolean internet) {
    List<FunctionParameter> parameters = new ArrayList<>();
    for (InspectedParameter parameter : function.parameters()) {
      switch (parameter) {
        case InspectedParameter.ModelInput input ->
            parameters.add(
                new FunctionParameter.Table(input.name(), Optional.empty(), TableSemantics.SET));
        case InspectedParameter.RunParameter value ->
            parameters.add(
                new FunctionParameter.Scalar(
                    value.name(), Field.nullable(value.name(), ArrowType.Utf8.INSTANCE), false));
        case InspectedParameter.Plain ignored -> {
          // It has a default: inputs() refuses the others.
        }
      }
    }
    return new FunctionDefinition(
        name,
        Language.PYTHON,
        function.name(),
        new FunctionSource(
            function.path(), text, 1, siblings(function.path()), declaredAt(function)),
        style,
        environment(function),
        parameters,
        new FunctionReturn.InferredTable(),
        limits(function, internet),
        true);
  }

  private static int declaredAt(InspectedFunction function) {
    return function.decorator("python").map(InspectedDecorator::line).orElse(function.line());
  }

  private Map<String, String> siblings(String own) {
    Map<String, String> others = new LinkedHashMap<>(sources);
    others.remove(own);
    return others;
  }

  private static List<ModelInput> inputs(InspectedFunction function) {
    List<ModelInput> inputs = new ArrayList<>();
    for (InspectedParameter parameter : function.parameters()) {
      SourcePosition position =
          SourcePosition.at(function.path(), parameter.line(), parameter.column());
      switch (parameter) {
        case InspectedParameter.ModelInput input ->
            inputs.add(
                new ModelInput.Table(
                    input.name(),
                    input.model(),
                    input.columns().filter(c -> !c.equals(List.of("*"))).orElse(List.of()),
                    input.filter(),
                    input.ref(),
                    position));
        case InspectedParameter.RunParameter value ->
            inputs.add(new ModelInput.Value(value.name(), value.parameter(), position));
        case InspectedParameter.Plain plain -> {
          if (!plain.hasDefault()) {
            throw new EngineException(
                ErrorCode.PROJECT_INVALID,
                "the parameter \""
                    + plain.name()
                    + "\" of \""
                    + function.name()
                    + "\" is bound to nothing",
                position,
                "bind it: "
                    + plain.name()
                    + "=bauplan.Model(\"table\") or "
                    + plain.name()
                    + "=bauplan.Parameter(\"name\")",
                null);
          }
        }
      }
    }
    return inputs;
  }

  /// The decorator's environment; what it leaves open comes from the project.
  private EnvironmentSpec environment(InspectedFunction function) {
    EnvironmentSpec own = function.environment();
    Map<String, String> requirements = new LinkedHashMap<>();
    config
        .packages()
        .forEach(requirement -> requirements.put(distribution(requirement), requirement));
    own.requirements()
        .forEach(requirement -> requirements.put(distribution(requirement), requirement));
    return new EnvironmentSpec(
        own.interpreterVersion().or(config::pythonVersion),
        List.copyOf(requirements.values()),
        own.packagesAsOf().or(config::packagesAsOf));
  }

  /// The normalized distribution name of a requirement (PEP 503).
  private static String distribution(String requirement) {
    int end = 0;
    while (end < requirement.length()
        && (Character.isLetterOrDigit(requirement.charAt(end))
            || "-_.".indexOf(requirement.charAt(end)) >= 0)) {
      end++;
    }
    return requirement.substring(0, end).toLowerCase(Locale.ROOT).replaceAll("[-_.]+", "-");
  }

  private FunctionLimits limits(InspectedFunction function, boolean internet) {
    Optional<InspectedDecorator> resources = function.decorator("resources");
    Duration timeout =
        resources
            .flatMap(decorator -> number(decorator.keywords().get("timeout")))
            .map(seconds -> Duration.ofMillis((long) (seconds * 1000)))
            .or(config::timeout)
            .orElse(DEFAULT_TIMEOUT);
    OptionalLong memory =
        resources
            .map(decorator -> decorator.keywords().get("memory"))
            .map(value -> memory(function, value))
            .orElse(OptionalLong.empty());
    return new FunctionLimits(memory, timeout, FunctionLimits.DEFAULT.outputBytes(), internet);
  }

  private static Optional<Double> number(@org.jspecify.annotations.Nullable PythonLiteral value) {
    return switch (value) {
      case PythonLiteral.Whole whole -> Optional.of(whole.value().doubleValue());
      case PythonLiteral.Real real -> Optional.of(real.value());
      case null, default -> Optional.empty();
    };
  }

  /// A number of bytes, or a text such as `2G` or `512 MiB`.
  private static OptionalLong memory(InspectedFunction function, PythonLiteral value) {
    Optional<Double> bytes = number(value);
    if (bytes.isPresent()) {
      return OptionalLong.of((long) (double) bytes.get());
    }
    if (value instanceof PythonLiteral.Text text) {
      var matcher =
          java.util.regex.Pattern.compile(
                  "\\s*(\\d+(?:\\.\\d+)?)\\s*([KMGT]?)(?:i?B)?\\s*",
                  java.util.regex.Pattern.CASE_INSENSITIVE)
              .matcher(text.value());
      if (matcher.matches()) {
        int power =
            "KMGT"
                    .indexOf(
                        matcher.group(2).toUpperCase(Locale.ROOT).isEmpty()
                            ? ' '
                            : matcher.group(2).toUpperCase(Locale.ROOT).charAt(0))
                + 1;
        return OptionalLong.of(
            (long) (Double.parseDouble(matcher.group(1)) * Math.pow(1024, power)));
      }
    }
    throw new EngineException(
        ErrorCode.PROJECT_INVALID,
        "memory of \"" + function.name() + "\" is neither a number of bytes nor a size like \"2G\"",
        SourcePosition.at(function.path(), function.line(), function.column()));
  }
}
