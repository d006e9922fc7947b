package io.bauplan.sql.logical;

import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.validator.TypeMapping;
import java.util.ArrayList;
import java.util.List;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Project;
import org.apache.calcite.rel.logical.LogicalFilter;
import org.apache.calcite.rel.logical.LogicalProject;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexUtil;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;

/// Builds a projection over the columns of a select list in which each column is chosen by the
/// first of several tests that holds. Rows for which none does are left out.
final class RowChoices {
  private final RelNode tree;
  private final RexBuilder builder;
  private final List<RexNode> tests = new ArrayList<>();
  private final List<RexNode> projects = new ArrayList<>();
  private int deciding;

  RowChoices(RelNode tree) {
    this.tree = tree;
    this.builder = tree.getCluster().getRexBuilder();
  }

  /// The select list's item itself, so that what is not chosen is not computed.
  RexNode at(int item) {
    return tree instanceof Project project
        ? project.getProjects().get(item)
        : RexInputRef.of(item, tree.getRowType());
  }

  RexNode isNull(int item) {
    return builder.makeCall(SqlStdOperatorTable.IS_NULL, at(item));
  }

  RexNode isNotNull(int item) {
    return builder.makeCall(SqlStdOperatorTable.IS_NOT_NULL, at(item));
  }

  RexNode nothing(DataType type) {
    return builder.makeNullLiteral(type(type));
  }

  private RelDataType type(DataType type) {
    RelDataTypeFactory types = builder.getTypeFactory();
    return TypeMapping.relType(types, type, true);
  }

  /// The next choice is taken where all of these hold.
  void addTest(List<RexNode> all) {
    tests.add(RexUtil.composeConjunction(builder, all));
  }

  /// The next column is an item as it is.
  void keep(int item) {
    projects.add(at(item));
  }

  /// The next column: one value per test.
  void choose(DataType columnType, List<RexNode> values) {
    RelDataType type = type(columnType);
    List<RexNode> cast = values.stream().map(value -> cast(value, type)).toList();
    boolean same = cast.stream().allMatch(cast.getFirst()::equals);
    projects.add(same ? cast.getFirst() : cases(cast, type));
  }

  /// The next column: a number per test, NULL where none holds. Such rows are left out.
  void decide(List<Integer> numbers) {
    RelDataType type = type(DataType.INT32);
    deciding = projects.size();
    projects.add(
        cases(numbers.stream().map(n -> builder.makeLiteral(n, type, false)).toList(), type));
  }

  private RexNode cases(List<RexNode> values, RelDataType type) {
    if (tests.getFirst().isAlwaysTrue()) {
      return values.getFirst();
    }
    List<RexNode> operands = new ArrayList<>();
    for (int i = 0; i < tests.size(); i++) {
      operands.add(tests.get(i));
      operands.add(values.get(i));
    }
    operands.add(builder.makeNullLiteral(type));
    return builder.makeCall(type, SqlStdOperatorTable.CASE, operands);
  }

  private RexNode cast(RexNode value, RelDataType type) {
    if (RexUtil.isNullLiteral(value, true)) {
      return builder.makeNullLiteral(type);
    }
    RelDataType nullable =
        builder.getTypeFactory().createTypeWithNullability(value.getType(), true);
    return nullable.equals(type) ? value : builder.makeAbstractCast(type, value, false);
  }

  /// @param names of the columns
  RelNode rows(List<String> names) {
    RelNode input = tree instanceof Project project ? project.getInput() : tree;
    RelNode chosen =
        tree instanceof Project project
            ? LogicalProject.create(input, List.of(), projects, names, project.getVariablesSet())
            : LogicalProject.create(input, List.of(), projects, names, java.util.Set.of());
    if (tests.stream().anyMatch(RexNode::isAlwaysTrue)) {
      return chosen;
    }
    return LogicalFilter.create(
        chosen,
        builder.makeCall(
            SqlStdOperatorTable.IS_NOT_NULL, RexInputRef.of(deciding, chosen.getRowType())));
  }
}
