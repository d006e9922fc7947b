package io.bauplan.sql.parser;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.validator.EngineAggregates;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.calcite.avatica.util.TimeUnit;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.sql.SqlBasicCall;
import org.apache.calcite.sql.SqlBinaryOperator;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlCharStringLiteral;
import org.apache.calcite.sql.SqlFunctionCategory;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlIntervalQualifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlOperatorBinding;
import org.apache.calcite.sql.SqlOrderBy;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.SqlSetOperator;
import org.apache.calcite.sql.SqlUnresolvedFunction;
import org.apache.calcite.sql.fun.SqlLibraryOperators;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.type.InferTypes;
import org.apache.calcite.sql.type.OperandTypes;
import org.apache.calcite.sql.type.SqlTypeFamily;
import org.apache.calcite.sql.type.SqlTypeName;
import org.jspecify.annotations.Nullable;

/// Everyday shorthands of queries, written out in Calcite's nodes while the generated parser reads
/// them, so that nothing after the parser knows them.
public final class QueryShorthands {
  /// `timestamp AT TIME ZONE 'zone'`; binds as tightly as `::`. A plain timestamp is read as that
  /// zone's and becomes an instant; an instant becomes that zone's local time.
  public static final SqlBinaryOperator AT_TIME_ZONE =
      new SqlBinaryOperator(
          "AT TIME ZONE",
          SqlKind.OTHER,
          94,
          true,
          QueryShorthands::otherZone,
          InferTypes.FIRST_KNOWN,
          OperandTypes.family(SqlTypeFamily.DATETIME, SqlTypeFamily.CHARACTER));

  private static final Set<String> DIFFERENCES =
      Set.of("DATEDIFF", "DATE_DIFF", "TIMESTAMP_DIFF", "TIMEDIFF");
  private static final Set<String> ADDITIONS =
      Set.of("DATEADD", "DATE_ADD", "TIMESTAMP_ADD", "TIMEADD");

  /// `date_sub('month', a, b)`: whole units, where the others count boundaries.
  private static final Set<String> WHOLE_DIFFERENCES = Set.of("DATE_SUB", "DATESUB");

  private static final Set<String> CHARACTER_SETS =
      Set.of("N", "_UTF8", "_UTF-8", "_UTF16", "_UTF-16", "_UTF8MB4");

  private static final Set<String> CONTEXT_VARIABLES =
      Set.of(
          "CURRENT_CATALOG",
          "CURRENT_DATE",
          "CURRENT_DEFAULT_TRANSFORM_GROUP",
          "CURRENT_PATH",
          "CURRENT_ROLE",
          "CURRENT_SCHEMA",
          "CURRENT_TIME",
          "CURRENT_TIMESTAMP",
          "CURRENT_USER",
          "LOCALTIME",
          "LOCALTIMESTAMP",
          "SESSION_USER",
          "SYSTEM_USER",
          "USER");

  private static final Set<String> STRUCTS = Set.of("STRUCT_PACK", "NAMED_STRUCT");

  /// Operators and operands that one expression may have in a row, without parentheses: about 1,000
  /// comparisons joined by OR.
  static final int MAX_OPERATORS_AND_OPERANDS = 4_000;

  /// `UNION [ALL] BY NAME`.
  public static final SqlBinaryOperator UNION_BY_NAME = byName(SqlStdOperatorTable.UNION);

  public static final SqlBinaryOperator UNION_ALL_BY_NAME = byName(SqlStdOperatorTable.UNION_ALL);

  private QueryShorthands() {}

  private static SqlBinaryOperator byName(SqlSetOperator union) {
    return new SqlBinaryOperator(
        union.getName() + " BY NAME",
        SqlKind.UNION,
        union.getLeftPrec() / 2,
        true,
        null,
        null,
        null) {
      @Override
      public SqlCall createCall(
          @Nullable SqlLiteral quantifier, SqlParserPos position, @Nullable SqlNode... operands) {
        SqlNode left = java.util.Objects.requireNonNull(operands[0]);
        SqlNode right = java.util.Objects.requireNonNull(operands[1]);
        return union.createCall(position, left, SelectShorthands.byName(left, right, position));
      }
    };
  }

  /// A number without its underscores, in decimal.
  public static String digits(String image) {
    if (image.startsWith("0x") || image.startsWith("0X")) {
      return new java.math.BigInteger(image.substring(2), 16).toString();
    }
    return image.indexOf('_') < 0 ? image : image.replace("_", "");
  }

