package io.bauplan.sql.logical;

import io.bauplan.sql.error.SourcePosition;
import io.bauplan.sql.explain.ExplainNode;
import io.bauplan.sql.logical.QueryConverter.Converted;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.Expression;
import io.bauplan.sql.plan.Expression.Literal;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.PlannedStatement;
import io.bauplan.sql.plan.RowType;
import io.bauplan.sql.validator.TypeMapping;
import io.bauplan.sql.validator.ValidationErrors;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlSelect;
import org.jspecify.annotations.Nullable;

/// Plans the queries of one statement, also those inside other statements. Takes the nodes it is
/// given over and rewrites them: a text planned twice is copied first ([SqlCopies]).
public final class QueryPlanner {
  private final StatementContext context;

  public QueryPlanner(StatementContext context) {
    this.context = context;
  }

  /// A planned query.
  ///
  /// @param repeatable whether the session, the commit and the files alone determine the plan
  /// @param files that were read in place
  public record Planned(
      PlannedStatement.Query query, boolean repeatable, List<Reads.Files> files) {}

  public PlannedStatement.Query query(SqlNode query) {
    return planned(query).query();
  }

  public Planned planned(SqlNode query) {
    Converted converted = convert(query);
    boolean volatiles = !Volatility.of(converted.root().project()).isEmpty();
    RowType named = columns(converted);
    PhysicalPlan plan =
        plan(
            converted.root().project(true),
            input ->
                new PhysicalPlan.Project(
                    input, Projections.references(input.output()), renamed(input.output(), named)));
    return new Planned(
        new PlannedStatement.Query(context.at(), plan, parameters(converted)),
        !volatiles && context.reads().onlyFilesUnrepeatable(),
        context.reads().files());
  }

  /// Calcite makes the names in a tree distinct; a result shows those that were written.
  private static RowType renamed(RowType row, RowType names) {
    List<Column> columns = new ArrayList<>();
    for (int i = 0; i < row.size(); i++) {
      columns.add(new Column(names.column(i).name(), row.type(i), row.column(i).nullable()));
    }
    return new RowType(columns);
  }

  /// The columns that a query gives, without planning it.
  public RowType columns(SqlNode query) {
    return columns(convert(query));
  }

  /// What in a query its reference does not determine, as words: `random()`, `the file x.csv`.
  public Set<String> unrepeatable(SqlNode query) {
    RelNode rel = convert(query).root().project();
    Set<String> found = new TreeSet<>(context.reads().unrepeatable());
    found.addAll(Volatility.of(rel));
    return found;
  }

  private static RowType columns(Converted converted) {
    List<Column> columns = new ArrayList<>();
    RelNode rel = converted.root().project();
    for (int i = 0; i < rel.getRowType().getFieldCount(); i++) {
      var type = rel.getRowType().getFieldList().get(i).getType();
      columns.add(
          new Column(
              converted.root().fields.get(i).getValue(),
              TypeMapping.dataType(type),
              type.isNullable()));
    }
    return new RowType(columns);
  }

  /// The optimized tree before operators are chosen.
  public ExplainNode logicalTree(SqlNode query) {
    return LogicalNodes.of(optimize(convert(query)));
  }

  /// Rows for a table.
  ///
  /// @param plan has exactly the table's columns
  public record Rows(PhysicalPlan plan, List<DataType> parameters) {}

  /// A query whose columns are stored into a table's.
  ///
  /// @param sources for each of the table's columns the query's column, -1 = NULL
  public Rows rowsFor(SqlNode query, List<Column> target, int[] sources) {
    return rowsFor(query, target, sources, nothing(target));
  }

  private static List<Literal> nothing(List<Column> target) {
    return target.stream().map(column -> new Literal(null, column.type())).toList();
  }

  /// @param missing what columns get that the query has none for
  public Rows rowsFor(SqlNode query, List<Column> target, int[] sources, List<Literal> missing) {
    List<@Nullable SourcePosition> positions = positions(query);
    Converted converted = convert(query);
    RowType row = columns(converted);
    for (int i = 0; i < target.size(); i++) {
      Column column = target.get(i);
      if (sources[i] >= 0) {
        Assignments.check(
            row.type(sources[i]),
            column.type(),
            () -> "column \"" + column.name() + "\"",
            sources[i] < positions.size() ? positions.get(sources[i]) : null);
      }
    }
    return rowsOf(converted.root().project(true), converted, target, sources, missing);
  }

  /// Rows of a tree made of a converted query, stored into columns.
  Rows rowsOf(RelNode tree, Converted converted, List<Column> target, int[] sources) {
    return rowsOf(tree, converted, target, sources, nothing(target));
  }

  private Rows rowsOf(
      RelNode tree,
      Converted converted,
      List<Column> target,
      int[] sources,
      List<Literal> missing) {
    PhysicalPlan plan =
        plan(
            tree,
            input ->
                Projections.project(
                    input,
                    assigned(input.output(), target, sources, missing),
                    new RowType(target)));
    return new Rows(plan, parameters(converted));
  }

  /// The table's writer refuses NULLs that a column does not take.
  private static List<Expression> assigned(
      RowType row, List<Column> target, int[] sources, List<Literal> missing) {
    List<Expression> expressions = new ArrayList<>();
    for (int i = 0; i < target.size(); i++) {
      DataType type = target.get(i).type();
      expressions.add(
          sources[i] < 0
              ? missing.get(i)
              : TypeRules.cast(Projections.reference(row, sources[i]), type));
    }
    return expressions;
  }

  /// Where the select list's items are, for messages about one column.
  private static List<@Nullable SourcePosition> positions(SqlNode query) {
    List<@Nullable SourcePosition> positions = new ArrayList<>();
    if (query instanceof SqlSelect select) {
      for (SqlNode item : select.getSelectList()) {
        positions.add(io.bauplan.sql.validator.Positions.of(item.getParserPosition()));
      }
    }
    return positions;
  }

  Converted convert(SqlNode query) {
    return new QueryConverter(context, context.session().namespace(), ViewPath.NONE).convert(query);
  }

  private static List<DataType> parameters(Converted converted) {
    return converted.parameters().stream().map(TypeMapping::dataType).toList();
  }

  private PhysicalPlan plan(RelNode tree, UnaryOperator<PhysicalPlan> finish) {
    try {
      return PhysicalTranslator.translate(
          Optimizer.optimize(tree, context),
          context.folder(),
          finish,
          context.session().optimizes());
    } catch (RuntimeException | AssertionError e) {
      throw ValidationErrors.of(
          e instanceof RuntimeException r ? r : new IllegalStateException(e), Set::of);
    }
  }

  private RelNode optimize(Converted converted) {
    return Optimizer.optimize(converted.root().project(true), context);
  }
}
