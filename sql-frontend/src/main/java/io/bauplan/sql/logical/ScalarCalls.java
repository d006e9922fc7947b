package io.bauplan.sql.logical;

import io.bauplan.sql.catalog.CatalogEntry;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.PhysicalPlan.TableFunction.Argument;
import io.bauplan.sql.plan.RowType;
import io.bauplan.sql.validator.AggregateUserFunction;
import io.bauplan.sql.validator.Positions;
import io.bauplan.sql.validator.ScalarUserFunction;
import io.bauplan.sql.validator.TypeMapping;
import io.bauplan.udf.api.FunctionDefinition;
import io.bauplan.udf.api.FunctionReturn;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.apache.calcite.plan.Convention;
import org.apache.calcite.rel.RelHomogeneousShuttle;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Filter;
import org.apache.calcite.rel.core.Join;
import org.apache.calcite.rel.core.Project;
import org.apache.calcite.rel.core.RelFactories;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexShuttle;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlFunction;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.type.SqlTypeUtil;
import org.apache.calcite.tools.RelBuilder;

/// Users' functions of single values. A call is planned as an operator below the projection or
/// filter that it stands in: its arguments, which are the last columns of its input, go to the
/// function's process some batches at a time, and its values become one more column. So every row
/// is computed, also where the call stands in a branch of CASE that is not taken.
final class ScalarCalls extends RelHomogeneousShuttle {
  private static final String RESULT = "r";

  private ScalarCalls() {}

  /// A call by its function, also an aggregate, each argument cast to the declared type.
  static SqlCall bind(
      SqlCall call, SqlIdentifier name, CatalogEntry.Function function, StatementContext context) {
    FunctionDefinition definition = function.definition();
    boolean aggregate = definition.returns() instanceof FunctionReturn.Aggregate;
    if (!aggregate && !(definition.returns() instanceof FunctionReturn.Scalar)) {
      throw new EngineException(
              ErrorCode.INVALID_STATEMENT,
              "\"" + function.name() + "\" is a table function, not one of single values",
              Positions.of(call.getParserPosition()))
          .withHint("Call it in FROM: TABLE(" + function.name() + "(TABLE t)).");
    }
    List<DataType> types = ScalarUserFunction.parameters(definition);
    if (types.size() != call.operandCount()) {
      throw new EngineException(
          ErrorCode.INVALID_ARGUMENT,
          "function \""
              + function.name()
              + "\" takes "
              + types.size()
              + (types.size() == 1 ? " argument" : " arguments")
              + ", not "
              + call.operandCount(),
          Positions.of(call.getParserPosition()));
    }
    List<SqlNode> arguments = new ArrayList<>();
    for (int i = 0; i < types.size(); i++) {
      SqlNode argument = call.operand(i);
      arguments.add(
          SqlStdOperatorTable.CAST.createCall(
              argument.getParserPosition(),
              argument,
              SqlTypeUtil.convertTypeToSpec(
                  TypeMapping.relType(context.types(), types.get(i), true))));
    }
    SqlFunction operator =
        aggregate
            ? new AggregateUserFunction(name, definition)
            : new ScalarUserFunction(name, definition);
    return operator.createCall(call.getParserPosition(), arguments);
  }

  /// Takes the calls out of expressions.
  static RelNode extract(RelNode rel) {
    return rel.accept(new ScalarCalls());
  }

  @Override
  public RelNode visit(RelNode rel) {
    RelNode visited = super.visit(rel);
    RelNode current = visited;
    for (Optional<RexCall> call = innermost(current); call.isPresent(); call = innermost(current)) {
      current = extract(current, call.get());
    }
    return current;
  }

  /// A call without calls inside.
  private static Optional<RexCall> innermost(RelNode rel) {
    RexCall[] found = new RexCall[1];
    rel.accept(
        new RexShuttle() {
          @Override
          public RexNode visitCall(RexCall call) {
            RexNode visited = super.visitCall(call);
            if (found[0] == null && call.getOperator() instanceof ScalarUserFunction) {
              found[0] = call;
            }
            return visited;
          }
        });
    return Optional.ofNullable(found[0]);
  }