  /// `N'text'` and `_utf8'text'`: all strings are UTF-8 here.
  public static void checkCharacterSet(String image, SqlParserPos position) {
    String name = image.substring(0, image.indexOf('\'')).toUpperCase(Locale.ROOT);
    if (!CHARACTER_SETS.contains(name)) {
      throw new EngineException(
          ErrorCode.NOT_SUPPORTED,
          "strings of another character set than UTF-8 are not supported",
          Positions.of(position),
          "Write the text in plain quotes: '...'.",
          null);
    }
  }

  /// Whether Calcite takes an unquoted name for a function without arguments: as an alias or a
  /// column it counts as quoted.
  public static boolean isContextVariable(String name) {
    return CONTEXT_VARIABLES.contains(name.toUpperCase(Locale.ROOT));
  }

  /// A niladic function of the standard; an item of SELECT keeps the letters as its name.
  public static SqlIdentifier contextVariable(String written, SqlParserPos position) {
    return new ContextVariable(written, position);
  }

  /// `CURRENT_DATE` and its like, with the letters that they were written in.
  static final class ContextVariable extends SqlIdentifier {
    private final String written;

    ContextVariable(String written, SqlParserPos position) {
      super(written.toUpperCase(Locale.ROOT), position);
      this.written = written;
    }

    String written() {
      return written;
    }
  }

  public static SqlNode range(List<SqlNode> arguments, SqlParserPos position) {
    return FunctionNames.named("RANGE_LIST", position, arguments.toArray(SqlNode[]::new));
  }

  /// A list in FROM.
  public static SqlNode seriesTable(SqlNode list) {
    SqlParserPos position = list.getParserPosition();
    return new DefaultAlias(
        SqlStdOperatorTable.UNNEST.createCall(position, list),
        new SqlIdentifier("range", position.withQuoting(true)),
        List.of(new SqlIdentifier("range", position.withQuoting(true))));
  }

  /// `VALUES` in FROM has columns `column1`, `column2`, ...
  public static SqlNode values(SqlNode values) {
    SqlParserPos position = values.getParserPosition();
    List<SqlNode> columns = new java.util.ArrayList<>();
    SqlNode first = ((SqlCall) values).operand(0);
    int count = first.getKind() == SqlKind.ROW ? ((SqlCall) first).operandCount() : 1;
    for (int i = 1; i <= count; i++) {
      columns.add(new SqlIdentifier("column" + i, position));
    }
    return new DefaultAlias(
        values, new SqlIdentifier("values", position.withQuoting(true)), columns);
  }

  /// A source with a name and columns that an alias replaces.
  private static final class DefaultAlias extends SqlBasicCall {
    DefaultAlias(SqlNode source, SqlIdentifier name, List<SqlNode> columns) {
      super(
          SqlStdOperatorTable.AS,
          java.util.stream.Stream.concat(java.util.stream.Stream.of(source, name), columns.stream())
              .toList(),
          source.getParserPosition());
    }
  }

  public static SqlNode alias(SqlParserPos position, SqlNode source, SqlIdentifier alias) {
    if (source instanceof DefaultAlias defaults) {
      List<SqlNode> operands = new java.util.ArrayList<>(defaults.getOperandList());
      operands.set(1, alias);
      return SqlStdOperatorTable.AS.createCall(position, operands);
    }
    return SqlStdOperatorTable.AS.createCall(position, source, alias);
  }

  public static SqlNode withoutAlias(SqlNode source) {
    return source instanceof DefaultAlias defaults ? defaults.operand(0) : source;
  }

  /// `LATERAL FLATTEN(input => list)`: rows of `value` and `index`.
  public static SqlNode lateral(
      SqlIdentifier name, List<SqlNode> arguments, SqlParserPos position) {
    if (!name.getSimple().equalsIgnoreCase("FLATTEN") || arguments.isEmpty()) {
      throw new EngineException(
          ErrorCode.NOT_SUPPORTED,
          "LATERAL " + name.getSimple() + "(...) is not supported",
          Positions.of(position),
          "Write CROSS JOIN UNNEST(list) AS t(value), with SPLIT(text, ',') as the list for"
              + " SPLIT_TO_TABLE.",
          null);
    }
    return SqlStdOperatorTable.LATERAL.createCall(position, flattened(arguments, position));
  }

