package io.bauplan.sql.validator;

import static org.apache.calcite.util.Static.RESOURCE;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.error.NearestName;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import org.apache.calcite.config.CalciteConnectionConfig;
import org.apache.calcite.config.NullCollation;
import org.apache.calcite.jdbc.CalciteSchema;
import org.apache.calcite.plan.RelOptUtil;
import org.apache.calcite.prepare.CalciteCatalogReader;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlFunction;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlOrderBy;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.SqlUnresolvedFunction;
import org.apache.calcite.sql.SqlUtil;
import org.apache.calcite.sql.validate.SqlValidator;
import org.apache.calcite.sql.validate.SqlValidatorImpl;
import org.apache.calcite.sql.validate.SqlValidatorScope;
import org.apache.calcite.sql.validate.SqlValidatorUtil;
import org.apache.calcite.util.Litmus;
import org.checkerframework.checker.nullness.qual.PolyNull;

/// Calcite's validator with our settings. One per query text; never shared between threads.
public final class EngineValidator extends SqlValidatorImpl {
  private static final SqlValidator.Config CONFIG =
      SqlValidator.Config.DEFAULT
          .withConformance(EngineConformance.INSTANCE)
          .withDefaultNullCollation(NullCollation.HIGH)
          .withTypeCoercionFactory(EngineTypeCoercion::new)
          .withIdentifierExpansion(true);

  private static final Set<String> NEEDS_ARGUMENTS =
      Set.of("COALESCE", "NULLIF", "NVL", "IFNULL", "DECODE", "GREATEST", "LEAST");

  /// Whether ORDER BY is being validated, not converted.
  private boolean checksOrder;

  private final Set<SqlSelect> derived;

  public EngineValidator(CalciteCatalogReader names, RelDataTypeFactory types) {
    this(names, types, Set.of());
  }

  /// @param derived the queries whose columns another one reads by name
  public EngineValidator(
      CalciteCatalogReader names, RelDataTypeFactory types, Set<SqlSelect> derived) {
    super(EngineOperators.table(), names, types, CONFIG);
    this.derived = derived;
  }

  @Override
  protected RelDataType validateSelectList(
      SqlNodeList items, SqlSelect select, RelDataType targetRowType) {
    SqlNodeList expanded =
        SelectAliases.expandFields(
            StarItems.expand(this, select, items), Objects.requireNonNull(getWhereScope(select)));
    if (expanded != items) {
      select.setSelectList(expanded);
    }
    RelDataType row = super.validateSelectList(expanded, select, targetRowType);
    return derived.contains(select) ? numbered(row) : row;
  }

  /// With `a` and `a_1` for a second `a`, as in DuckDB.
  private RelDataType numbered(RelDataType row) {
    List<String> names =
        SqlValidatorUtil.uniquify(
            row.getFieldNames(), (name, attempt, size) -> name + "_" + (attempt + 1), false);
    return names.equals(row.getFieldNames())
        ? row
        : typeFactory.createStructType(RelOptUtil.getFieldTypeList(row), names);
  }

  /// `SELECT a * 2 AS b FROM t WHERE b > 1`, as in Snowflake and DuckDB.
  @Override
  protected void validateWhereClause(SqlSelect select) {
    SqlNode where = select.getWhere();
    if (where != null) {
      select.setWhere(
          SelectAliases.expand(
              where, select.getSelectList(), Objects.requireNonNull(getWhereScope(select))));
    }
    super.validateWhereClause(select);
  }

  @Override
  protected void validateSelect(SqlSelect select, RelDataType targetRowType) {
    StructFields.qualify(select, getWhereScope(select), getCatalogReader().nameMatcher());
    super.validateSelect(select, targetRowType);
  }

  /// Calcite rewrites some functions (COALESCE, NVL, ...) before it counts their arguments, and
  /// trips over too few.
  @Override
  protected @PolyNull SqlNode performUnconditionalRewrites(
      @PolyNull SqlNode node, boolean underFrom) {
    if (node instanceof SqlCall call
        && call.getOperandList().isEmpty()
        && call.getOperator() instanceof SqlFunction function
        && NEEDS_ARGUMENTS.contains(function.getName().toUpperCase(Locale.ROOT))) {
      throw newValidationError(
          call, RESOURCE.invalidArgCount(function.getName().toLowerCase(Locale.ROOT), 1));
    }
    if (node instanceof SqlCall call && call.getOperator() instanceof SqlUnresolvedFunction) {
      checkStar(call);
    }
    return super.performUnconditionalRewrites(
        node instanceof SqlOrderBy ordered ? OrderedSetOperation.withOwnNames(ordered) : node,
        underFrom);
  }

