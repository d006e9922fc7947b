package io.bauplan.sql.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.sql.catalog.CatalogEntry;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.PlanText;
import io.bauplan.sql.plan.PlannedStatement;
import io.bauplan.sql.plan.TableRef;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Which conditions go below a user's table function, and what it is given at all.
class FunctionPushDownTest {
  private final MemoryCatalog catalog = new MemoryCatalog();
  private final StatementPlanner planner =
      new CalcitePlanner(
          catalog,
          (format, uri, options) -> {
            throw new AssertionError("no files");
          },
          SystemTables.NONE);

  @BeforeEach
  void create() {
    table("t", "id", "usd", "country", "unread");
    table("other", "id", "name");
    String rows = "data TABLE (id BIGINT, usd BIGINT, country BIGINT)";
    String passed =
        " RETURNS TABLE (id BIGINT LINEAGE data.id, usd BIGINT,"
            + " land BIGINT LINEAGE data.country, small INTEGER LINEAGE data.id)"
            + " LANGUAGE PYTHON ";
    function("by_row (" + rows + " ROW SEMANTICS)" + passed + "IMMUTABLE");
    function("by_set (" + rows + " SET SEMANTICS)" + passed + "IMMUTABLE");
    function("changing (" + rows + " ROW SEMANTICS)" + passed);
    function("online (" + rows + " ROW SEMANTICS)" + passed + "IMMUTABLE INTERNET_ACCESS = TRUE");
    function(
        "two (data TABLE (id BIGINT, usd BIGINT) ROW SEMANTICS,"
            + " names TABLE (id BIGINT, name BIGINT) ROW SEMANTICS)"
            + " RETURNS TABLE (id BIGINT LINEAGE data.id, name BIGINT LINEAGE names.name)"
            + " LANGUAGE PYTHON IMMUTABLE");
  }

  private void table(String name, String... columns) {
    List<Column> made =
        List.of(columns).stream().map(c -> new Column(c, DataType.INT64, true)).toList();
    catalog.add(
        new CatalogEntry.Table(new MemoryTable(new TableRef(List.of("bauplan"), name), made, 100)));
  }

  private void function(String declaration) {
    String name = declaration.substring(0, declaration.indexOf(' '));
    String sql = "CREATE FUNCTION " + declaration + " AS $$\ndef " + name + "(*a): pass\n$$";
    PlannedStatement.CreateFunction created =
        (PlannedStatement.CreateFunction) planner.plan(sql, Session.DEFAULT);
    catalog.add(
        new CatalogEntry.Function(new TableRef(List.of("bauplan"), name), created.definition()));
  }

  private String plan(String query) {
    return PlanText.of(((PlannedStatement.Query) planner.plan(query, Session.DEFAULT)).plan());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "by_row(TABLE t) | id > 7 | id > 7",
        "by_row(TABLE t) | land IN (3, 5) | country IN (3, 5)",
        "by_row(TABLE t) | id > 7 AND usd = 1 | id > 7",
        "by_row(TABLE t) | id + land = 9 | (id + country) = 9",
        "by_set(TABLE t PARTITION BY country) | land = 3 AND id > 7 | country = 3",
        "two(TABLE t, TABLE other) | id = 1 AND name = 2 AND id < name | id = 1",
        "two(TABLE t, TABLE other) | id = 1 AND name = 2 AND id < name | name = 2",
      })
  void goesBelow(String call, String condition, String filter) {
    String plan = plan("SELECT * FROM TABLE(" + call + ") WHERE " + condition);
    assertThat(plan.substring(plan.indexOf("TableFunction")))
        .contains("filter: " + filter + " rows");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // computed by the function
        "by_row(TABLE t) | usd = 1",
        // of another type than the column it comes from
        "by_row(TABLE t) | small = 1",
        "by_row(TABLE t) | id + random() > 7",
        // of the whole table at once
        "by_set(TABLE t) | id > 7",
        // not the partitioning
        "by_set(TABLE t PARTITION BY country) | id > 7",
        "changing(TABLE t) | id > 7",
        "online(TABLE t) | id > 7",
        // of two tables
        "two(TABLE t, TABLE other) | id = name",
      })
  void staysAbove(String call, String condition) {
    String plan = plan("SELECT * FROM TABLE(" + call + ") WHERE " + condition);
    assertThat(plan.substring(0, plan.indexOf("TableFunction"))).contains("Filter ");
    assertThat(plan).doesNotContain("filter:");
  }

  @Test
  void whatMovedIsGoneAboveAndOnlyDeclaredColumnsAreRead() {
    assertThat(plan("SELECT land FROM TABLE(by_row(TABLE t)) WHERE id > 4 AND usd > 0"))
        .contains("Filter usd > 0")
        .doesNotContain("Filter id")
        .contains("TableScan bauplan.t [id, usd, country] filter: id > 4")
        .doesNotContain("unread");
  }

  @Test
  void goesThroughViewsAndJoins() {
    assertThat(
            plan(
                "SELECT * FROM (SELECT id AS k, land FROM TABLE(by_row(TABLE t))) v"
                    + " JOIN other o ON v.k = o.id WHERE o.id = 5"))
        .contains("TableScan bauplan.t [id, usd, country] filter: id = 5");
  }
}