  /// The argument called `input`, or the first, one row an element.
  static SqlNode flattened(List<SqlNode> arguments, SqlParserPos position) {
    // The grammar puts the DISTINCT of aggregates, or null, before the arguments.
    SqlNode input = arguments.getLast();
    for (SqlNode argument : arguments) {
      if (argument != null
          && argument.getKind() == SqlKind.ARGUMENT_ASSIGNMENT
          && ((SqlCall) argument).operand(1) instanceof SqlIdentifier parameter
          && parameter.getSimple().equalsIgnoreCase("input")) {
        input = ((SqlCall) argument).operand(0);
      }
    }
    SqlNode rows =
        SqlStdOperatorTable.AS.createCall(
            position,
            SqlStdOperatorTable.UNNEST_WITH_ORDINALITY.createCall(position, input),
            new SqlIdentifier("flattened", position),
            new SqlIdentifier("value", position.withQuoting(true)),
            new SqlIdentifier("position", position.withQuoting(true)));
    SqlNode index =
        SqlStdOperatorTable.MINUS.createCall(
            position,
            new SqlIdentifier("position", position.withQuoting(true)),
            SqlLiteral.createExactNumeric("1", position));
    return select(
        position,
        SqlNodeList.EMPTY,
        new SqlNodeList(
            List.of(
                SqlStdOperatorTable.AS.createCall(
                    position, index, new SqlIdentifier("index", position.withQuoting(true))),
                new SqlIdentifier("value", position.withQuoting(true))),
            position),
        rows,
        null,
        null,
        null,
        null,
        null,
        SqlNodeList.EMPTY,
        null);
  }

  /// `json:a.b[0]`: the steps after the colon.
  public static SqlNode colonPath(List<SqlNode> steps, SqlParserPos position) {
    List<Object> path = new java.util.ArrayList<>();
    for (SqlNode step : steps) {
      path.add(
          switch (step) {
            case SqlIdentifier name -> name.getSimple();
            case SqlCharStringLiteral text -> String.valueOf(text.toValue());
            default -> ((SqlLiteral) step).intValue(true);
          });
    }
    return Operators.path(path, position);
  }

  private static RelDataType otherZone(SqlOperatorBinding binding) {
    RelDataType time = binding.getOperandType(0);
    RelDataType type =
        binding
            .getTypeFactory()
            .createSqlType(
                time.getSqlTypeName() == SqlTypeName.TIMESTAMP_WITH_LOCAL_TIME_ZONE
                    ? SqlTypeName.TIMESTAMP
                    : SqlTypeName.TIMESTAMP_WITH_LOCAL_TIME_ZONE,
                6);
    return binding
        .getTypeFactory()
        .createTypeWithNullability(
            type, time.isNullable() || binding.getOperandType(1).isNullable());
  }

  /// `x IN ()`, as programs write it for a list that turned out empty: a query without rows, so
  /// that it holds for no `x`, NULL included.
  public static SqlNodeList emptySet(SqlParserPos position) {
    SqlNode row = SqlStdOperatorTable.ROW.createCall(position, SqlLiteral.createNull(position));
    SqlSelect query =
        new SqlSelect(
            position,
            null,
            new SqlNodeList(List.of(SqlLiteral.createNull(position)), position),
            SqlStdOperatorTable.VALUES.createCall(position, row),
            SqlLiteral.createBoolean(false, position),
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            SqlNodeList.EMPTY);
    return new SqlNodeList(List.of(query), position);
  }

  /// Parts of a name: namespaces, table, column, fields.
  static final int MAX_NAME_PARTS = 64;

  public static void checkParts(List<String> parts, SqlParserPos position) {
    if (parts.size() > MAX_NAME_PARTS) {
      throw new EngineException(
          ErrorCode.SYNTAX_ERROR,
          "the name has more than " + MAX_NAME_PARTS + " parts",
          Positions.of(position));
    }
  }

  public static void checkOperators(List<Object> list, SqlParserPos position) {
    if (list.size() > MAX_OPERATORS_AND_OPERANDS) {
      throw new EngineException(
          ErrorCode.SYNTAX_ERROR,
          "the expression is too long: more than "
              + MAX_OPERATORS_AND_OPERANDS
              + " operators and operands in a row",
          Positions.of(position),
          "Use IN, or a join with VALUES, instead of a long chain of OR.",
          null);
    }
  }

