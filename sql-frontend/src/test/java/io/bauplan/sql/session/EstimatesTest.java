package io.bauplan.sql.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bauplan.sql.catalog.CatalogEntry;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.PlanText;
import io.bauplan.sql.plan.TableRef;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What is estimated of joins over groups and unions, and what is left of parts that are empty.
class EstimatesTest {
  private static final Pattern TOP_ROWS = Pattern.compile("rows: (\\d+)");

  private final GoldenPlans plans = new GoldenPlans(catalog(), "none");

  /// 100,000 people of 16-letter codes that compress well, a million sales of the 2,000 days that
  /// are in the middle of the calendar's 70,000.
  private static MemoryCatalog catalog() {
    MemoryCatalog catalog = new MemoryCatalog();
    MemoryTable person =
        new MemoryTable(
                new TableRef(List.of("bauplan"), "person"),
                List.of(
                    new Column("id", DataType.INT64, false),
                    new Column("code", DataType.VARCHAR, false),
                    new Column("age", DataType.INT32, true)),
                100_000)
            .with("id", 1L, 100_000L, OptionalLong.empty())
            .with("code", "AAAA", "ZZZZ", 0, OptionalLong.empty(), OptionalLong.of(70_000))
            .with("age", 0L, 99L, 20_000, OptionalLong.empty(), OptionalLong.empty());
    MemoryTable sale =
        new MemoryTable(
                new TableRef(List.of("bauplan"), "sale"),
                List.of(
                    new Column("person", DataType.INT64, true),
                    new Column("day", DataType.INT32, true),
                    new Column("price", DataType.INT32, true)),
                1_000_000)
            .with("person", 1L, 100_000L, OptionalLong.empty())
            .with("day", 30_001L, 32_000L, OptionalLong.empty())
            .with("price", 1L, 1_000L, OptionalLong.empty());
    MemoryTable calendar =
        new MemoryTable(
                new TableRef(List.of("bauplan"), "calendar"),
                List.of(
                    new Column("day", DataType.INT32, false),
                    new Column("year", DataType.INT32, false)),
                70_000)
            .with("day", 1L, 70_000L, OptionalLong.empty())
            .with("year", 1901L, 2100L, OptionalLong.empty());
    catalog.add(new CatalogEntry.Table(person));
    catalog.add(new CatalogEntry.Table(sale));
    catalog.add(new CatalogEntry.Table(calendar));
    return catalog;
  }

  private long rows(String query) {
    Matcher rows = TOP_ROWS.matcher(PlanText.of(plans.plan(query)));
    assertThat(rows.find()).isTrue();
    return Long.parseLong(rows.group(1));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // a group's key finds each row of the other side at most once
        "1000000 | select * from sale s join (select person, sum(price) p from sale group by"
            + " person) g on s.person = g.person",
        // also where nothing is known of the keys but how well they compress
        "100000 | select * from person a join (select code, age, count(*) c from person"
            + " group by code, age) g on a.code = g.code and a.age = g.age",
        "100000 | select * from person a join person b on a.code = b.code",
        // two halves have the people of one
        "2000000 | select * from (select person from sale union all select person from sale) u"
            + " join person p on u.person = p.id",
        "100000 | select distinct person from (select person from sale union all"
            + " select person from sale)",
        // a year has sales: its 350 days are among the 2,000
        "175000 | select * from sale s join calendar c on s.day = c.day where c.year = 1985",
        // a constant is one value
        "1 | select k, count(*) from (select 1 k from sale) group by k",
        "100 | select age + 1, count(*) from person where age is not null group by age + 1",
        "100 | select m from (select max(age) m from person group by id) group by m",
        "80000 | select * from person where age is not null",
        "8000 | select * from person where age < 10",
        "800 | select * from person where age = 10",
        "7200 | select * from person where age between 10 and 19",
        "2400 | select * from person where age in (1, 2, 3)",
        "20000 | select * from person where age is null",
        "79200 | select * from person where age <> 10",
        "1 | select * from person where age = 200",
        "3900 | select * from person where code like 'B%'",
        "50000 | select * from person where code >= 'N'",
        "100000 | select * from person where id < 50000 or id >= 50000",
      })
  void rowsAreAboutAsMany(long expected, String query) {
    assertThat((double) rows(query)).isBetween(expected * 0.65, expected * 1.35);
  }

  @Test
  void whatIsGroupedOfNothingIsNothing() {
    PhysicalPlan plan =
        plans.plan(
            "select person, n from ("
                + " select person, 's' kind, count(*) n from sale group by person"
                + " union all select id, 'p', count(*) from person group by id) u"
                + " where kind = 'p'");
    assertThat(PlanText.of(plan)).contains("bauplan.person").doesNotContain("sale", "Values");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "select person, count(*) from sale where 1 = 2 group by person",
        "select * from sale s join (select id from person where false) p on s.person = p.id",
        "select * from sale intersect select * from sale where false",
        "select * from (select * from sale where false) except select * from sale",
        "select * from sale where false order by person limit 3",
        "select * from sale limit 0",
        "select *, row_number() over (order by day) from sale where false",
      })
  void nothingIsReadForAnEmptyResult(String query) {
    assertThat(PlanText.of(plans.plan(query))).doesNotContain("TableScan").contains("Values");
  }

  @Test
  void aTotalOfNothingIsStillARow() {
    assertThat(PlanText.of(plans.plan("select count(*) from sale where false")))
        .contains("Aggregate")
        .doesNotContain("TableScan");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // the first of both are among the first of each
        "select id from person union all select person from sale order by 1 limit 3"
            + " | TopN 3 by id,UnionAll,TopN 3 by id,TopN 3 by person",
        "select id from person union all select person from sale limit 3"
            + " | Limit 3,UnionAll,Limit 3,Limit 3",
        "select * from person p left join sale s on p.id = s.person order by p.code limit 3"
            + " | TopN 3 by code,HashJoin,TopN 3 by code",
        // not where a side can lose rows
        "select * from person p join sale s on p.id = s.person order by p.code limit 3"
            + " | TopN 3 by code,HashJoin",
        "select id from person union select person from sale order by 1 limit 3"
            + " | TopN 3 by id,Aggregate,UnionAll",
        // one row is sorted
        "select count(*) c, sum(price) from sale order by c limit 10 | Aggregate",
        "select day, count(*) from sale where day = 31000 group by day order by day | Aggregate",
      })
  void sortsAreWhereTheyAreLeast(String query, String operators) {
    String plan = PlanText.of(plans.plan(query));
    assertThat(
            plan.lines()
                .map(String::strip)
                .filter(line -> !line.startsWith("TableScan") && !line.startsWith("Project"))
                .map(line -> line.replaceFirst("^(HashJoin|Aggregate|TopN \\d+ by \\w+).*", "$1"))
                .toList())
        .isEqualTo(List.of(operators.split(",")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "select id from person union all select person from sale order by 1 limit ?",
        "select id from person limit ?",
        "select * from person p left join sale s on p.id = s.person order by p.code offset ?"
      })
  void limitsThatAreNotConstantAreRefusedInWords(String query) {
    assertThatThrownBy(() -> plans.plan(query))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("takes a constant number");
  }
}