  @Override
  protected void validateOrderList(SqlSelect select) {
    boolean before = checksOrder;
    checksOrder = true;
    try {
      super.validateOrderList(select);
    } finally {
      checksOrder = before;
    }
  }

  /// `SELECT DISTINCT a, row_number() OVER (ORDER BY b) FROM t ORDER BY 2`: an item is what it was
  /// found to be. Checked again it would be refused for the `b`, which is no item.
  @Override
  public SqlNode expandOrderExpr(SqlSelect select, SqlNode key) {
    SqlNode expanded = super.expandOrderExpr(select, key);
    return checksOrder && select.isDistinct() && isItem(expanded, select)
        ? SqlLiteral.createBoolean(true, key.getParserPosition())
        : expanded;
  }

  private static boolean isItem(SqlNode expression, SqlSelect select) {
    return select.getSelectList().stream()
        .anyMatch(item -> SqlUtil.stripAs(item).equalsDeep(expression, Litmus.IGNORE));
  }

  /// Some of Calcite's operators trip over arguments that they do not expect, instead of refusing
  /// them.
  @Override
  public RelDataType deriveType(SqlValidatorScope scope, SqlNode expression) {
    try {
      return expression instanceof SqlCall call
              && call.getKind() == SqlKind.FILTER
              && isOrdered(call.operand(0))
          ? filteredType(call, scope)
          : super.deriveType(scope, expression);
    } catch (ClassCastException
        | NullPointerException
        | IllegalArgumentException
        | UnsupportedOperationException
        | AssertionError e) {
      if (expression instanceof SqlCall call && !call.isA(SqlKind.TOP_LEVEL)) {
        throw refused(call, e);
      }
      throw e;
    }
  }

  private static boolean isOrdered(SqlNode aggregate) {
    return aggregate.getKind() == SqlKind.WITHIN_GROUP
        || aggregate instanceof SqlCall call
            && call.getOperandList().stream().anyMatch(SqlNodeList.class::isInstance);
  }

  /// Calcite asks for the type of `f(x) WITHIN GROUP (ORDER BY y) FILTER (WHERE c)` as if there
  /// were no order, which decides it.
  private RelDataType filteredType(SqlCall call, SqlValidatorScope scope) {
    call.getOperator().validateCall(call, this, scope, scope);
    RelDataType type = deriveType(scope, call.operand(0));
    setValidatedNodeType(call, type);
    return type;
  }

  @Override
  public void validateCall(SqlCall call, SqlValidatorScope scope) {
    try {
      super.validateCall(call, scope);
    } catch (ClassCastException | IllegalArgumentException | AssertionError e) {
      throw refused(call, e);
    }
  }

  private EngineException refused(SqlCall call, Throwable cause) {
    List<String> types = new ArrayList<>();
    for (SqlNode operand : call.getOperandList()) {
      RelDataType known = operand == null ? null : getValidatedNodeTypeIfKnown(operand);
      types.add(known == null ? "?" : ValidationErrors.words(known.toString()));
    }
    return new EngineException(
        ErrorCode.TYPE_MISMATCH,
        call.getOperator().getName()
            + " cannot take these arguments"
            + (types.contains("?") ? "" : ": " + String.join(", ", types)),
        Positions.of(call.getParserPosition()),
        null,
        cause);
  }

  /// Of `cuont(*)` Calcite would say that there is no column `*`.
  private static void checkStar(SqlCall call) {
    String name = call.getOperator().getName().toLowerCase(Locale.ROOT);
    boolean star =
        call.operandCount() == 1
            && call.operand(0) instanceof SqlIdentifier argument
            && argument.isStar()
            && argument.names.size() == 1;
    if (star && !FunctionLists.known().contains(name) && !name.equals("columns")) {
      throw new EngineException(
          ErrorCode.FUNCTION_NOT_FOUND,
          "function \"" + name + "\" does not exist",
          Positions.of(call.getParserPosition()),
          NearestName.hint(name, FunctionLists.known()).orElse(null),
          null);
    }
  }

  /// A validator for types and expressions outside any query.
  public static EngineValidator withoutTables(RelDataTypeFactory types) {
    return new EngineValidator(
        new CalciteCatalogReader(
            CalciteSchema.createRootSchema(false, false),
            List.of(),
            types,
            CalciteConnectionConfig.DEFAULT),
        types);
  }
}
