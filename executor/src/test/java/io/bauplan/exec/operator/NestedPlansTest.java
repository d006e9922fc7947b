package io.bauplan.exec.operator;

import static io.bauplan.exec.operator.PlanFixture.row;
import static io.bauplan.exec.operator.PlanFixture.type;
import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.Expression;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.PhysicalPlan.JoinKind;
import io.bauplan.sql.plan.RowType;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Plans that run once per row of another, or until they give nothing new.
class NestedPlansTest {
  private static final RowType NUMBERS = type("n", DataType.INT64);
  private static final Expression N = new Expression.InputRef(0, DataType.INT64, true);
  private static final int CORRELATION = 7;

  private PlanFixture fixture;

  @BeforeEach
  void open() {
    fixture = new PlanFixture();
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  private PhysicalPlan numbers(int count) {
    return fixture.table(NUMBERS, LongStream.range(0, count).mapToObj(n -> row(n)).toList(), 100);
  }

  private static PhysicalPlan less(PhysicalPlan input, Expression than) {
    return new PhysicalPlan.Filter(
        input, new Expression.Comparison(Expression.Comparison.Operator.LESS, N, than), 1);
  }

  /// Every number of the left side with the numbers below it on the right one.
  private PhysicalPlan below(JoinKind kind, int left, int right) {
    boolean both = kind == JoinKind.INNER || kind == JoinKind.LEFT;
    return new PhysicalPlan.Correlate(
        numbers(left),
        less(numbers(right), new Expression.CorrelatedRef(CORRELATION, 0, DataType.INT64, true)),
        CORRELATION,
        kind,
        both ? type("a", DataType.INT64, "b", DataType.INT64) : NUMBERS);
  }

  private static List<List<Object>> pairsBelow(JoinKind kind, int left, int right) {
    List<List<Object>> rows = new ArrayList<>();
    for (long a = 0; a < left; a++) {
      for (long b = 0; b < Math.min(a, right); b++) {
        rows.add(row(a, b));
      }
      if (kind == JoinKind.LEFT && Math.min(a, right) == 0) {
        rows.add(row(a, null));
      }
    }
    return rows;
  }

  @Test
  void correlatesFewAndManyRows() {
    for (JoinKind kind : List.of(JoinKind.LEFT, JoinKind.INNER)) {
      assertThat(fixture.run(below(kind, 150, 120)))
          .containsExactlyInAnyOrderElementsOf(pairsBelow(kind, 150, 120));
    }
    assertThat(fixture.run(below(JoinKind.LEFT, 3, 0))).hasSize(3);
    assertThat(fixture.run(below(JoinKind.INNER, 3, 0))).isEmpty();
  }

  @Test
  void keepsRowsWithAndWithoutOthers() {
    assertThat(fixture.run(below(JoinKind.SEMI, 4, 2)))
        .containsExactlyInAnyOrder(row(1L), row(2L), row(3L));
    assertThat(fixture.run(below(JoinKind.ANTI, 4, 2))).containsExactly(row(0L));
  }

  @Test
  void whatARunOwnedGoesWithIt() {
    int rows = 5_000;
    assertThat(fixture.run(below(JoinKind.LEFT, rows, 2))).hasSize(2 * rows - 1 - 1);
    assertThat(fixture.allocators.most()).isLessThan(20);
  }

  @Test
  void whatARoundOwnedGoesWithIt() {
    for (boolean all : List.of(true, false)) {
      Expression next =
          new Expression.Arithmetic(
              Expression.Arithmetic.Operator.ADD,
              N,
              new Expression.Literal(1L, DataType.INT64),
              DataType.INT64);
      PhysicalPlan step =
          less(
              new PhysicalPlan.Project(
                  new PhysicalPlan.RecursiveScan("r", NUMBERS), List.of(next), NUMBERS),
              new Expression.Literal(3000L, DataType.INT64));
      PhysicalPlan recursive = new PhysicalPlan.RecursiveUnion("r", all, numbers(1), step, NUMBERS);
      assertThat(fixture.run(recursive)).hasSize(3000).doesNotHaveDuplicates();
    }
    assertThat(fixture.allocators.most()).isLessThan(20);
  }
}