  public static SqlSelect select(
      SqlParserPos position,
      SqlNodeList keywords,
      SqlNodeList items,
      @Nullable SqlNode from,
      @Nullable SqlNode where,
      @Nullable SqlNodeList groupBy,
      @Nullable SqlNode having,
      @Nullable SqlNodeList windows,
      @Nullable SqlNode qualify,
      SqlNodeList hints,
      @Nullable SqlNodeList distinctOn) {
    SqlNode source = SelectShorthands.unnested(items, from);
    SemiJoins semi = SemiJoins.of(source, where);
    source = semi.from();
    SqlNode condition = semi.where();
    SqlNodeList keys =
        groupBy instanceof GroupByAll all
            ? all.expand(items)
            : groupBy == null ? null : RepeatedKeys.apart(groupBy);
    if (distinctOn == null) {
      return new SqlSelect(
          position, keywords, items, source, condition, keys, having, windows, qualify, null, null,
          null, hints);
    }
    if (qualify != null) {
      throw new EngineException(
          ErrorCode.SYNTAX_ERROR,
          "DISTINCT ON and QUALIFY cannot stand in one SELECT",
          Positions.of(qualify),
          "Put the SELECT DISTINCT ON into a sub-query, or say it with QUALIFY alone.",
          null);
    }
    return new DistinctOnSelect(
        position, keywords, items, source, condition, keys, having, windows, hints, distinctOn);
  }

  /// `SELECT * FROM table`.
  public static SqlSelect allOf(SqlNode table) {
    SqlParserPos position = table.getParserPosition();
    return new SqlSelect(
        position,
        SqlNodeList.EMPTY,
        SqlNodeList.of(SqlIdentifier.star(position)),
        table,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        SqlNodeList.EMPTY);
  }

  public static SqlNode orderBy(
      SqlParserPos position,
      SqlNode query,
      SqlNodeList order,
      @Nullable SqlNode offset,
      @Nullable SqlNode fetch) {
    if (query.getKind() == SqlKind.EXPLICIT_TABLE) {
      return orderBy(position, allOf(((SqlCall) query).operand(0)), order, offset, fetch);
    }
    if (!query.isA(SqlKind.QUERY)) {
      throw new EngineException(
          ErrorCode.SYNTAX_ERROR,
          "ORDER BY and LIMIT belong to a query, not to a table",
          Positions.of(position),
          "Write (SELECT * FROM ... ORDER BY ...).",
          null);
    }
    // SELECT TOP n counts after the sorting.
    SqlNode sorted = query instanceof Limited limited ? limited.query : query;
    SqlNode limit = fetch == null && query instanceof Limited limited ? limited.fetch : fetch;
    SqlNodeList keys = SelectShorthands.orderByAll(order, sorted);
    if (sorted instanceof DistinctOnSelect select) {
      select.order(keys);
    }
    if (limit instanceof TiesCount ties) {
      ties.apply(sorted, keys, offset);
      return new SqlOrderBy(position, sorted, keys, null, null);
    }
    return new SqlOrderBy(position, sorted, keys, offset, limit);
  }

  /// A SELECT with TOP as a query with a limit.
  public static SqlNode limited(SqlSelect select) {
    SqlNode fetch = select.getFetch();
    if (fetch == null) {
      return select;
    }
    select.setFetch(null);
    return new Limited(select, fetch);
  }

  /// What TOP makes, until an ORDER BY follows.
  private static final class Limited extends SqlOrderBy {
    Limited(SqlSelect select, SqlNode fetch) {
      super(select.getParserPosition(), select, SqlNodeList.EMPTY, null, fetch);
    }
  }

  public static SqlNodeList groupByAll(SqlParserPos position) {
    return new GroupByAll(position);
  }

