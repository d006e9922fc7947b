package io.bauplan.exec.operator;

import static io.bauplan.exec.operator.PlanFixture.row;
import static io.bauplan.exec.operator.PlanFixture.type;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.AggregateCall;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.Expression;
import io.bauplan.sql.plan.Expression.Arithmetic;
import io.bauplan.sql.plan.Expression.Comparison;
import io.bauplan.sql.plan.Expression.InputRef;
import io.bauplan.sql.plan.Expression.Literal;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.PhysicalPlan.JoinKind;
import io.bauplan.sql.plan.RowType;
import io.bauplan.sql.plan.SortKey;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PlanExecutionTest {
  private static final RowType SALES =
      type(
          "id",
          DataType.INT64,
          "country",
          DataType.VARCHAR,
          "usd",
          DataType.FLOAT64,
          "price",
          new DataType.DecimalType(12, 2));

  private PlanFixture fixture;

  @BeforeEach
  void open() {
    fixture = new PlanFixture();
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  private PhysicalPlan sales(int batchRows) {
    return fixture.table(
        SALES,
        List.of(
            row(1L, "IT", 10.0, new BigDecimal("1.50")),
            row(2L, "FR", 5.0, new BigDecimal("2.25")),
            row(3L, "IT", null, new BigDecimal("3.00")),
            row(4L, null, 2.5, null),
            row(5L, "FR", 7.5, new BigDecimal("-1.25"))),
        batchRows);
  }

  static InputRef ref(RowType type, int index) {
    return new InputRef(index, type.type(index), true);
  }

  @Test
  void filtersAndProjects() {
    PhysicalPlan sales = sales(2);
    PhysicalPlan filter =
        new PhysicalPlan.Filter(
            sales,
            new Comparison(
                Comparison.Operator.GREATER, ref(SALES, 2), new Literal(3.0, DataType.FLOAT64)),
            1);
    PhysicalPlan project =
        new PhysicalPlan.Project(
            filter,
            List.of(
                ref(SALES, 1),
                new Arithmetic(
                    Arithmetic.Operator.ADD,
                    ref(SALES, 0),
                    new Literal(100L, DataType.INT64),
                    DataType.INT64)),
            type("country", DataType.VARCHAR, "n", DataType.INT64));
    assertThat(fixture.run(project))
        .containsExactlyInAnyOrder(row("IT", 101L), row("FR", 102L), row("FR", 105L));
  }

  static AggregateCall call(String function, DataType output, Integer... arguments) {
    return new AggregateCall(
        function,
        false,
        List.of(arguments),
        OptionalInt.empty(),
        List.of(),
        new Column(function, output, true));
  }

  @Test
  void groups() {
    DataType sum = new DataType.DecimalType(38, 2);
    PhysicalPlan aggregate =
        new PhysicalPlan.Aggregate(
            sales(1),
            List.of(1),
            List.of(List.of(0)),
            List.of(
                call("count", DataType.INT64),
                call("sum", DataType.FLOAT64, 2),
                call("sum", sum, 3),
                call("min", DataType.INT64, 0),
                call("max", DataType.VARCHAR, 1)),
            type(
                "country",
                DataType.VARCHAR,
                "n",
                DataType.INT64,
                "usd",
                DataType.FLOAT64,
                "price",
                sum,
                "min",
                DataType.INT64,
                "max",
                DataType.VARCHAR),
            2);
    PhysicalPlan sort =
        new PhysicalPlan.Sort(
            aggregate, List.of(new SortKey(0, true, false)), 0, OptionalLong.empty());
    assertThat(fixture.run(sort))
        .containsExactly(
            row("FR", 2L, 12.5, new BigDecimal("1.00"), 2L, "FR"),
            row("IT", 2L, 10.0, new BigDecimal("4.50"), 1L, "IT"),
            row(null, 1L, 2.5, null, 4L, null));
  }

  @Test
  void collectsTextInOrder() {
    PhysicalPlan aggregate =
        new PhysicalPlan.Aggregate(
            sales(1),
            List.of(),
            List.of(List.of()),
            List.of(
                new AggregateCall(
                    "string_agg",
                    false,
                    List.of(1),
                    OptionalInt.empty(),
                    List.of(new SortKey(0, false, false)),
                    new Column("s", DataType.VARCHAR, true)),
                call("array_agg", new DataType.ListType(DataType.INT64, true), 0)),
            type("s", DataType.VARCHAR, "a", new DataType.ListType(DataType.INT64, true)),
            1);
    assertThat(fixture.run(aggregate)).containsExactly(row("FR,IT,FR,IT", "nested"));
  }

  @Test
  void countsNothingAsZero() {
    PhysicalPlan none = new PhysicalPlan.Filter(sales(2), new Literal(false, DataType.BOOLEAN), 0);
    PhysicalPlan aggregate =
        new PhysicalPlan.Aggregate(
            none,
            List.of(),
            List.of(List.of()),
            List.of(call("count", DataType.INT64), call("sum", DataType.FLOAT64, 2)),
            type("n", DataType.INT64, "s", DataType.FLOAT64),
            1);
    assertThat(fixture.run(aggregate)).containsExactly(row(0L, null));
  }

  @Test
  void joins() {
    RowType names = type("code", DataType.VARCHAR, "name", DataType.VARCHAR);
    PhysicalPlan countries =
        fixture.table(
            names, List.of(row("IT", "Italy"), row("DE", "Germany"), row(null, "Nowhere")), 1);
    RowType output =
        type(
            "id",
            DataType.INT64,
            "country",
            DataType.VARCHAR,
            "usd",
            DataType.FLOAT64,
            "price",
            new DataType.DecimalType(12, 2),
            "code",
            DataType.VARCHAR,
            "name",
            DataType.VARCHAR);
    PhysicalPlan full =
        new PhysicalPlan.HashJoin(
            sales(2),
            countries,
            JoinKind.FULL,
            List.of(1),
            List.of(0),
            List.of(false),
            Optional.empty(),
            output,
            5);
    PhysicalPlan pick =
        new PhysicalPlan.Project(
            full,
            List.of(ref(output, 0), ref(output, 5)),
            type("id", DataType.INT64, "name", DataType.VARCHAR));
    assertThat(fixture.run(pick))
        .containsExactlyInAnyOrder(
            row(1L, "Italy"),
            row(2L, null),
            row(3L, "Italy"),
            row(4L, null),
            row(5L, null),
            row(null, "Germany"),
            row(null, "Nowhere"));
  }

  @Test
  void limitsAfterSort() {
    PhysicalPlan sort =
        new PhysicalPlan.Sort(
            sales(1), List.of(new SortKey(2, false, true)), 1, OptionalLong.of(2));
    PhysicalPlan pick =
        new PhysicalPlan.Project(sort, List.of(ref(SALES, 0)), type("id", DataType.INT64));
    assertThat(fixture.run(pick)).containsExactly(row(1L), row(5L));
  }

  @Test
  void overflowIsAnError() {
    PhysicalPlan project =
        new PhysicalPlan.Project(
            sales(2),
            List.of(
                new Arithmetic(
                    Arithmetic.Operator.ADD,
                    ref(SALES, 0),
                    new Literal(Long.MAX_VALUE, DataType.INT64),
                    DataType.INT64)),
            type("n", DataType.INT64));
    assertThatThrownBy(() -> fixture.run(project))
        .isInstanceOfSatisfying(
            EngineException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NUMERIC_OVERFLOW));
  }

  @Test
  void caseBranchesNotTakenRaiseNothing() {
    Expression zero = new Literal(0L, DataType.INT64);
    Expression id = ref(SALES, 0);
    Expression minusOne =
        new Arithmetic(
            Arithmetic.Operator.SUBTRACT, id, new Literal(1L, DataType.INT64), DataType.INT64);
    Expression division =
        new Arithmetic(
            Arithmetic.Operator.DIVIDE, new Literal(12L, DataType.INT64), minusOne, DataType.INT64);
    Expression choice =
        new Expression.Case(
            List.of(
                new Expression.Case.Branch(
                    new Comparison(Comparison.Operator.EQUAL, minusOne, zero),
                    new Literal(-1L, DataType.INT64))),
            division,
            DataType.INT64,
            true);
    PhysicalPlan project =
        new PhysicalPlan.Project(sales(5), List.of(choice), type("n", DataType.INT64));
    assertThat(fixture.run(project)).containsExactly(row(-1L), row(12L), row(6L), row(4L), row(3L));
  }
}
