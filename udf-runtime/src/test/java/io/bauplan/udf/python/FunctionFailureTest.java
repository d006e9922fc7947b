package io.bauplan.udf.python;

import static io.bauplan.udf.python.RuntimeFixture.LONG;
import static io.bauplan.udf.python.RuntimeFixture.PANDAS;
import static io.bauplan.udf.python.RuntimeFixture.PLAIN;
import static io.bauplan.udf.python.RuntimeFixture.field;
import static io.bauplan.udf.python.RuntimeFixture.function;
import static io.bauplan.udf.python.RuntimeFixture.limits;
import static io.bauplan.udf.python.RuntimeFixture.returning;
import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.udf.api.FunctionDefinition.Style;
import io.bauplan.udf.api.FunctionLimits;
import io.bauplan.udf.api.FunctionReturn;
import io.bauplan.udf.api.InvocationOutcome;
import io.bauplan.udf.api.InvocationOutcome.Limit;
import java.io.IOException;
import java.time.Duration;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(ServedBy.class)
class FunctionFailureTest {
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

  private static InvocationOutcome.UserFailed failed(InvocationOutcome outcome) {
    assertThat(outcome).isInstanceOf(InvocationOutcome.UserFailed.class);
    return (InvocationOutcome.UserFailed) outcome;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "None;None",
        "(data, data);tuple of 2",
        "3;type int",
        "str(3);type str",
        "{'a': 1};dict",
        "[1, 2];list",
        "data.column('id');ChunkedArray",
        "[{1: 2}];column names must be texts",
        "[{'a': 1}, {'a': 'x'}];column 'a'",
        "[];empty list",
        "data.select([]);without columns",
        "data.rename_columns(['a', 'a', 'b']);two columns named 'a'",
        "iter([]);list_iterator",
      })
  void refusesWhatIsNoTable(String expression, String said) {
    var failed = failed(fixture.model("def f(data):\n  return " + expression + "\n"));

    assertThat(failed.type()).isEqualTo("WrongResult");
    assertThat(failed.message()).contains("'f'").contains(said);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "df.id;to_frame",
        "df.rename(columns={'id': 'usd'});two columns named 'usd'",
        "df.assign(x=[1, 'a', None]);column 'x'",
      })
  void refusesDataFramesThatAreNoTable(String expression, String said) {
    var f = function(Style.SQL, PANDAS, "def f(df):\n  return " + expression + "\n");

    var failed = failed(fixture.call(f, fixture.numbers(3)));

    assertThat(failed.type()).isEqualTo("WrongResult");
    assertThat(failed.message()).contains(said);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "t.select(['usd']);did not return the column 'id'",
        "t.select(['id', 'usd']);'usd', which is not declared",
        "t.select(['id']).cast(pa.schema([('id', pa.string())]));holds string",
        "pa.table({'id': pa.array([2**63], pa.uint64())});int64",
        "pa.table({'id': pa.array([None], pa.int64())});NOT NULL",
      })
  void refusesWhatDiffersFromTheDeclaration(String expression, String said) {
    var declared =
        returning(
            new org.apache.arrow.vector.types.pojo.Field(
                "id", org.apache.arrow.vector.types.pojo.FieldType.notNullable(LONG), null));
    var f =
        function(
            Style.SQL,
            PLAIN,
            "import pyarrow as pa\ndef f(t):\n  return " + expression + "\n",
            declared,
            FunctionLimits.DEFAULT);

    assertThat(failed(fixture.call(f, fixture.numbers(3))).message()).contains(said);
  }

  @Test
  void pointsAtASyntaxErrorInTheUsersFile() {
    var failed = failed(fixture.model("x = 1\ndef f(data)\n  return data\n"));

    assertThat(failed.type()).isEqualTo("SyntaxError");
    assertThat(failed.line()).contains(2);
    assertThat(failed.traceback()).contains("models/f.py").contains("^");
  }

  @Test
  void namesTheFunctionsThereAreWhereTheHandlerIsMissing() {
    var failed = failed(fixture.model("def g(data):\n  return data\n"));

    assertThat(failed.message()).contains("'f'").contains("g");
  }

  @Test
  void remindsOfAnUndeclaredPackage() {
    var failed = failed(fixture.model("import sklearn\ndef f(data):\n  return data\n"));

    assertThat(failed.type()).isEqualTo("ModuleNotFoundError");
    assertThat(failed.message()).contains("sklearn").contains("pip=");
    assertThat(failed.line()).contains(1);
  }

  @Test
  void endsAFunctionThatTakesTooLong() {
    var f =
        function(
            Style.MODEL,
            PLAIN,
            "import time\ndef f(data):\n  print('begin')\n  time.sleep(60)\n",
            new FunctionReturn.InferredTable(),
            limits(Duration.ofMillis(1500), OptionalLong.empty(), 1 << 20));

    InvocationOutcome outcome = fixture.call(f, fixture.numbers(1));

    assertThat(outcome).isInstanceOf(InvocationOutcome.LimitExceeded.class);
    assertThat(((InvocationOutcome.LimitExceeded) outcome).limit()).isEqualTo(Limit.TIME);
    assertThat(((InvocationOutcome.LimitExceeded) outcome).message()).contains("1.5 s");
    assertThat(fixture.lines).containsExactly("O:begin");
  }

  @Test
  void endsAFunctionThatNeedsTooMuchMemory() {
    String text = "def f(data):\n  x = bytearray(600 << 20)\n  return data\n";
    FunctionLimits small = limits(Duration.ofMinutes(1), OptionalLong.of(400L << 20), 1 << 20);
    FunctionLimits large = limits(Duration.ofMinutes(1), OptionalLong.of(2L << 30), 1 << 20);
    var inferred = new FunctionReturn.InferredTable();

    InvocationOutcome outcome =
        fixture.call(function(Style.MODEL, PLAIN, text, inferred, small), fixture.numbers(1));

    assertThat(outcome).isInstanceOf(InvocationOutcome.LimitExceeded.class);
    assertThat(((InvocationOutcome.LimitExceeded) outcome).limit()).isEqualTo(Limit.MEMORY);
    assertThat(((InvocationOutcome.LimitExceeded) outcome).message())
        .contains("400 MB")
        .contains("models/f.py:2");
    assertThat(
            fixture.rows(
                fixture.call(
                    function(Style.MODEL, PLAIN, text, inferred, large), fixture.numbers(1))))
        .hasSize(1);
  }

  @Test
  void endsAFunctionThatReturnsTooMuch() {
    var f =
        function(
            Style.MODEL,
            PLAIN,
            "import pyarrow as pa\ndef f(data):\n  return pa.table({'x': list(range(1000000))})\n",
            new FunctionReturn.InferredTable(),
            limits(Duration.ofMinutes(1), OptionalLong.empty(), 1 << 20));

    InvocationOutcome outcome = fixture.call(f, fixture.numbers(1));

    assertThat(outcome).isInstanceOf(InvocationOutcome.LimitExceeded.class);
    assertThat(((InvocationOutcome.LimitExceeded) outcome).limit()).isEqualTo(Limit.OUTPUT);
  }

  @Test
  void tellsASegmentationFault() {
    InvocationOutcome outcome =
        fixture.model("import ctypes\ndef f(data):\n  ctypes.string_at(0)\n");

    assertThat(outcome).isInstanceOf(InvocationOutcome.Crashed.class);
    assertThat(((InvocationOutcome.Crashed) outcome).message()).contains("signal 11");
  }

  @Test
  void tellsAProcessThatLeavesWithoutAResult() {
    InvocationOutcome outcome = fixture.model("import os\ndef f(data):\n  os._exit(7)\n");

    assertThat(outcome).isInstanceOf(InvocationOutcome.Crashed.class);
    assertThat(((InvocationOutcome.Crashed) outcome).exitStatus()).isEqualTo(7);
  }

  @Test
  void tellsAnExit() {
    var failed = failed(fixture.model("import sys\ndef f(data):\n  sys.exit(4)\n"));

    assertThat(failed.type()).isEqualTo("SystemExit");
    assertThat(failed.message()).contains("exit(4)");
  }

  @Test
  void returnsAnExpectationsTruthAndKind() {
    String text = "import pyarrow.compute as pc\ndef f(data):\n  return %s\n";

    assertThat(fixture.rows(expectation(text.formatted("data.num_rows == 3"))))
        .containsExactly("true|bool");
    assertThat(fixture.rows(expectation(text.formatted("0")))).containsExactly("false|int");
    assertThat(failed(expectation(text.formatted("None"))).type()).isEqualTo("WrongResult");
    var asserted = failed(expectation("def f(data):\n  assert False, 'bad'\n"));
    assertThat(asserted.type()).isEqualTo("AssertionError");
    assertThat(asserted.message()).isEqualTo("bad");
  }

  private static InvocationOutcome expectation(String text) {
    return fixture.call(function(Style.EXPECTATION, PLAIN, text), fixture.numbers(3));
  }

  @Test
  void shiftsLinesOfABodyThatStandsInsideAStatement() {
    var whole = function(Style.SQL, PLAIN, "def f(t):\n  raise ValueError('no')\n");
    var shifted =
        new io.bauplan.udf.api.FunctionDefinition(
            whole.name(),
            whole.language(),
            whole.handler(),
            new io.bauplan.udf.api.FunctionSource("<function f>", whole.source().text(), 11),
            whole.style(),
            whole.environment(),
            whole.parameters(),
            returning(field("id", LONG)),
            whole.limits(),
            false);

    var failed = failed(fixture.call(shifted, fixture.numbers(1)));

    assertThat(failed.line()).contains(12);
    assertThat(failed.traceback())
        .isEqualTo(
            "Traceback (most recent call last):\n"
                + "  File \"<function f>\", line 12, in f\n"
                + "    raise ValueError('no')\n"
                + "ValueError: no\n");
  }
}