  /// `FROM 'file.parquet'` is `FROM TABLE(read_parquet('file.parquet'))`.
  public static SqlNode file(String uri, SqlParserPos position) {
    String function =
        switch (ending(uri)) {
          case "parquet", "pq" -> "read_parquet";
          case "csv", "tsv", "txt" -> "read_csv";
          case "json", "jsonl", "ndjson" -> "read_json";
          case "arrow", "feather", "ipc" -> "read_arrow";
          default ->
              throw new EngineException(
                  ErrorCode.SYNTAX_ERROR,
                  "the ending of '" + uri + "' does not tell its format",
                  Positions.of(position),
                  "Say it: read_parquet('...'), read_csv('...') or read_json('...').",
                  null);
        };
    SqlNode call =
        function(
            function,
            SqlFunctionCategory.USER_DEFINED_TABLE_FUNCTION,
            position,
            SqlLiteral.createCharString(uri, position));
    return SqlStdOperatorTable.COLLECTION_TABLE.createCall(position, call);
  }

  /// The ending of the file name, without that of a compression.
  static String ending(String uri) {
    String name = uri.substring(Math.max(uri.lastIndexOf('/'), uri.lastIndexOf('\\')) + 1);
    name = name.toLowerCase(Locale.ROOT);
    for (String compression : List.of(".gz", ".zst", ".bz2", ".snappy", ".lz4")) {
      if (name.endsWith(compression)) {
        name = name.substring(0, name.length() - compression.length());
      }
    }
    return name.substring(name.lastIndexOf('.') + 1);
  }

  /// `datediff(day, a, b)`, `datediff('day', a, b)` and `dateadd(day, n, d)`: the first argument is
  /// a unit.
  public static SqlCall call(SqlCall written) {
    if (STRUCTS.contains(written.getOperator().getName().toUpperCase(Locale.ROOT))) {
      return (SqlCall) Operators.structPack(written);
    }
    Optional<SqlNode> lambda = Lambdas.replace(written);
    if (lambda.isPresent()) {
      return (SqlCall) lambda.get();
    }
    SqlCall call = FunctionNames.replace(written);
    if (call.operandCount() != 3) {
      return call;
    }
    String name = call.getOperator().getName().toUpperCase(Locale.ROOT);
    boolean difference = DIFFERENCES.contains(name);
    boolean whole = WHOLE_DIFFERENCES.contains(name);
    if (!difference && !whole && !ADDITIONS.contains(name)) {
      return call;
    }
    Optional<SqlIntervalQualifier> unit = unit(call.operand(0));
    if (unit.isEmpty()) {
      return call;
    }
    SqlParserPos position = call.getParserPosition();
    if (whole) {
      return SqlStdOperatorTable.TIMESTAMP_DIFF.createCall(
          position, unit.get(), call.operand(1), call.operand(2));
    }
    return difference
        ? boundaries(position, unit.get(), call.operand(1), call.operand(2))
        : SqlStdOperatorTable.TIMESTAMP_ADD.createCall(
            position, unit.get(), call.operand(1), call.operand(2));
  }

  /// `DATE_DIFF(b, a, DAY)` is BigQuery's, `date_diff('day', a, b)` everybody else's.
  public static SqlCall dateDiff(SqlParserPos position, List<SqlNode> arguments) {
    if (arguments.size() == 2) {
      return FunctionNames.replace(
          function(
              "DATE_DIFF",
              SqlFunctionCategory.USER_DEFINED_FUNCTION,
              position,
              arguments.get(0),
              column(arguments.get(1))));
    }
    Optional<SqlIntervalQualifier> unit = unit(arguments.get(0));
    return unit.isPresent()
        ? boundaries(position, unit.get(), arguments.get(1), column(arguments.get(2)))
        : SqlLibraryOperators.DATE_DIFF.createCall(position, arguments);
  }

  /// The grammar takes a lone name at the end for a unit.
  private static SqlNode column(SqlNode last) {
    return last instanceof SqlIntervalQualifier qualifier && qualifier.timeFrameName != null
        ? new SqlIdentifier(qualifier.timeFrameName, qualifier.getParserPosition())
        : last;
  }

  /// Counts the boundaries of the unit between two points, not whole units: from 23:59 to 00:01 is
  /// a day.
  private static SqlCall boundaries(
      SqlParserPos position, SqlIntervalQualifier unit, SqlNode from, SqlNode to) {
    return SqlStdOperatorTable.TIMESTAMP_DIFF.createCall(
        position, unit, floor(position, from, unit), floor(position, to, unit));
  }

  private static SqlNode floor(SqlParserPos position, SqlNode value, SqlIntervalQualifier unit) {
    return switch (unit.timeUnitRange.startUnit) {
      case MICROSECOND, NANOSECOND -> value;
      default -> SqlStdOperatorTable.FLOOR.createCall(position, value, unit);
    };
  }

