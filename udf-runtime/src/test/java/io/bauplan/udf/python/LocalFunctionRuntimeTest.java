package io.bauplan.udf.python;

import static io.bauplan.udf.python.RuntimeFixture.DOUBLE;
import static io.bauplan.udf.python.RuntimeFixture.LONG;
import static io.bauplan.udf.python.RuntimeFixture.PANDAS;
import static io.bauplan.udf.python.RuntimeFixture.PLAIN;
import static io.bauplan.udf.python.RuntimeFixture.TEXT;
import static io.bauplan.udf.python.RuntimeFixture.field;
import static io.bauplan.udf.python.RuntimeFixture.function;
import static io.bauplan.udf.python.RuntimeFixture.returning;
import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.udf.api.EnvironmentSpec;
import io.bauplan.udf.api.FunctionDefinition;
import io.bauplan.udf.api.FunctionDefinition.Style;
import io.bauplan.udf.api.FunctionLimits;
import io.bauplan.udf.api.FunctionSource;
import io.bauplan.udf.api.InvocationOutcome;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(ServedBy.class)
class LocalFunctionRuntimeTest {
  @Parameter ServedBy served;
  private static ServedBy path = ServedBy.DIRECT;
  private static RuntimeFixture fixture;

  @BeforeParameterizedClassInvocation
  static void open(ServedBy servedBy) throws IOException {
    path = servedBy;
    fixture = new RuntimeFixture(path);
  }

  @AfterParameterizedClassInvocation
  static void close() {
    fixture.close();
  }

  @BeforeEach
  void forgetPrints() {
    fixture.lines.clear();
  }

  @Test
  void importsTheOtherFilesOfTheProject() {
    FunctionDefinition plain =
        function(
            Style.MODEL,
            PLAIN,
            """
            import lib.dates
            from helpers import twice
            import packages, results

            def f(data):
                assert packages.OURS and results.OURS
                print(twice(lib.dates.YEAR))
                return data
            """);
    FunctionSource source =
        new FunctionSource(
            "models/f.py",
            plain.source().text(),
            1,
            Map.of(
                "helpers.py",
                "import dates\n\ndef twice(n):\n    return 2 * n + dates.YEAR - 2024\n",
                "lib/dates.py",
                "YEAR = 2024\n",
                "results.py",
                "OURS = True\n",
                "lib/packages.py",
                "OURS = True\n"),
            1);
    FunctionDefinition function =
        new FunctionDefinition(
            plain.name(),
            plain.language(),
            plain.handler(),
            source,
            plain.style(),
            plain.environment(),
            plain.parameters(),
            plain.returns(),
            plain.limits(),
            plain.deterministic());
    InvocationOutcome outcome = fixture.call(function, fixture.numbers(3));
    assertThat(fixture.rows(outcome)).hasSize(3);
    assertThat(fixture.lines).containsExactly("O:4048");
  }

  @Test
  void handsAModelItsTableAndTakesOneBack() {
    InvocationOutcome outcome =
        fixture.model(
            """
            def f(data):
              print("rows", data.num_rows, "batches", len(data.to_batches()))
              return data.select(["country", "id"])
            """);

    assertThat(fixture.rows(outcome)).containsExactly("null|0", "C1|1", "C2|2");
    assertThat(fixture.lines).containsExactly("O:rows 3 batches 1");
  }

  @Test
  void handsASqlFunctionADataFrameAndCastsItsResult() {
    var f =
        function(
            Style.SQL,
            PANDAS,
            """
            import pandas as pd
            def f(df):
              print(pd.__version__)
              df.loc[df.id > 1, "usd"] = 100
              df.loc[df.id <= 1, "usd"] = 0
              return df.groupby("country").agg(usd=("usd", "sum")).reset_index()
            """,
            returning(field("COUNTRY", TEXT), field("usd", LONG)),
            FunctionLimits.DEFAULT);

    assertThat(fixture.rows(fixture.call(f, fixture.numbers(3)))).containsExactly("C1|0", "C2|100");
    assertThat(fixture.lines).containsExactly("O:2.0.0");
  }

  @Test
  void runsTwoInterpretersWithTwoPandas() {
    EnvironmentSpec older =
        new EnvironmentSpec(Optional.of("3.10"), List.of("pandas==1.5.3"), Optional.empty());
    String text =
        """
        import sys, pandas, numpy
        def f(data):
          print(sys.version_info[:2], pandas.__version__, numpy.__version__.split(".")[0])
          return data.to_pandas()
        """;

    assertThat(fixture.rows(fixture.call(function(Style.MODEL, PANDAS, text), fixture.numbers(2))))
        .containsExactly("0|0.0|null", "1|0.5|C1");
    assertThat(fixture.rows(fixture.call(function(Style.MODEL, older, text), fixture.numbers(2))))
        .hasSize(2);
    assertThat(fixture.lines).containsExactly("O:(3, 11) 2.0.0 1", "O:(3, 10) 1.5.3 1");
  }

  @Test
  void tellsAnExceptionWithTheUsersFramesOnly() {
    InvocationOutcome outcome =
        fixture.model(
            """
            def helper(data):
              return data.column("nope")

            def f(data):
              return helper(data)
            """);

    assertThat(outcome)
        .isInstanceOfSatisfying(
            InvocationOutcome.UserFailed.class,
            failed -> {
              assertThat(failed.type()).isEqualTo("KeyError");
              assertThat(failed.line()).contains(2);
              assertThat(failed.traceback())
                  .contains("File \"models/f.py\", line 5, in f\n    return helper(data)")
                  .contains("File \"models/f.py\", line 2, in helper")
                  .doesNotContain("pyarrow")
                  .doesNotContain("function.py");
            });
  }

  @Test
  void castsToDeclaredTypesOrNamesColumnExpectedAndFound() {
    var f =
        function(
            Style.SQL,
            PLAIN,
            "def f(t):\n  return t.select(['country']).rename_columns(['usd'])\n",
            returning(field("usd", DOUBLE)),
            FunctionLimits.DEFAULT);

    assertThat(fixture.call(f, fixture.numbers(2)))
        .isInstanceOfSatisfying(
            InvocationOutcome.UserFailed.class,
            failed -> {
              assertThat(failed.type()).isEqualTo("WrongResult");
              assertThat(failed.message()).contains("'usd'").contains("double").contains("string");
            });
  }
}
