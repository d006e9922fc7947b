package io.bauplan.sql.session;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.error.NearestName;
import io.bauplan.sql.logical.StatementContext;
import io.bauplan.sql.parser.CreateFunction;
import io.bauplan.sql.plan.ArrowTypes;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.PlannedStatement;
import io.bauplan.sql.plan.TableRef;
import io.bauplan.sql.validator.Positions;
import io.bauplan.udf.api.EnvironmentSpec;
import io.bauplan.udf.api.FunctionDefinition;
import io.bauplan.udf.api.FunctionLimits;
import io.bauplan.udf.api.FunctionParameter;
import io.bauplan.udf.api.FunctionReturn;
import io.bauplan.udf.api.FunctionSource;
import io.bauplan.udf.api.Language;
import io.bauplan.udf.api.OutputColumn;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.calcite.sql.SqlIdentifier;

/// `CREATE FUNCTION`: the definition that workers run, its types as Arrow fields.
final class FunctionPlanner {
  private final StatementContext context;
  private final TypeSpecs types;

  FunctionPlanner(StatementContext context) {
    this.context = context;
    this.types = new TypeSpecs(context);
  }

  PlannedStatement plan(CreateFunction create) {
    if (!create.imports().isEmpty()) {
      throw Planning.notSupported("IMPORTS", create.position())
          .withHint("Write the source between AS $$ and $$.");
    }
    CreateFunction.Body body =
        create
            .body()
            .orElseThrow(
                () ->
                    new EngineException(
                        ErrorCode.INVALID_STATEMENT,
                        "the function has no body",
                        create.position(),
                        "Write the source between AS $$ and $$.",
                        null));
    boolean scalar = create.returns() instanceof CreateFunction.Returns.Scalar;
    if (scalar && create.language() == Language.JAVA) {
      String kind =
          create.aggregate() ? "a JAVA aggregate function" : "a JAVA function of single values";
      throw Planning.notSupported(kind, create.position())
          .withHint("Write it in PYTHON, or as a table function in JAVA.");
    }
    checkKind(create, scalar);
    if (scalar
        && create.parameters().stream()
            .anyMatch(CreateFunction.Parameter.Table.class::isInstance)) {
      throw new EngineException(
          ErrorCode.INVALID_STATEMENT,
          "a function that returns one value takes no table",
          create.position(),
          "Declare RETURNS TABLE (...), or parameters of single values.",
          null);
    }
    if (create.runtimeVersion().filter(EnvironmentSpec.IN_PROCESS::equalsIgnoreCase).isPresent()) {
      fitsInProcess(create, scalar);
    }
    TableRef name = DefinitionPlanner.names(context).created(create.name());
    List<FunctionParameter> parameters = parameters(create);
    FunctionDefinition definition =
        new FunctionDefinition(
            name.name(),
            create.language(),
            create.handler().orElse(name.name()),
            new FunctionSource("<function " + name.name() + ">", body.text(), 1),
            FunctionDefinition.Style.SQL,
            new EnvironmentSpec(
                create.runtimeVersion(),
                create.packages(),
                create.packagesAsOf().or(() -> context.session().packagesAsOf())),
            parameters,
            returns(create, parameters),
            new FunctionLimits(
                create.memoryBytes(),
                create.timeout().orElse(FunctionLimits.DEFAULT.timeout()),
                FunctionLimits.DEFAULT.outputBytes(),
                create.internetAccess()),
            create.deterministic(),
            create.skipsNulls());
    return new PlannedStatement.CreateFunction(
        context.at().name(), name, definition, create.existing());
  }

  private static void checkKind(CreateFunction create, boolean scalar) {
    String wrong = "";
    if (create.aggregate() && !scalar) {
      wrong = "an aggregate function returns one value a group, not a table";
    } else if (create.aggregate() && create.parameters().isEmpty()) {
      wrong = "an aggregate function has at least one parameter";
    } else if (create.skipsNulls() && !scalar) {
      wrong = "RETURNS NULL ON NULL INPUT says nothing of a function that returns a table";
    }
    if (!wrong.isEmpty()) {
      throw new EngineException(ErrorCode.INVALID_STATEMENT, wrong, create.position(), null, null);
    }
  }

