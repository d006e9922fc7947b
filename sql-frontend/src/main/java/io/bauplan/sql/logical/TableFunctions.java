package io.bauplan.sql.logical;

import io.bauplan.sql.catalog.CatalogEntry;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.error.NearestName;
import io.bauplan.sql.plan.ArrowTypes;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataFileFormat;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.Expression.Literal;
import io.bauplan.sql.plan.ExpressionText;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.PhysicalPlan.TableFunction.Argument;
import io.bauplan.sql.plan.RowType;
import io.bauplan.sql.plan.SortKey;
import io.bauplan.sql.plan.TableRef;
import io.bauplan.sql.validator.Positions;
import io.bauplan.sql.validator.ResolvedTable;
import io.bauplan.sql.validator.ResolvedTable.Source;
import io.bauplan.sql.validator.TableResolver.Resolution;
import io.bauplan.sql.validator.TypeMapping;
import io.bauplan.udf.api.FunctionDefinition;
import io.bauplan.udf.api.FunctionParameter;
import io.bauplan.udf.api.FunctionReturn;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.calcite.plan.Convention;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.RelFactories;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlFunction;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.SqlWith;
import org.apache.calcite.sql.SqlWithItem;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.tools.RelBuilder;

/// Calls in FROM: `TABLE(f(TABLE t PARTITION BY x ORDER BY y, 3))`, `read_parquet('...')`,
/// `generate_series(1, 10)`.
///
/// Calcite would drop a set-semantics table argument under the conversion we use (CALCITE-6204);
/// here each table argument is a query of its own and becomes an input of our node.
final class TableFunctions {
  private static final Map<String, DataFileFormat> READERS =
      Map.of(
          "read_parquet", DataFileFormat.PARQUET,
          "parquet_scan", DataFileFormat.PARQUET,
          "read_csv", DataFileFormat.CSV,
          "read_csv_auto", DataFileFormat.CSV,
          "read_json", DataFileFormat.JSON,
          "read_json_auto", DataFileFormat.JSON,
          "read_arrow", DataFileFormat.ARROW);

  private static final Set<String> SERIES = Set.of("generate_series", "range");

  /// Group windows: Calcite's own.
  private static final Set<String> CALCITES = Set.of("TUMBLE", "HOP", "SESSION", "DESCRIPTOR");

  private final StatementContext context;
  private final List<String> namespace;
  private final ViewPath views;
  private final CatalogNames names;

  TableFunctions(
      StatementContext context, List<String> namespace, ViewPath views, CatalogNames names) {
    this.context = context;
    this.namespace = namespace;
    this.views = views;
    this.names = names;
  }

  static boolean isOurs(SqlCall call) {
    return call.getOperator() instanceof SqlFunction
        && !CALCITES.contains(call.getOperator().getName().toUpperCase(Locale.ROOT));
  }

  Resolution resolve(SqlCall call, List<SqlWithItem> with) {
    List<String> path = path(call);
    String simple = path.getLast().toLowerCase(Locale.ROOT);
    Optional<CatalogEntry> entry = names.find(path);
    if (entry.isPresent() && entry.get() instanceof CatalogEntry.Function function) {
      return user(call, function, with);
    }
    if (path.size() == 1 && READERS.containsKey(simple)) {
      return read(call, READERS.get(simple));
    }
    if (path.size() == 1 && SERIES.contains(simple)) {
      return series(call, simple);
    }
    throw notFound(call, path);
  }

  private static List<String> path(SqlCall call) {
    SqlIdentifier name = ((SqlFunction) call.getOperator()).getSqlIdentifier();
    return name == null ? List.of(call.getOperator().getName()) : name.names;
  }