  private static Optional<SqlIntervalQualifier> unit(SqlNode node) {
    String name =
        switch (node) {
          case SqlIdentifier identifier when identifier.isSimple() -> identifier.getSimple();
          case SqlCharStringLiteral literal -> String.valueOf(literal.toValue());
          case SqlIntervalQualifier qualifier -> qualifier.toString();
          default -> "";
        };
    TimeUnit unit =
        switch (name.toLowerCase(Locale.ROOT)) {
          case "year", "years", "yyyy", "yy", "y" -> TimeUnit.YEAR;
          case "quarter", "quarters", "qq", "q" -> TimeUnit.QUARTER;
          case "month", "months", "mon", "mm" -> TimeUnit.MONTH;
          case "week", "weeks", "wk", "ww" -> TimeUnit.WEEK;
          case "day", "days", "dd", "d" -> TimeUnit.DAY;
          case "hour", "hours", "hh", "h" -> TimeUnit.HOUR;
          case "minute", "minutes", "mi", "n" -> TimeUnit.MINUTE;
          case "second", "seconds", "sec", "ss", "s" -> TimeUnit.SECOND;
          case "millisecond", "milliseconds", "ms" -> TimeUnit.MILLISECOND;
          case "microsecond", "microseconds", "us" -> TimeUnit.MICROSECOND;
          default -> null;
        };
    return unit == null
        ? Optional.empty()
        : Optional.of(new SqlIntervalQualifier(unit, null, node.getParserPosition()));
  }

  /// The unit after `EXTRACT(`.
  public static SqlIntervalQualifier unitOrName(SqlIdentifier name) {
    Optional<TimeUnit> unit = part(name);
    return unit.isPresent()
        ? new SqlIntervalQualifier(unit.get(), null, name.getParserPosition())
        : new SqlIntervalQualifier(name.getSimple(), name.getParserPosition());
  }

  /// An aggregate over rows in an order: `WITHIN GROUP`, or inside of its parentheses.
  public static SqlCall ordered(SqlCall call, SqlNodeList order) {
    SqlParserPos position = call.getParserPosition();
    String name = call.getOperator().getName().toUpperCase(Locale.ROOT);
    SqlLiteral quantifier = call.getFunctionQuantifier();
    SqlNode[] operands = call.getOperandList().toArray(SqlNode[]::new);
    SqlCall aggregate =
        switch (name) {
          case "ARRAY_AGG", "LIST", "COLLECT_LIST" ->
              new SqlUnresolvedFunction(
                      new SqlIdentifier("LIST", position),
                      null,
                      null,
                      null,
                      null,
                      SqlFunctionCategory.USER_DEFINED_FUNCTION)
                  .createCall(quantifier, position, operands);
          case "STRING_AGG", "GROUP_CONCAT", "LISTAGG" ->
              EngineAggregates.STRING_AGG.createCall(quantifier, position, operands);
          // The first in an order is the least by it.
          case "FIRST", "ANY_VALUE", "ARBITRARY", "LAST" -> null;
          default -> call;
        };
    if (aggregate != null) {
      return SqlStdOperatorTable.WITHIN_GROUP.createCall(position, aggregate, order);
    }
    SqlNode list =
        ordered(
            function("LIST", SqlFunctionCategory.USER_DEFINED_FUNCTION, position, operands), order);
    return FunctionNames.named(
        "LIST_ELEMENT",
        position,
        list,
        SqlLiteral.createExactNumeric(name.equals("LAST") ? "-1" : "1", position));
  }

  /// `[a, b]`; `[]` is a list of NULLs without any.
  public static SqlNode list(List<SqlNode> elements, SqlParserPos position) {
    if (!elements.isEmpty()) {
      return SqlStdOperatorTable.ARRAY_VALUE_CONSTRUCTOR.createCall(position, elements);
    }
    SqlNode unknown =
        SqlStdOperatorTable.ARRAY_VALUE_CONSTRUCTOR.createCall(
            position, SqlLiteral.createNull(position));
    return FunctionNames.named(
        "LIST_SLICE",
        position,
        unknown,
        SqlLiteral.createExactNumeric("1", position),
        SqlLiteral.createExactNumeric("0", position));
  }

