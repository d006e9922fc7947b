package io.bauplan.sql.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.sql.plan.PlanText;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// How often a table is read whose rows a query needs twice with different columns. The names are
/// `a` and `b`, so that no part is just the same as the other.
class SharedPartsTest {
  private static final String PART =
      "SELECT %s FROM partsupp %s supplier ON ps_suppkey = s_suppkey%s WHERE s_nationkey = %s";

  private final GoldenPlans plans = new GoldenPlans(TpchTables.catalog(), "tpch");

  @ParameterizedTest
  @CsvSource({
    "max(ps_availqty), JOIN, '', 7, 1",
    "max(s_acctbal), JOIN, '', 7, 2",
    "max(ps_availqty), JOIN, '', 8, 2",
    "max(ps_availqty), JOIN, ' AND ps_availqty > s_suppkey', 7, 2",
    "max(ps_availqty), FULL JOIN, '', 7, 2",
  })
  void partsWithTheSameRowsAreComputedOnce(
      String columns, String join, String residual, String nation, int scans) {
    String wide =
        PART.formatted("ps_partkey, max(ps_availqty + s_suppkey) a", "JOIN", "", "7")
            + " GROUP BY ps_partkey";
    String narrow = PART.formatted(columns + " b", join, residual, nation);
    String sql = "SELECT * FROM (" + wide + "), (" + narrow + ") WHERE a > b";
    String plan = PlanText.of(plans.plan(sql));
    assertThat(plan.split("TableScan bauplan.partsupp", -1)).as(plan).hasSize(scans + 1);
  }
}