  private EngineException notFound(SqlCall call, List<String> path) {
    Set<String> known = new TreeSet<>(READERS.keySet());
    known.addAll(SERIES);
    context.catalog().list(context.at(), Optional.empty()).stream()
        .filter(e -> e.kind() == io.bauplan.sql.catalog.Catalog.EntryKind.FUNCTION)
        .forEach(
            e ->
                known.add(
                    e.name().namespace().equals(namespace) ? e.name().name() : e.name().dotted()));
    String wanted = String.join(".", path);
    return new EngineException(
        ErrorCode.FUNCTION_NOT_FOUND,
        "table function \"" + wanted + "\" does not exist",
        Positions.of(call.getParserPosition()),
        NearestName.hint(wanted, known).orElse(null),
        null);
  }

  private Resolution leaf(String name, PhysicalPlan plan, double rows) {
    return new Resolution(
        new TableRef(List.of(), name),
        new ResolvedTable(new Source.Leaf(plan, rows), context.types()));
  }

  /// `read_csv('s3://bucket/x*.csv', header => true)`.
  private Resolution read(SqlCall call, DataFileFormat format) {
    String uri = null;
    Map<String, String> options = new LinkedHashMap<>();
    ConstantArguments constants = new ConstantArguments(context);
    for (SqlNode operand : call.getOperandList()) {
      if (operand.getKind() == SqlKind.ARGUMENT_ASSIGNMENT) {
        SqlCall named = (SqlCall) operand;
        Literal value = constants.value(named.operand(0));
        options.put(
            named.operand(1).toString().toLowerCase(Locale.ROOT), String.valueOf(value.value()));
      } else if (uri == null) {
        uri = (String) constants.value(operand, DataType.VARCHAR).value();
      } else {
        throw wrongArgument(call, operand, "one path; options are written name => value");
      }
    }
    if (uri == null) {
      throw new EngineException(
          ErrorCode.INVALID_ARGUMENT,
          call.getOperator().getName() + " takes a path: a file, a glob or a URI",
          Positions.of(call.getParserPosition()));
    }
    PhysicalPlan.FileScan scan;
    try {
      scan = context.files().describe(format, uri, options);
    } catch (EngineException e) {
      throw e.position().isPresent() ? e : e.withPosition(Positions.of(call.getParserPosition()));
    }
    context.reads().noteFiles(new Reads.Files(format, uri, options, scan));
    double rows = 0;
    for (var file : scan.files()) {
      rows += file.recordCount() < 0 ? ResolvedTable.UNKNOWN_ROWS : file.recordCount();
    }
    return leaf(call.getOperator().getName(), scan, rows);
  }

  private static EngineException wrongArgument(SqlCall call, SqlNode operand, String expected) {
    return new EngineException(
        ErrorCode.INVALID_ARGUMENT,
        call.getOperator().getName() + " takes " + expected,
        Positions.of(operand.getParserPosition()));
  }

  /// `generate_series(start, stop[, step])`, ends included; `range(start, stop[, step])` without
  /// the end.
  private Resolution series(SqlCall call, String name) {
    List<SqlNode> operands = call.getOperandList();
    if (operands.isEmpty() || operands.size() > 3) {
      throw new EngineException(
          ErrorCode.INVALID_ARGUMENT,
          name + " takes a start, a stop and perhaps a step",
          Positions.of(call.getParserPosition()));
    }
    ConstantArguments constants = new ConstantArguments(context);
    List<Long> values = new ArrayList<>();
    for (SqlNode operand : operands) {
      Object value = constants.value(operand, DataType.INT64).value();
      values.add((Long) Objects.requireNonNullElse(value, 0L));
    }
    long start = values.size() == 1 ? 0 : values.get(0);
    long stop = values.size() == 1 ? values.get(0) : values.get(1);
    long step = values.size() == 3 ? values.get(2) : 1;
    if (step == 0) {
      throw wrongArgument(call, operands.getLast(), "a step that is not zero");
    }
    if (name.equals("range")) {
      stop -= Long.signum(step);
    }
    double rows = Math.max(0, Math.floor(((double) stop - start) / step) + 1);
    RowType output = new RowType(List.of(new Column(name, DataType.INT64, false)));
    return leaf(
        name,
        new PhysicalPlan.Generate(
            "series",
            Map.of(
                "start", Long.toString(start),
                "stop", Long.toString(stop),
                "step", Long.toString(step)),
            output,
            rows),
        rows);
  }

