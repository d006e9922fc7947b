package io.bauplan.sql.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.sql.catalog.CatalogEntry;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataFileFormat;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.PlannedStatement;
import io.bauplan.sql.plan.RowType;
import io.bauplan.sql.plan.ScanFile;
import io.bauplan.sql.plan.TableRef;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A repeated query is planned once, as long as nothing but its text, session and commit has a say
/// in the plan.
class PlanCacheTest {
  private static final String QUERY = "SELECT id FROM t WHERE usd > 3";

  private long fileBytes = 100;
  private final MemoryCatalog catalog = new MemoryCatalog();
  private final StatementPlanner planner =
      new CalcitePlanner(catalog, this::file, SystemTables.with(SystemTables.NONE));

  private PhysicalPlan.FileScan file(
      DataFileFormat format, String uri, Map<String, String> options) {
    RowType row = new RowType(List.of(new Column("a", DataType.INT64, true)));
    ScanFile file = new ScanFile(uri, format, fileBytes, -1, Map.of(), List.of());
    return new PhysicalPlan.FileScan(
        format, List.of(file), options, row, List.of(0), Optional.empty());
  }

  @BeforeEach
  void create() {
    table("t");
  }

  private void table(String name) {
    List<Column> columns =
        List.of(new Column("id", DataType.INT64, true), new Column("usd", DataType.INT64, true));
    catalog.add(
        new CatalogEntry.Table(
            new MemoryTable(new TableRef(List.of("bauplan"), name), columns, 100)));
  }

  private PhysicalPlan plan(String sql, Session session) {
    return ((PlannedStatement.Query) planner.plan(sql, session)).plan();
  }

  private PhysicalPlan plan(String sql) {
    return plan(sql, Session.DEFAULT);
  }

  @Test
  void plansARepeatedQueryOnce() {
    assertThat(plan(QUERY)).isSameAs(plan(QUERY));
  }

  @Test
  void plansAgainAtAnotherCommit() {
    PhysicalPlan before = plan(QUERY);
    table("other");
    assertThat(plan(QUERY)).isNotSameAs(before);
  }

  @Test
  void plansAgainInAnotherSession() {
    Session there =
        new Session(
            Principal.LOCAL, "main", List.of("bauplan"), ZoneId.of("Europe/Rome"), Map.of());
    assertThat(plan(QUERY, there)).isNotSameAs(plan(QUERY)).isSameAs(plan(QUERY, there));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT id FROM t WHERE usd > random()",
        "SELECT id, current_timestamp FROM t",
        "SELECT id FROM t WHERE id IN (SELECT usd + year(current_date) FROM t)",
        "SELECT id FROM t TABLESAMPLE BERNOULLI (10)",
        "SELECT * FROM information_schema.tables",
      })
  void plansAgainWhatSomethingElseDetermines(String sql) {
    assertThat(plan(sql)).isNotSameAs(plan(sql));
  }

  @Test
  void plansAgainWhenAFileIsAnother() {
    String sql = "SELECT * FROM read_parquet('x.parquet')";
    PhysicalPlan before = plan(sql);
    assertThat(plan(sql)).isSameAs(before);
    fileBytes++;
    assertThat(plan(sql)).isNotSameAs(before);
  }

  @Test
  void forgetsTheOldestPlans() {
    PlanCache cache = new PlanCache();
    PlannedStatement.Query query = (PlannedStatement.Query) planner.plan(QUERY, Session.DEFAULT);
    int plans = PlanCache.MAX_WEIGHT * 2;
    for (int i = 0; i < plans; i++) {
      cache.add("q" + i, Session.DEFAULT, query.at(), query, List.of());
    }
    assertThat(cache.find("q" + (plans - 1), Session.DEFAULT, query.at(), this::file))
        .contains(query);
    assertThat(cache.find("q0", Session.DEFAULT, query.at(), this::file)).isEmpty();
  }
}
