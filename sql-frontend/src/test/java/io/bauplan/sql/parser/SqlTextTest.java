package io.bauplan.sql.parser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.error.SourcePosition;
import io.bauplan.sql.parser.CreateFunction.Parameter;
import io.bauplan.sql.parser.CreateFunction.Returns;
import io.bauplan.udf.api.TableSemantics;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SqlTextTest {
  @Test
  void readsAFunctionWithItsClausesAndTheLineOfItsBody() {
    CreateFunction function =
        (CreateFunction)
            SqlText.parse(
                """
                CREATE FUNCTION f (data TABLE (id BIGINT) ROW SEMANTICS, n INT)
                RETURNS TABLE (id BIGINT LINEAGE data.id)
                LANGUAGE PYTHON TIMEOUT = '2 minutes' MEMORY = 1 GiB
                AS $$
                def f(data, n): return data
                $$
                """);
    assertThat(function.body().orElseThrow())
        .isEqualTo(new CreateFunction.Body("\ndef f(data, n): return data\n", 4));
    assertThat(function.timeout()).contains(Duration.ofMinutes(2));
    assertThat(function.memoryBytes()).hasValue(1L << 30);
    assertThat(((Parameter.Table) function.parameters().getFirst()).semantics())
        .isEqualTo(TableSemantics.ROW);
    assertThat(((Returns.Table) function.returns()).columns().getFirst().lineage().orElseThrow())
        .hasToString("data.id");
  }

  @Test
  void keepsTheTextOfAViewsQuery() {
    var view =
        (DefinitionStatement.CreateView)
            SqlText.parse("CREATE VIEW v AS\n  SELECT a, -- why\n  b FROM t  ;");
    assertThat(view.sql()).isEqualTo("SELECT a, -- why\n  b FROM t");
  }

  @Test
  void splitsAScriptOutsideStringsBodiesAndComments() {
    List<Statement> statements =
        SqlText.parseScript(
            "SELECT ';'; -- ; no\n"
                + "/* ; */ SELECT 2;;\n"
                + "CREATE FUNCTION f() RETURNS INT LANGUAGE PYTHON AS $$a;b$$;\n\n"
                + " SELECT \"a;b\"");
    assertThat(statements).hasSize(4);
    assertThat(statements.get(1).position()).isEqualTo(new SourcePosition("", 2, 9, 2, 16));
    assertThat(statements.get(3).position().line()).isEqualTo(5);
  }

  @Test
  void positionsOfAScriptsErrorsAreTheScripts() {
    assertThatThrownBy(() -> SqlText.parseScript("SELECT 1;\n\n  SELECT a FORM t;"))
        .isInstanceOfSatisfying(
            EngineException.class,
            e ->
                assertThat(e.position().orElseThrow())
                    .isEqualTo(new SourcePosition("", 3, 12, 3, 15)));
  }

  @Test
  void readsAnUnquotedDateOfAFilterAsADate() {
    ParsedExpression filter =
        SqlText.parseExpression(
            "eventTime BETWEEN 2023-01-01 AND 2023-02-01 AND s <> '2023-01-01'");
    assertThat(SqlPrinter.print(filter.node()))
        .isEqualTo(
            "eventTime BETWEEN ASYMMETRIC DATE '2023-01-01' AND DATE '2023-02-01' AND s <>"
                + " '2023-01-01'");
    assertThat(filter.warnings()).hasSize(2);
    assertThat(filter.warnings().get(1).position()).isEqualTo(new SourcePosition("", 1, 34, 1, 43));
  }

  @Test
  void readsASubtractionThatIsNoDate() {
    ParsedExpression filter = SqlText.parseExpression("a = 2023 - 01 - 01 AND b = 12023-01-01");
    assertThat(filter.warnings()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"(", "[", "CASE WHEN ", "f(", "NOT (", "-(", "(SELECT "})
  void refusesDeepNestingWithoutOverflow(String open) {
    assertThatThrownBy(() -> SqlText.parse("SELECT " + open.repeat(20_000)))
        .isInstanceOfSatisfying(
            EngineException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.TOO_COMPLEX);
              assertThat(e.position()).isPresent();
            });
  }

  @ParameterizedTest
  @ValueSource(strings = {" + 1", " OR a = 1", " || 'x'", "::int", " AND NOT a", "[1]", ".b"})
  void survivesLongChains(String link) {
    String sql = "SELECT a" + link.repeat(20_000);
    try {
      StatementPrinter.toSql(SqlText.parse(sql));
    } catch (EngineException e) {
      assertThat(e.code()).isEqualTo(ErrorCode.SYNTAX_ERROR);
    }
  }

  @Test
  void readsAsDeepAsItPromises() {
    int levels = SqlText.MAX_NESTING - 1;
    SqlText.parse("SELECT " + "(".repeat(levels) + "1" + ")".repeat(levels));
    SqlText.parse("SELECT " + "f(".repeat(levels) + "1" + ")".repeat(levels));
    SqlText.parse("SELECT " + "(SELECT ".repeat(levels) + "1" + ")".repeat(levels));
  }

  @Test
  void readsLongLists() {
    String list = "1234567, ".repeat(50_000) + "1";
    SqlText.parse("SELECT a FROM t WHERE b IN (" + list + ")");
  }

  @Test
  void refusesTextThatIsTooLong() {
    assertThatThrownBy(() -> SqlText.parse(" ".repeat(SqlText.MAX_TEXT_CHARS + 1)))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("at most 1000000");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "id",
        "name",
        "date",
        "time",
        "timestamp",
        "value",
        "year",
        "month",
        "day",
        "hour",
        "minute",
        "second",
        "user",
        "key",
        "type",
        "status",
        "level",
        "position",
        "rank",
        "count",
        "sum",
        "min",
        "max",
        "avg",
        "index",
        "text",
        "data",
        "start",
        "end",
        "first",
        "last",
        "language",
        "method",
        "result",
        "version",
        "path",
        "size",
        "length",
        "state",
        "source",
        "target",
        "format",
        "comment",
        "description",
        "category",
        "percent",
        "period",
        "action",
        "condition",
        "element",
        "total",
        "code",
        "session",
        "output",
        "input",
        "parameter",
        "open",
        "close",
        "column",
        "check",
        "filter",
        "role",
        "search",
        "sequence",
        "system",
        "trigger",
        "unknown",
        "zone",
        "country",
        "city",
        "address",
        "email",
        "phone",
        "price",
        "quantity",
        "amount",
        "currency",
        "region",
        "label",
        "tag",
        "branch",
        "score",
        "model",
        "event",
        "host",
        "url",
        "uuid",
        "json",
        "map",
        "array",
        "struct",
        "domain",
        "class",
        "object",
        "file",
        "title",
        "year_month",
        "interval_days",
        "lat",
        "lon",
        "speed",
        "altitude",
        "temperature",
        "begin",
        "match",
        "member",
        "translate",
        "reference",
        "references",
        "primary",
        "to",
        "no",
        "one",
        "old",
        "only",
        "of",
        "local",
        "global",
        "free",
        "external",
        "exec",
        "each",
        "cycle",
        "contains",
        "character",
        "char",
        "call",
        "both",
        "binary",
        "bit",
        "authorization",
        "at_time",
        "percentile",
        "week",
        "quarter",
        "message",
        "number",
        "cost",
        "store",
        "product"
      })
  void ordinaryColumnNamesNeedNoQuotes(String name) {
    String sql =
        "SELECT %1$s, t.%1$s, max(%1$s) AS %1$s FROM t WHERE %1$s > 1 AND t.%1$s IS NOT NULL GROUP BY %1$s ORDER BY %1$s"
            .formatted(name);
    assertThat(SqlText.parse(sql)).isInstanceOf(Statement.Query.class);
    SqlText.parse("CREATE TABLE t (%s INT)".formatted(name));
    SqlText.parse("INSERT INTO t (%s) VALUES (1)".formatted(name));
    SqlText.parse("UPDATE t SET %1$s = %1$s + 1".formatted(name));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "REPLACE INTO t VALUES (1)",
        "INSERT OR REPLACE INTO t VALUES (1)",
        "INSERT INTO t VALUES (1) ON CONFLICT DO NOTHING",
        "INSERT INTO t SELECT * FROM u ON DUPLICATE KEY UPDATE a = 1"
      })
  void upsertsPointToMerge(String sql) {
    assertThatThrownBy(() -> SqlText.parse(sql))
        .isInstanceOfSatisfying(
            EngineException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.NOT_SUPPORTED);
              assertThat(e.hint().orElseThrow()).contains("MERGE INTO");
            });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a INT UNIQUE",
        "a INT REFERENCES u (b)",
        "a INT CHECK (a > 1)",
        "a INT, UNIQUE (a)"
      })
  void constraintsAreNoSyntaxErrors(String columns) {
    assertThatThrownBy(() -> SqlText.parse("CREATE TABLE t (" + columns + ")"))
        .isInstanceOfSatisfying(
            EngineException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_SUPPORTED));
  }
}