  private static EngineException noTable(SqlCall call, CatalogEntry.Function entry) {
    return new EngineException(
        ErrorCode.INVALID_STATEMENT,
        "function \"" + entry.name() + "\" returns one value, not a table",
        Positions.of(call.getParserPosition()));
  }

  private Resolution user(SqlCall call, CatalogEntry.Function entry, List<SqlWithItem> with) {
    FunctionDefinition function = entry.definition();
    RowType output =
        switch (function.returns()) {
          case FunctionReturn.Table(var columns) ->
              new RowType(columns.stream().map(c -> ArrowTypes.column(c.field())).toList());
          case FunctionReturn.InferredTable() ->
              throw new EngineException(
                  ErrorCode.INVALID_STATEMENT,
                  "function \"" + entry.name() + "\" does not declare its columns",
                  Positions.of(call.getParserPosition()),
                  "Declare them: RETURNS TABLE (name TYPE, ...).",
                  null);
          case FunctionReturn.Scalar ignored -> throw noTable(call, entry);
          case FunctionReturn.Aggregate ignored -> throw noTable(call, entry);
        };
    List<Optional<SqlNode>> actual = byParameter(call, entry);
    List<Argument> arguments = new ArrayList<>();
    List<RelNode> inputs = new ArrayList<>();
    for (int i = 0; i < actual.size(); i++) {
      FunctionParameter parameter = function.parameters().get(i);
      switch (parameter) {
        case FunctionParameter.Table table -> {
          SqlNode node = actual.get(i).orElseThrow(() -> missing(call, entry, parameter.name()));
          TableInput input = tableArgument(entry, table, node, with);
          arguments.add(
              new Argument.TableArgument(inputs.size(), input.partitionBy(), input.orderBy()));
          inputs.add(input.rel());
        }
        case FunctionParameter.Scalar scalar -> {
          DataType type = ArrowTypes.dataType(scalar.type());
          Literal value =
              actual.get(i).isPresent()
                  ? new ConstantArguments(context).value(actual.get(i).get(), type)
                  : optionalValue(call, entry, scalar, type);
          arguments.add(new Argument.ScalarArgument(value));
        }
      }
    }
    RelNode rel =
        new TableFunctionCall(
            context.cluster(),
            context.cluster().traitSetOf(Convention.NONE),
            function,
            arguments,
            inputs,
            output);
    return new Resolution(
        entry.name(), new ResolvedTable(new Source.Tree(rel, output), context.types()));
  }

  private static Literal optionalValue(
      SqlCall call, CatalogEntry.Function entry, FunctionParameter.Scalar scalar, DataType type) {
    if (!scalar.optional()) {
      throw missing(call, entry, scalar.name());
    }
    return new Literal(null, type);
  }

  private static EngineException missing(
      SqlCall call, CatalogEntry.Function entry, String parameter) {
    return new EngineException(
        ErrorCode.INVALID_ARGUMENT,
        "function \"" + entry.name() + "\" needs an argument for \"" + parameter + "\"",
        Positions.of(call.getParserPosition()),
        "It is declared " + signature(entry) + ".",
        null);
  }

  private static String signature(CatalogEntry.Function entry) {
    List<String> parameters = new ArrayList<>();
    for (FunctionParameter parameter : entry.definition().parameters()) {
      parameters.add(
          switch (parameter) {
            case FunctionParameter.Table t -> t.name() + " TABLE";
            case FunctionParameter.Scalar s -> s.name() + " " + ArrowTypes.dataType(s.type()).sql();
          });
    }
    return entry.name().name() + "(" + String.join(", ", parameters) + ")";
  }