  /// What runs in the engine's process has the standard library and no limits of its own, and may
  /// be tried with some rows beside its calls.
  private static void fitsInProcess(CreateFunction create, boolean scalar) {
    String with = "";
    if (create.language() != Language.PYTHON) {
      with = "LANGUAGE JAVA";
    } else if (create.aggregate()) {
      with = "an aggregate function";
    } else if (!scalar) {
      with = "RETURNS TABLE";
    } else if (!create.packages().isEmpty()) {
      with = "PACKAGES";
    } else if (create.memoryBytes().isPresent()) {
      with = "MEMORY";
    } else if (create.internetAccess()) {
      with = "INTERNET_ACCESS";
    } else if (!create.deterministic()) {
      with = "a function that is not IMMUTABLE";
    }
    if (!with.isEmpty()) {
      throw Planning.notSupported(
              "RUNTIME_VERSION = '" + EnvironmentSpec.IN_PROCESS + "' with " + with,
              create.position())
          .withHint(
              "Leave RUNTIME_VERSION out: the function then runs in a sandboxed process. Or declare"
                  + " it IMMUTABLE, of single values, without further clauses.");
    }
  }

  private List<FunctionParameter> parameters(CreateFunction create) {
    List<FunctionParameter> parameters = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (CreateFunction.Parameter parameter : create.parameters()) {
      unique(seen, parameter.name(), "parameter");
      parameters.add(
          switch (parameter) {
            case CreateFunction.Parameter.Table table ->
                new FunctionParameter.Table(
                    table.name().getSimple(), table.columns().map(this::fields), table.semantics());
            case CreateFunction.Parameter.Scalar scalar ->
                new FunctionParameter.Scalar(
                    scalar.name().getSimple(),
                    field(scalar.name(), types.type(scalar.type()), true),
                    scalar.defaultValue().isPresent());
          });
    }
    return parameters;
  }

  private List<Field> fields(List<CreateFunction.Field> columns) {
    List<Field> fields = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (CreateFunction.Field column : columns) {
      unique(seen, column.name(), "column");
      fields.add(field(column.name(), types.type(column.type()), column.nullable()));
    }
    return fields;
  }

  private static Field field(SqlIdentifier name, DataType type, boolean nullable) {
    return ArrowTypes.field(name.getSimple(), type, nullable);
  }

  private static void unique(Set<String> seen, SqlIdentifier name, String what) {
    if (!seen.add(name.getSimple().toLowerCase(Locale.ROOT))) {
      throw new EngineException(
          ErrorCode.DUPLICATE_NAME,
          what + " \"" + name + "\" is there twice",
          Positions.of(name.getParserPosition()));
    }
  }

  private FunctionReturn returns(CreateFunction create, List<FunctionParameter> parameters) {
    return switch (create.returns()) {
      case CreateFunction.Returns.Table(var columns) -> {
        List<OutputColumn> output = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (CreateFunction.ResultColumn column : columns) {
          unique(seen, column.field().name(), "column");
          output.add(
              new OutputColumn(
                  field(
                      column.field().name(),
                      types.type(column.field().type()),
                      column.field().nullable()),
                  column.lineage().map(lineage -> lineage(lineage, parameters))));
        }
        yield new FunctionReturn.Table(output);
      }
      case CreateFunction.Returns.AnyTable() -> new FunctionReturn.InferredTable();
      case CreateFunction.Returns.Scalar(var type) -> {
        Field value = ArrowTypes.field("result", types.type(type), true);
        yield create.aggregate()
            ? new FunctionReturn.Aggregate(value)
            : new FunctionReturn.Scalar(value);
      }
    };
  }

  /// `data.id` in the declared spelling; both parts must exist.
  private static String lineage(SqlIdentifier lineage, List<FunctionParameter> parameters) {
    if (lineage.names.size() == 2) {
      for (FunctionParameter parameter : parameters) {
        if (parameter instanceof FunctionParameter.Table table
            && table.name().equalsIgnoreCase(lineage.names.get(0))) {
          if (table.columns().isEmpty()) {
            return table.name() + "." + lineage.names.get(1);
          }
          Optional<Field> column =
              table.columns().get().stream()
                  .filter(f -> f.getName().equalsIgnoreCase(lineage.names.get(1)))
                  .findFirst();
          if (column.isPresent()) {
            return table.name() + "." + column.get().getName();
          }
        }
      }
    }
    List<String> known = new ArrayList<>();
    for (FunctionParameter parameter : parameters) {
      if (parameter instanceof FunctionParameter.Table table) {
        table
            .columns()
            .ifPresent(fields -> fields.forEach(f -> known.add(table.name() + "." + f.getName())));
      }
    }
    throw new EngineException(
        ErrorCode.COLUMN_NOT_FOUND,
        "LINEAGE names \"" + lineage + "\", which is not a column of a table parameter",
        Positions.of(lineage.getParserPosition()),
        NearestName.hint(lineage.toString(), known).orElse(null),
        null);
  }
}
