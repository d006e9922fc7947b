package io.bauplan.udf.python;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.udf.api.InspectedFile;
import io.bauplan.udf.api.InspectedFunction;
import io.bauplan.udf.api.InspectedParameter;
import io.bauplan.udf.api.SourceInspector.SourceFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PythonSourceInspectorTest {
  private static final String LISTING =
      """
      import bauplan

      @bauplan.model()
      @bauplan.python("3.11", pip={"pandas": "2.0"})
      def euro_selection(
         data=bauplan.Model(
            "transactions",
            columns=["id", "usd", "country"],
            filter="eventTime BETWEEN 2023-01-01 AND 2023-02-01"
         )
      ):
        return data

      @bauplan.model(materialize=True)
      @bauplan.python("3.10", pip={"pandas": "1.5.3"})
      def usd_by_country(data=bauplan.Model("euro_selection")):
        return data
      """;

  @TempDir Path store;

  private InspectedFile inspect(String text) {
    return PythonSourceInspector.open(store)
        .inspect(List.of(new SourceFile("models.py", text)))
        .getFirst();
  }

  @Test
  void readsThePapersListing() {
    InspectedFile file = inspect(LISTING);

    assertThat(file.problems()).isEmpty();
    assertThat(file.functions())
        .extracting(InspectedFunction::name)
        .containsExactly("euro_selection", "usd_by_country");
    InspectedFunction first = file.functions().getFirst();
    assertThat(first.line()).isEqualTo(5);
    assertThat(first.environment().interpreterVersion()).contains("3.11");
    assertThat(first.environment().requirements()).containsExactly("pandas==2.0");
    assertThat(first.parameters().getFirst())
        .isInstanceOfSatisfying(
            InspectedParameter.ModelInput.class,
            input -> {
              assertThat(input.model()).isEqualTo("transactions");
              assertThat(input.columns()).contains(List.of("id", "usd", "country"));
              assertThat(input.filter()).contains("eventTime BETWEEN 2023-01-01 AND 2023-02-01");
              assertThat(input.filterLine()).isEqualTo(9);
              assertThat(input.filterColumn()).isEqualTo(15);
            });
    assertThat(file.functions().getLast().decorator("model").orElseThrow().truth("materialize"))
        .contains(true);
  }

  @Test
  void followsEveryWayToImportTheDecorators() {
    InspectedFile file =
        inspect(
            """
            import bauplan as bp
            from bauplan import model as node, Model, python
            @node(name="a")
            @python(pip={"polars": ">=1", "numpy": None}, packages_as_of="2024-06-30")
            def f(data=Model("t"), since=bp.Parameter("since"), *, flag=True):
              return data
            @bp.expectation()
            def g(data=bp.Model(name="a")):
              return True
            """);

    assertThat(file.problems()).isEmpty();
    InspectedFunction f = file.functions().getFirst();
    assertThat(f.decorator("model").orElseThrow().text("name")).contains("a");
    assertThat(f.environment().requirements()).containsExactly("polars>=1", "numpy");
    assertThat(f.environment().packagesAsOf()).contains(LocalDate.of(2024, 6, 30));
    assertThat(f.parameters())
        .extracting(p -> p.getClass().getSimpleName())
        .containsExactly("ModelInput", "RunParameter", "Plain");
    assertThat(file.functions().getLast().isExpectation()).isTrue();
  }

  @Test
  void placesADayThatIsNone() {
    InspectedFile file =
        inspect(
            """
            import bauplan
            @bauplan.model()
            @bauplan.python("3.11", packages_as_of="2024-06-31")
            def f(data=bauplan.Model("t")):
              return data
            """);

    assertThat(file.problems())
        .singleElement()
        .satisfies(
            p -> {
              assertThat(p.line()).isEqualTo(3);
              assertThat(p.message()).contains("packages_as_of");
            });
  }

  @Test
  void neverRunsTheFile() {
    Path trace = store.resolve("trace");

    InspectedFile file =
        inspect("open(%s, 'w')\nimport os; os._exit(3)\n".formatted("'" + trace + "'"));

    assertThat(file.problems()).isEmpty();
    assertThat(Files.exists(trace)).isFalse();
  }

  @Test
  void placesASyntaxError() {
    InspectedFile file = inspect("x = 1\ndef f(:\n  pass\n");

    assertThat(file.problems()).hasSize(1);
    assertThat(file.problems().getFirst().line()).isEqualTo(2);
    assertThat(file.problems().getFirst().column()).isEqualTo(7);
    assertThat(file.problems().getFirst().message()).contains("SyntaxError");
  }

  @Test
  void placesAnArgumentThatIsNoLiteral() {
    InspectedFile file =
        inspect(
            """
            import bauplan
            COLUMNS = ["a"]
            @bauplan.model(columns=COLUMNS)
            @bauplan.python(3.10)
            def f(data=bauplan.Model("t", filter=f"a > {1}")):
              return data
            """);

    assertThat(file.problems()).extracting(p -> p.line()).containsExactly(3, 4, 5);
    assertThat(file.problems().getFirst().column()).isEqualTo(24);
    assertThat(file.problems().get(1).remedy()).contains("\"3.11\"");
  }

  @Test
  void tellsAFileThatBringsTheParserDown() {
    SourceFile deep = new SourceFile("deep.py", "(".repeat(100_000) + ")".repeat(100_000));
    SourceFile nul = new SourceFile("nul.py", "x = 1\0");
    SourceFile good = new SourceFile("good.py", LISTING);

    List<InspectedFile> files = PythonSourceInspector.open(store).inspect(List.of(deep, nul, good));

    assertThat(files.get(0).problems()).hasSize(1);
    assertThat(files.get(1).problems()).hasSize(1);
    assertThat(files.get(2).functions()).hasSize(2);
  }

  @Test
  void findsNoFunctionInAnOrdinaryFile() {
    assertThat(inspect("def f():\n  return 1\n"))
        .isEqualTo(new InspectedFile("models.py", List.of(), List.of()));
    assertThat(inspect("").functions()).isEmpty();
  }
}