  /// The call's arguments in the order of the parameters.
  private static List<Optional<SqlNode>> byParameter(SqlCall call, CatalogEntry.Function entry) {
    List<FunctionParameter> parameters = entry.definition().parameters();
    Map<String, SqlNode> named = new HashMap<>();
    List<SqlNode> positional = new ArrayList<>();
    for (SqlNode operand : call.getOperandList()) {
      if (operand.getKind() == SqlKind.ARGUMENT_ASSIGNMENT) {
        SqlCall assignment = (SqlCall) operand;
        String name = ((SqlIdentifier) assignment.operand(1)).getSimple();
        if (parameters.stream().noneMatch(p -> p.name().equalsIgnoreCase(name))) {
          throw new EngineException(
              ErrorCode.INVALID_ARGUMENT,
              "function \"" + entry.name() + "\" has no parameter \"" + name + "\"",
              Positions.of(assignment.operand(1).getParserPosition()),
              "It is declared " + signature(entry) + ".",
              null);
        }
        named.put(name.toLowerCase(Locale.ROOT), assignment.operand(0));
      } else {
        positional.add(operand);
      }
    }
    if (positional.size() > parameters.size()) {
      throw new EngineException(
          ErrorCode.INVALID_ARGUMENT,
          "function \""
              + entry.name()
              + "\" takes "
              + parameters.size()
              + " arguments, not "
              + positional.size(),
          Positions.of(positional.get(parameters.size()).getParserPosition()),
          "It is declared " + signature(entry) + ".",
          null);
    }
    List<Optional<SqlNode>> arguments = new ArrayList<>();
    for (int i = 0; i < parameters.size(); i++) {
      SqlNode byName = named.get(parameters.get(i).name().toLowerCase(Locale.ROOT));
      arguments.add(
          byName != null
              ? Optional.of(byName)
              : i < positional.size() ? Optional.of(positional.get(i)) : Optional.empty());
    }
    return arguments;
  }

  private record TableInput(RelNode rel, List<Integer> partitionBy, List<SortKey> orderBy) {}

  private TableInput tableArgument(
      CatalogEntry.Function entry,
      FunctionParameter.Table parameter,
      SqlNode argument,
      List<SqlWithItem> with) {
    SqlNode table = argument;
    SqlNodeList partition = SqlNodeList.EMPTY;
    SqlNodeList order = SqlNodeList.EMPTY;
    if (argument.getKind() == SqlKind.SET_SEMANTICS_TABLE) {
      SqlCall set = (SqlCall) argument;
      table = set.operand(0);
      partition = set.operand(1);
      order = set.operand(2);
    }
    RelNode rel = query(table, entry, parameter, with);
    RelNode input = declaredColumns(rel, entry, parameter, table);
    List<Integer> partitionBy = new ArrayList<>();
    for (SqlNode key : partition) {
      partitionBy.add(column(key, input));
    }
    List<SortKey> orderBy = new ArrayList<>();
    for (SqlNode key : order) {
      orderBy.add(sortKey(key, input));
    }
    return new TableInput(input, partitionBy, orderBy);
  }

  private RelNode query(
      SqlNode table,
      CatalogEntry.Function entry,
      FunctionParameter.Table parameter,
      List<SqlWithItem> with) {
    SqlNode query;
    if (table.getKind() == SqlKind.EXPLICIT_TABLE) {
      query = selectStar(((SqlCall) table).operand(0));
    } else if (table.isA(SqlKind.QUERY)) {
      query = table;
    } else {
      throw new EngineException(
          ErrorCode.INVALID_ARGUMENT,
          "argument \"" + parameter.name() + "\" of function \"" + entry.name() + "\" is a table",
          Positions.of(table.getParserPosition()),
          "Write TABLE t, or a query in parentheses.",
          null);
    }
    if (!with.isEmpty()) {
      // The items were bound with the query around; their copies are bound again here.
      SqlNodeList items = new SqlNodeList(SqlParserPos.ZERO);
      with.forEach(item -> items.add(SqlCopies.copy(item)));
      query = new SqlWith(table.getParserPosition(), items, query);
    }
    return new QueryConverter(context, namespace, views).convert(query).root().project();
  }

