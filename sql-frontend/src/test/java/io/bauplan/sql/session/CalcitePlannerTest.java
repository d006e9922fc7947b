package io.bauplan.sql.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.bauplan.sql.catalog.CatalogEntry;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.ArrowTypes;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.Expression.Literal;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.PhysicalPlans;
import io.bauplan.sql.plan.PlanText;
import io.bauplan.sql.plan.PlannedStatement;
import io.bauplan.sql.plan.RowType;
import io.bauplan.sql.plan.TableRef;
import io.bauplan.udf.api.EnvironmentSpec;
import io.bauplan.udf.api.FunctionDefinition;
import io.bauplan.udf.api.FunctionLimits;
import io.bauplan.udf.api.FunctionParameter;
import io.bauplan.udf.api.FunctionReturn;
import io.bauplan.udf.api.FunctionSource;
import io.bauplan.udf.api.Language;
import io.bauplan.udf.api.OutputColumn;
import io.bauplan.udf.api.TableSemantics;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Names, types, errors and the shapes of plans, over TPC-H's tables and one of every type.
class CalcitePlannerTest {
  private final StatementPlanner planner =
      new CalcitePlanner(catalog(), noFiles(), SystemTables.with(SystemTables.NONE));

  private static FileSchemas noFiles() {
    return (format, uri, options) -> {
      throw new AssertionError("no files");
    };
  }

  private static MemoryCatalog catalog() {
    MemoryCatalog catalog = TpchTables.catalog();
    catalog.add(
        new CatalogEntry.Table(
            new MemoryTable(
                name("t"),
                List.of(
                    new Column("i", DataType.INT32, true),
                    new Column("b", DataType.INT64, true),
                    new Column("d", DataType.FLOAT64, true),
                    new Column("s", DataType.VARCHAR, true),
                    new Column("m", new DataType.DecimalType(10, 2), true),
                    new Column("dt", DataType.DATE, true),
                    new Column("ts", DataType.TIMESTAMP, true),
                    new Column("nn", DataType.INT32, false)),
                1_000)));
    catalog.add(
        new CatalogEntry.View(
            name("v"),
            "SELECT n_name AS n FROM nation",
            "bauplan",
            new RowType(List.of()),
            Map.of()));
    catalog.add(
        new CatalogEntry.View(
            name("loop"), "SELECT * FROM loop", "bauplan", new RowType(List.of()), Map.of()));
    catalog.add(new CatalogEntry.Function(name("top_n"), topN()));
    return catalog;
  }

  private static TableRef name(String name) {
    return new TableRef(List.of("bauplan"), name);
  }

  private static FunctionDefinition topN() {
    return new FunctionDefinition(
        "top_n",
        Language.PYTHON,
        "top_n",
        new FunctionSource("<function top_n>", "", 1),
        FunctionDefinition.Style.SQL,
        EnvironmentSpec.DEFAULT,
        List.of(
            new FunctionParameter.Table(
                "data",
                Optional.of(
                    List.of(
                        ArrowTypes.field("i", DataType.INT64, true),
                        ArrowTypes.field("s", DataType.VARCHAR, true))),
                TableSemantics.SET),
            new FunctionParameter.Scalar("n", ArrowTypes.field("n", DataType.INT64, true), true)),
        new FunctionReturn.Table(
            List.of(
                new OutputColumn(ArrowTypes.field("i", DataType.INT64, true), Optional.empty()))),
        FunctionLimits.DEFAULT,
        true);
  }

  private PlannedStatement.Query query(String sql) {
    return (PlannedStatement.Query) planner.plan(sql, Session.DEFAULT);
  }

  private String text(String sql) {
    return PlanText.of(query(sql).plan());
  }