  /// `RATIO_TO_REPORT(x) OVER w` is `x / SUM(x) OVER w`.
  public static SqlCall over(SqlCall call, SqlNode window, SqlParserPos position) {
    if (!call.getOperator().getName().equalsIgnoreCase("RATIO_TO_REPORT")
        || call.operandCount() != 1) {
      return SqlStdOperatorTable.OVER.createCall(position, call, window);
    }
    SqlNode value = call.operand(0);
    return SqlStdOperatorTable.DIVIDE.createCall(
        position,
        SqlStdOperatorTable.MULTIPLY.createCall(
            position, value, SqlLiteral.createExactNumeric("1.000000", position)),
        SqlStdOperatorTable.OVER.createCall(
            position, SqlStdOperatorTable.SUM.createCall(position, value), window));
  }

  private static final Pattern ZONED =
      Pattern.compile("(\\d{4}-\\d\\d-\\d\\d[ T][\\d:.]+)\\s*([A-Za-z+-]\\S*)");

  /// `TIMESTAMP '2024-01-01 00:00:00 Europe/Paris'` is an instant.
  public static SqlNode timestamp(String text, SqlParserPos position) {
    Matcher zoned = ZONED.matcher(text.strip());
    if (zoned.matches()) {
      return AT_TIME_ZONE.createCall(
          position,
          SqlLiteral.createUnknown("TIMESTAMP", zoned.group(1).replace('T', ' '), position),
          SqlLiteral.createCharString(zoned.group(2), position));
    }
    return SqlLiteral.createUnknown("TIMESTAMP", text, position);
  }

  /// `$$it's$$`.
  public static SqlNode dollarQuoted(String image, SqlParserPos position) {
    return SqlLiteral.createCharString(image.substring(2, image.length() - 2), position);
  }

  /// `JSON '[1]'`.
  public static SqlNode json(SqlNode text, SqlParserPos position) {
    return FunctionNames.named("JSON_PARSE", position, text);
  }

  /// `COLUMNS(* EXCLUDE a)`, for the validator to expand.
  public static SqlNode columns(SqlNode star, SqlParserPos position) {
    return FunctionNames.named("COLUMNS", position, star);
  }

  /// `MAP(keys, values)` of two lists, or `MAP(key, value, ...)`.
  public static SqlCall map(List<SqlNode> arguments, SqlParserPos position) {
    return arguments.size() == 2
        ? FunctionNames.named("MAP_PAIR", position, arguments.get(0), arguments.get(1))
        : SqlLibraryOperators.MAP.createCall(position, arguments);
  }

  /// A part that `date_part` and `EXTRACT` give.
  static Optional<TimeUnit> part(SqlNode node) {
    String name =
        switch (node) {
          case SqlIdentifier identifier when identifier.isSimple() -> identifier.getSimple();
          case SqlCharStringLiteral literal -> String.valueOf(literal.toValue());
          case SqlIntervalQualifier qualifier -> qualifier.toString();
          default -> "";
        };
    TimeUnit part =
        switch (name.toLowerCase(Locale.ROOT)) {
          case "epoch", "epoch_second", "epoch_seconds" -> TimeUnit.EPOCH;
          case "dow", "weekday", "dayofweek", "dw" -> TimeUnit.DOW;
          case "isodow", "dayofweekiso", "dayofweek_iso", "day_of_week" -> TimeUnit.ISODOW;
          case "doy", "dayofyear", "day_of_year" -> TimeUnit.DOY;
          case "weekofyear", "weekiso", "week_iso", "isoweek" -> TimeUnit.WEEK;
          case "isoyear", "yearofweek", "yearofweekiso" -> TimeUnit.ISOYEAR;
          case "century", "centuries" -> TimeUnit.CENTURY;
          case "decade", "decades" -> TimeUnit.DECADE;
          case "millennium" -> TimeUnit.MILLENNIUM;
          case "dayofmonth", "day_of_month" -> TimeUnit.DAY;
          default -> null;
        };
    return part != null
        ? Optional.of(part)
        : unit(node).map(qualifier -> qualifier.timeUnitRange.startUnit);
  }

  static SqlCall function(
      String name, SqlFunctionCategory category, SqlParserPos position, SqlNode... arguments) {
    return new SqlUnresolvedFunction(
            new SqlIdentifier(name, position), null, null, null, null, category)
        .createCall(position, arguments);
  }
}