  private static SqlNode selectStar(SqlNode from) {
    return new SqlSelect(
        from.getParserPosition(),
        null,
        SqlNodeList.of(SqlIdentifier.star(from.getParserPosition())),
        from,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null);
  }

  /// The declared columns only, by name, in the declared types.
  private RelNode declaredColumns(
      RelNode rel, CatalogEntry.Function entry, FunctionParameter.Table parameter, SqlNode at) {
    if (parameter.columns().isEmpty()) {
      return rel;
    }
    RelBuilder builder = RelFactories.LOGICAL_BUILDER.create(context.cluster(), null).push(rel);
    List<RexNode> columns = new ArrayList<>();
    List<String> columnNames = new ArrayList<>();
    List<String> have = rel.getRowType().getFieldNames();
    for (Field field : parameter.columns().get()) {
      int index = indexIgnoringCase(have, field.getName());
      DataType type = ArrowTypes.dataType(field);
      if (index < 0) {
        throw new EngineException(
            ErrorCode.COLUMN_NOT_FOUND,
            "function \""
                + entry.name()
                + "\" needs a column \""
                + field.getName()
                + "\" "
                + type.sql()
                + " in its argument \""
                + parameter.name()
                + "\"",
            Positions.of(at.getParserPosition()),
            NearestName.hint(field.getName(), have)
                .orElse("The table has " + String.join(", ", have) + "."),
            null);
      }
      DataType found = TypeMapping.dataType(rel.getRowType().getFieldList().get(index).getType());
      Assignments.check(
          found,
          type,
          () ->
              "column \""
                  + field.getName()
                  + "\" of argument \""
                  + parameter.name()
                  + "\" of function \""
                  + entry.name()
                  + "\"",
          Positions.of(at.getParserPosition()));
      RexNode column = builder.field(index);
      columns.add(
          context
              .cluster()
              .getRexBuilder()
              .makeCast(
                  TypeMapping.relType(context.types(), type, column.getType().isNullable()),
                  column));
      columnNames.add(field.getName());
    }
    return builder.project(columns, columnNames, true).build();
  }

  private static int indexIgnoringCase(List<String> names, String wanted) {
    int exact = names.indexOf(wanted);
    if (exact >= 0) {
      return exact;
    }
    for (int i = 0; i < names.size(); i++) {
      if (names.get(i).equalsIgnoreCase(wanted)) {
        return i;
      }
    }
    return -1;
  }

  private static int column(SqlNode key, RelNode input) {
    List<String> names = input.getRowType().getFieldNames();
    int index =
        key instanceof SqlIdentifier name ? indexIgnoringCase(names, name.names.getLast()) : -1;
    if (index < 0) {
      throw new EngineException(
          ErrorCode.COLUMN_NOT_FOUND,
          "\"" + key + "\" is not a column that the function is given",
          Positions.of(key.getParserPosition()),
          "PARTITION BY and ORDER BY take " + String.join(", ", names) + ".",
          null);
    }
    return index;
  }

  private static SortKey sortKey(SqlNode key, RelNode input) {
    boolean ascending = true;
    Optional<Boolean> nullsFirst = Optional.empty();
    SqlNode column = key;
    while (column instanceof SqlCall call) {
      switch (call.getKind()) {
        case DESCENDING -> ascending = false;
        case NULLS_FIRST -> nullsFirst = Optional.of(true);
        case NULLS_LAST -> nullsFirst = Optional.of(false);
        default -> {}
      }
      column = call.operand(0);
    }
    return new SortKey(column(column, input), ascending, nullsFirst.orElse(!ascending));
  }

  static String text(Literal literal) {
    return ExpressionText.literal(literal);
  }
}
