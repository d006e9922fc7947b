package io.bauplan.exec.operator;

import static io.bauplan.exec.operator.PlanFixture.row;
import static io.bauplan.exec.operator.PlanFixture.type;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.worker.QueryOptions;
import io.bauplan.exec.worker.RunningQuery;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.Expression;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.PhysicalPlan.JoinKind;
import io.bauplan.sql.plan.RowType;
import io.bauplan.sql.plan.SortKey;
import io.bauplan.sql.plan.TableRef;
import io.bauplan.sql.plan.WriteTarget;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class QueryLifecycleTest {
  private static final RowType NUMBERS = type("n", DataType.INT64);

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
    List<List<Object>> rows = new ArrayList<>();
    for (long i = 0; i < count; i++) {
      rows.add(row(i));
    }
    return fixture.table(NUMBERS, rows, 100);
  }

  /// As many rows as the product of the two.
  private PhysicalPlan cross(int left, int right) {
    return new PhysicalPlan.NestedLoopJoin(
        numbers(left),
        numbers(right),
        JoinKind.INNER,
        Optional.empty(),
        type("a", DataType.INT64, "b", DataType.INT64),
        (double) left * right);
  }

  private static QueryOptions options(String id, long memory, Duration timeout) {
    return QueryOptions.builder(id).memoryBytes(memory).timeout(timeout).build();
  }

  @Test
  void aClientThatStopsReadingHoldsUpNobody() {
    try (RunningQuery stalled =
        fixture.worker.execute(cross(5000, 5000), QueryOptions.of("stalled"))) {
      try (Batch first = stalled.next()) {
        assertThat(first.rowCount()).isPositive();
      }
      assertThat(fixture.run(numbers(10))).hasSize(10);
    }
  }

  @Test
  void aQueryThatFindsNothingLetsOthersIn() throws Exception {
    PhysicalPlan barren =
        new PhysicalPlan.NestedLoopJoin(
            numbers(100_000),
            numbers(100_000),
            JoinKind.INNER,
            Optional.of(
                new Expression.Comparison(
                    Expression.Comparison.Operator.LESS,
                    new Expression.InputRef(0, DataType.INT64, true),
                    new Expression.Literal(-1L, DataType.INT64))),
            type("a", DataType.INT64, "b", DataType.INT64),
            1);
    try (RunningQuery busy = fixture.worker.execute(barren, QueryOptions.of("barren"))) {
      Thread reader =
          Thread.ofPlatform()
              .start(
                  () ->
                      assertThatThrownBy(busy::next)
                          .isInstanceOfSatisfying(
                              EngineException.class,
                              e -> assertThat(e.code()).isEqualTo(ErrorCode.CANCELLED)));
      assertThat(fixture.run(numbers(10))).hasSize(10);
      assertThat(reader.isAlive()).as("the long query still runs").isTrue();
      busy.cancel();
      reader.join();
    }
  }

  @Test
  void cancelEndsAQuery() {
    try (RunningQuery query =
        fixture.worker.execute(cross(5000, 5000), QueryOptions.of("cancelled"))) {
      query.cancel();
      assertThatThrownBy(query::next)
          .isInstanceOfSatisfying(
              EngineException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CANCELLED));
    }
  }

  @Test
  void aDeadlineEndsAQuery() {
    PhysicalPlan count =
        new PhysicalPlan.Sort(
            cross(100_000, 100_000), List.of(new SortKey(0, true, false)), 0, OptionalLong.of(1));
    assertThatThrownBy(
            () -> fixture.run(count, options("slow", Long.MAX_VALUE, Duration.ofMillis(200))))
        .isInstanceOfSatisfying(
            EngineException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TIMEOUT));
  }

  @Test
  void tooLittleMemoryIsAnError() {
    PhysicalPlan sort =
        new PhysicalPlan.Sort(
            cross(2000, 2000), List.of(new SortKey(0, true, false)), 0, OptionalLong.empty());
    assertThatThrownBy(() -> fixture.run(sort, options("big", 4 << 20, Duration.ofMinutes(1))))
        .isInstanceOfSatisfying(
            EngineException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.OUT_OF_MEMORY));
  }

  @Test
  void writesAndCounts() {
    PhysicalPlan write =
        new PhysicalPlan.TableWrite(
            numbers(250),
            new WriteTarget(
                new TableRef(List.of("bauplan"), "t"),
                "/tmp/none",
                List.of(),
                0,
                List.of(),
                Map.of()));
    assertThat(fixture.run(write)).containsExactly(row(250L));
    assertThat(fixture.tables.writtenRows).hasSize(250);
    assertThat(fixture.written.stream().mapToLong(f -> f.recordCount()).sum()).isEqualTo(250);
  }

  @Test
  void recursesUntilNothingNewComes() {
    PhysicalPlan seed = new PhysicalPlan.Values(NUMBERS, List.<List<Object>>of(List.of(1L)));
    PhysicalPlan scan = new PhysicalPlan.RecursiveScan("r", NUMBERS);
    Expression n = new Expression.InputRef(0, DataType.INT64, true);
    PhysicalPlan step =
        new PhysicalPlan.Filter(
            new PhysicalPlan.Project(
                scan,
                List.of(
                    new Expression.Arithmetic(
                        Expression.Arithmetic.Operator.MULTIPLY,
                        n,
                        new Expression.Literal(2L, DataType.INT64),
                        DataType.INT64)),
                NUMBERS),
            new Expression.Comparison(
                Expression.Comparison.Operator.LESS,
                n,
                new Expression.Literal(100L, DataType.INT64)),
            1);
    assertThat(fixture.run(new PhysicalPlan.RecursiveUnion("r", false, seed, step, NUMBERS)))
        .containsExactly(row(1L), row(2L), row(4L), row(8L), row(16L), row(32L), row(64L));
  }

  @Test
  void subtractsAndIntersects() {
    PhysicalPlan few = new PhysicalPlan.Limit(numbers(3), 0, OptionalLong.empty());
    PhysicalPlan except =
        new PhysicalPlan.SetOperation(
            PhysicalPlan.SetOperation.Kind.EXCEPT, false, List.of(numbers(5), few), NUMBERS);
    assertThat(fixture.run(except)).containsExactlyInAnyOrder(row(3L), row(4L));
    PhysicalPlan intersect =
        new PhysicalPlan.SetOperation(
            PhysicalPlan.SetOperation.Kind.INTERSECT,
            true,
            List.of(numbers(5), numbers(2)),
            NUMBERS);
    assertThat(fixture.run(intersect)).containsExactlyInAnyOrder(row(0L), row(1L));
  }
}