  private EngineException error(String sql) {
    return catchThrowableOfType(EngineException.class, () -> planner.plan(sql, Session.DEFAULT));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "7/2; INTEGER",
        "i + b; BIGINT",
        "m * m; DECIMAL(20, 4)",
        "m / m; DECIMAL(23, 13)",
        "i + d; DOUBLE",
        "'a' || 'b'; VARCHAR",
        "dt - dt; BIGINT",
        "ts - ts; INTERVAL DAY TO SECOND",
        "dt + 1; DATE",
        "date_trunc('month', ts); TIMESTAMP",
        "date_trunc(dt, MONTH); DATE",
        "case when i = 1 then 1 else 2.5 end; DECIMAL(11, 1)"
      })
  void typesOfExpressionsAreThoseSettled(String expression, String type) {
    assertThat(query("SELECT " + expression + " FROM t").output().type(0).sql()).isEqualTo(type);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "sum(i); BIGINT",
        "sum(b); DECIMAL(38, 0)",
        "sum(m); DECIMAL(38, 2)",
        "avg(i); DOUBLE",
        "avg(m); DECIMAL(38, 6)",
        "count(*); BIGINT"
      })
  void typesOfAggregatesAreThoseSettled(String expression, String type) {
    assertThat(query("SELECT " + expression + " FROM t").output().type(0).sql()).isEqualTo(type);
  }

  @Test
  void stringsAreNotPaddedBeforeTheyAreCompared() {
    assertThat(query("SELECT 'a' = 'a '").plan())
        .isInstanceOfSatisfying(
            PhysicalPlan.Values.class,
            v -> assertThat(v.rows()).isEqualTo(List.of(List.of(false))));
  }

  @Test
  void filterAndProjectionGoIntoTheScan() {
    assertThat(text("SELECT n_name FROM nation WHERE n_regionkey > 1"))
        .isEqualTo("TableScan bauplan.nation [n_name] filter: n_regionkey > 1 rows: 25\n");
  }

  @Test
  void columnsAreNamedAsWritten() {
    assertThat(query("SELECT n_regionkey AS k, N_NAME FROM nation").output().columns())
        .extracting(Column::name)
        .containsExactly("k", "N_NAME");
  }

  @Test
  void setSemanticsTableArgumentIsAnInputWithItsKeys() {
    String plan = text("SELECT * FROM TABLE(top_n(TABLE t PARTITION BY s ORDER BY i DESC, 3))");
    assertThat(plan)
        .startsWith("TableFunction top_n(table 0 partition by (s) order by i desc, 3) [i]")
        .contains("TableScan bauplan.t");
  }

  @Test
  void tableFunctionSeesCommonTablesAndNamedArguments() {
    assertThat(
            text(
                "WITH q AS (SELECT i, s FROM t WHERE i > 3) "
                    + "SELECT * FROM TABLE(top_n(data => TABLE q, n => 2))"))
        .contains("top_n(table 0, 2)")
        .contains("filter: i > 3");
  }

  @Test
  void notInOverNullableColumnsIsAMarkJoin() {
    assertThat(text("SELECT i FROM t WHERE b NOT IN (SELECT n_nationkey FROM nation)"))
        .contains("HashJoin mark on b = n_nationkey");
  }

  @Test
  void rowsWithoutAMatchAreAnAntiJoin() {
    assertThat(
            text(
                "SELECT i, n_name FROM t LEFT JOIN nation ON b = n_nationkey"
                    + " WHERE n_nationkey IS NULL AND i > 1"))
        .contains("anti on")
        .doesNotContain("left on");
    assertThat(text("SELECT i FROM t LEFT JOIN nation ON b = n_nationkey WHERE n_name IS NULL"))
        .contains("left on");
  }

  @Test
  void outerJoinBelowAJoinOnItsColumnsIsAnInnerOne() {
    String query = "SELECT i FROM t LEFT JOIN nation ON b = n_nationkey";
    assertThat(text(query + " JOIN region ON n_regionkey = r_regionkey")).doesNotContain("left on");
    assertThat(text(query + " JOIN region ON b = r_regionkey")).contains("left on");
  }

  @Test
  void viewsAreExpandedInTheirNamespace() {
    assertThat(
            PlanText.of(
                ((PlannedStatement.Query)
                        planner.plan(
                            "SELECT * FROM bauplan.v",
                            Session.DEFAULT.withNamespace(List.of("elsewhere"))))
                    .plan()))
        .contains("TableScan bauplan.nation [n_name]");
  }

  @Test
  void viewThatReadsItselfIsAnError() {
    assertThat(error("SELECT * FROM loop").getMessage()).contains("refers to itself");
  }

  @Test
  void modelsWinOverTheCatalog() {
    ModelScope models =
        name ->
            name.equalsIgnoreCase("nation")
                ? Optional.of(
                    new ModelScope.Model.Intermediate(
                        "m1", new RowType(List.of(new Column("x", DataType.INT64, true)))))
                : Optional.empty();
    PlannedStatement.Query planned =
        (PlannedStatement.Query) planner.plan("SELECT x FROM nation", Session.DEFAULT, models);
    assertThat(planned.plan()).isInstanceOf(PhysicalPlan.IntermediateScan.class);
  }

  @Test
  void parametersAreTypedAndBound() {
    PlannedStatement.Query planned = query("SELECT i FROM t WHERE s = ? AND i > ?");
    assertThat(planned.parameters()).containsExactly(DataType.VARCHAR, DataType.INT32);
    PhysicalPlan bound =
        PhysicalPlans.bind(
            planned.plan(),
            List.of(new Literal("x", DataType.VARCHAR), new Literal(3L, DataType.INT32)));
    assertThat(PlanText.of(bound)).contains("s = 'x' AND i > 3");
  }

  @Test
  void insertCastsToTheTablesColumnsInTheirOrder() {
    PlannedStatement.Insert insert =
        (PlannedStatement.Insert)
            planner.plan("INSERT INTO t (nn, b) VALUES (1, 2)", Session.DEFAULT);
    assertThat(insert.source().output().columns())
        .extracting(Column::name)
        .containsExactly("i", "b", "d", "s", "m", "dt", "ts", "nn");
    assertThat(((PhysicalPlan.Values) insert.source()).rows().getFirst())
        .containsExactly(null, 2L, null, null, null, null, null, 1L);
  }

  @Test
  void updateReadsTheRowsItChanges() {
    PlannedStatement.RowChange change =
        (PlannedStatement.RowChange)
            planner.plan("UPDATE t SET i = i + 1 WHERE b > 3", Session.DEFAULT);
    assertThat(PlanText.of(change.plan()))
        .contains("RowChange bauplan.t by position files")
        .contains("i := i + 1")
        .contains("filter: b > 3");
    assertThat(change.reads().filter()).isPresent();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT t.i, u.v FROM t CROSS JOIN UNNEST(ARRAY[t.i, t.b]) AS u(v)",
        "SELECT t.i, u.v, o FROM t LEFT JOIN UNNEST(ARRAY[t.i]) WITH ORDINALITY u(v, o) ON TRUE",
        "SELECT t.i, u.v FROM t, LATERAL (SELECT v + t.b FROM UNNEST(ARRAY[t.i]) w(v)) AS u(v)",
      })
  void collectionsOfRowsNeedNoPlanPerRow(String sql) {
    assertThat(text(sql)).contains("Unnest").doesNotContain("Correlate").doesNotContain("$outer");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "SELECT * FROM natoin; TABLE_NOT_FOUND; did you mean \"nation\"?",
        "SELECT n_nam FROM nation; COLUMN_NOT_FOUND; did you mean \"n_name\"?",
        "SELECT subtring('a', 1); FUNCTION_NOT_FOUND; did you mean \"substring\"?",
        "INSERT INTO t (nope) VALUES (1); COLUMN_NOT_FOUND; ",
        "INSERT INTO nation VALUES (1, 2); TYPE_MISMATCH; ",
        "INSERT INTO t (i) VALUES (1); NOT_NULL_VIOLATION; ",
        "CREATE TABLE z (a INT, A INT); DUPLICATE_NAME; ",
        "SELECT sum(s) FROM t; TYPE_MISMATCH; ",
        "USE BRANCH nope; REF_NOT_FOUND; ",
        "SELECT n_name FROM nation GROUP BY n_regionkey; INVALID_STATEMENT; "
      })
  void errorsNameTheirCodePlaceAndRemedy(String sql, ErrorCode code, String hint) {
    EngineException error = error(sql);
    assertThat(error.code()).isEqualTo(code);
    assertThat(error.position()).isPresent();
    assertThat(error.getMessage()).doesNotContain("calcite").doesNotContain("line 1");
    if (hint != null) {
      assertThat(error.hint()).contains(hint);
    }
  }
}