  private static RelNode extract(RelNode rel, RexCall call) {
    return switch (rel) {
      case Project project -> {
        Computed computed = computed(project.getInput(), call, project.getProjects());
        yield builder(rel)
            .push(computed.rel())
            .project(
                project.getProjects().stream().map(computed::over).toList(),
                project.getRowType().getFieldNames(),
                true)
            .build();
      }
      case Filter filter -> {
        int width = filter.getRowType().getFieldCount();
        List<RexNode> all = new ArrayList<>(columns(filter.getInput(), width));
        Computed computed = computed(filter.getInput(), call, all);
        yield builder(rel)
            .push(computed.rel())
            .filter(computed.over(filter.getCondition()))
            .project(
                all.stream().map(computed::over).toList(),
                filter.getRowType().getFieldNames(),
                true)
            .build();
      }
      case Join join when join.getJoinType() == org.apache.calcite.rel.core.JoinRelType.INNER ->
          extract(
              builder(rel)
                  .push(join.getLeft())
                  .push(join.getRight())
                  .join(join.getJoinType())
                  .filter(join.getCondition())
                  .build(),
              call);
      default ->
          throw new EngineException(
                  ErrorCode.NOT_SUPPORTED,
                  "a call of the user's function \""
                      + call.getOperator().getName()
                      + "\" in "
                      + (rel instanceof Join ? "the condition of an outer join" : "this place")
                      + " is not supported")
              .withHint("Compute it in a sub-query first.");
    };
  }

  private static RelBuilder builder(RelNode rel) {
    return RelFactories.LOGICAL_BUILDER.create(rel.getCluster(), null);
  }

  private static List<RexNode> columns(RelNode rel, int count) {
    return IntStream.range(0, count)
        .<RexNode>mapToObj(i -> rel.getCluster().getRexBuilder().makeInputRef(rel, i))
        .toList();
  }

  /// @param kept the input's columns that are the first of `rel`
  /// @param result column of the call's value
  private record Computed(RelNode rel, RexCall call, List<Integer> kept, int result) {
    RexNode over(RexNode expression) {
      return expression.accept(
          new RexShuttle() {
            @Override
            public RexNode visitCall(RexCall other) {
              return same(other, call)
                  ? rel.getCluster().getRexBuilder().makeInputRef(rel, result)
                  : super.visitCall(other);
            }

            @Override
            public RexNode visitInputRef(RexInputRef ref) {
              return new RexInputRef(kept.indexOf(ref.getIndex()), ref.getType());
            }
          });
    }
  }

  /// What is volatile is computed as often as it is written.
  private static boolean same(RexCall other, RexCall call) {
    return call.getOperator().isDeterministic() ? other.equals(call) : other == call;
  }

  /// The columns that expressions need beside the call's value, and that value.
  private static Computed computed(RelNode input, RexCall call, List<RexNode> expressions) {
    TreeSet<Integer> needed = new TreeSet<>();
    RexShuttle collect =
        new RexShuttle() {
          @Override
          public RexNode visitCall(RexCall other) {
            return same(other, call) ? other : super.visitCall(other);
          }

          @Override
          public RexNode visitInputRef(RexInputRef ref) {
            needed.add(ref.getIndex());
            return ref;
          }
        };
    expressions.forEach(e -> e.accept(collect));
    if (needed.isEmpty() && call.getOperands().isEmpty()) {
      // A table without columns would not say how many rows it has.
      needed.add(0);
    }
    List<Integer> kept = List.copyOf(needed);
    List<RexNode> sent = new ArrayList<>();
    kept.forEach(i -> sent.add(input.getCluster().getRexBuilder().makeInputRef(input, i)));
    sent.addAll(call.getOperands());
    List<String> names = IntStream.range(0, sent.size()).mapToObj(i -> "c" + i).toList();
    RelNode rows = builder(input).push(input).project(sent, names, true).build();
    RowType row = TypeMapping.rowType(rows.getRowType());
    List<Column> output = new ArrayList<>(row.columns());
    output.add(new Column(RESULT, TypeMapping.dataType(call.getType()), true));
    RelNode result =
        new TableFunctionCall(
            input.getCluster(),
            input.getCluster().traitSetOf(Convention.NONE),
            ((ScalarUserFunction) call.getOperator()).definition(),
            List.of(new Argument.TableArgument(0, List.of(), List.of())),
            List.of(rows),
            new RowType(output));
    return new Computed(result, call, kept, sent.size());
  }
}
