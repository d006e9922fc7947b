package io.bauplan.exec.operator;

import static io.bauplan.exec.operator.PlanFixture.type;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.Expression;
import io.bauplan.sql.plan.Expression.Call;
import io.bauplan.sql.plan.Expression.Cast;
import io.bauplan.sql.plan.Expression.Like;
import io.bauplan.sql.plan.Expression.Literal;
import io.bauplan.sql.plan.PhysicalPlan;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Casts and functions of single values, written as SQL means them.
class ScalarFunctionTest {
  private PlanFixture fixture;

  @BeforeEach
  void open() {
    fixture = new PlanFixture();
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  private Object eval(Expression expression) {
    PhysicalPlan one =
        new PhysicalPlan.Values(type("x", DataType.INT64), List.<List<Object>>of(List.of(1L)));
    return fixture
        .run(new PhysicalPlan.Project(one, List.of(expression), type("v", expression.type())))
        .getFirst()
        .getFirst();
  }

  private static Literal text(String value) {
    return new Literal(value, DataType.VARCHAR);
  }

  private static Literal number(long value) {
    return new Literal(value, DataType.INT64);
  }

  private Object cast(Object value, DataType from, DataType to) {
    return eval(new Cast(new Literal(value, from), to, false));
  }

  private Object call(String function, DataType type, Expression... arguments) {
    return eval(new Call(function, List.of(arguments), type, true));
  }

  @Test
  void castsText() {
    assertThat(cast(" -42 ", DataType.VARCHAR, DataType.INT32)).isEqualTo(-42L);
    assertThat(cast("-9223372036854775808", DataType.VARCHAR, DataType.INT64))
        .isEqualTo(Long.MIN_VALUE);
    assertThat(cast("1.5e3", DataType.VARCHAR, DataType.FLOAT64)).isEqualTo(1500.0);
    assertThat(cast("2.345", DataType.VARCHAR, new DataType.DecimalType(5, 2)))
        .isEqualTo(new BigDecimal("2.35"));
    assertThat(cast("2024-02-29", DataType.VARCHAR, DataType.DATE)).isEqualTo(19782L);
    assertThat(cast("1970-01-01T00:00:01.5+01:00", DataType.VARCHAR, DataType.TIMESTAMP_TZ))
        .isEqualTo(-3598500000L);
    assertThat(cast("yes", DataType.VARCHAR, DataType.BOOLEAN)).isEqualTo(true);
    assertThat(cast(1.0, DataType.FLOAT64, DataType.VARCHAR)).isEqualTo("1.0");
    assertThat(cast(1e20, DataType.FLOAT64, DataType.VARCHAR)).isEqualTo("1e+20");
    assertThat(cast(1500000L, DataType.TIMESTAMP, DataType.VARCHAR))
        .isEqualTo("1970-01-01 00:00:01.5");
    assertThat(cast(-1L, DataType.DATE, DataType.VARCHAR)).isEqualTo("1969-12-31");
  }

  @Test
  void castsNumbers() {
    assertThat(cast(2.5, DataType.FLOAT64, DataType.INT32)).isEqualTo(3L);
    assertThat(cast(-2.5, DataType.FLOAT64, DataType.INT32)).isEqualTo(-3L);
    assertThat(
            cast(
                new BigDecimal("1.25"),
                new DataType.DecimalType(3, 2),
                new DataType.DecimalType(3, 1)))
        .isEqualTo(new BigDecimal("1.3"));
    assertThat(cast(7L, DataType.INT64, new DataType.DecimalType(38, 10)))
        .isEqualTo(new BigDecimal("7.0000000000"));
  }

  @Test
  void badCastsAreErrorsAndSafeOnesNull() {
    assertCode(new Cast(text("abc"), DataType.INT32, false), ErrorCode.INVALID_CAST);
    assertCode(new Cast(text("2023-02-29"), DataType.DATE, false), ErrorCode.INVALID_DATETIME);
    assertCode(new Cast(text("300"), DataType.INT8, false), ErrorCode.NUMERIC_OVERFLOW);
    assertCode(
        new Cast(new Literal(1e300, DataType.FLOAT64), DataType.INT64, false),
        ErrorCode.NUMERIC_OVERFLOW);
    assertThat(eval(new Cast(text("abc"), DataType.INT32, true))).isNull();
  }

  private void assertCode(Expression expression, ErrorCode code) {
    assertThatThrownBy(() -> eval(expression))
        .isInstanceOfSatisfying(EngineException.class, e -> assertThat(e.code()).isEqualTo(code));
  }

  @Test
  void decimalsAreExact() {
    DataType wide = new DataType.DecimalType(38, 4);
    Expression product =
        new Expression.Arithmetic(
            Expression.Arithmetic.Operator.MULTIPLY,
            new Literal(new BigDecimal("12345678901234567.89"), new DataType.DecimalType(19, 2)),
            new Literal(new BigDecimal("98765432101.23"), new DataType.DecimalType(13, 2)),
            wide);
    assertThat(eval(product))
        .isEqualTo(
            new BigDecimal("12345678901234567.89").multiply(new BigDecimal("98765432101.23")));
    Expression overflow =
        new Expression.Arithmetic(
            Expression.Arithmetic.Operator.MULTIPLY,
            new Literal(new BigDecimal("99999999999999999999"), new DataType.DecimalType(20, 0)),
            new Literal(new BigDecimal("99999999999999999999"), new DataType.DecimalType(20, 0)),
            new DataType.DecimalType(38, 0));
    assertCode(overflow, ErrorCode.NUMERIC_OVERFLOW);
  }

  @Test
  void likeMatches() {
    assertThat(like("hello world", "%o w%")).isEqualTo(true);
    assertThat(like("hello", "h_llo")).isEqualTo(true);
    assertThat(like("hällo", "h_llo")).isEqualTo(true);
    assertThat(like("hello", "h_lo")).isEqualTo(false);
    assertThat(like("abcabc", "%abc")).isEqualTo(true);
    assertThat(like("ab", "a%b%b")).isEqualTo(false);
    assertThat(like("", "%")).isEqualTo(true);
    assertThat(eval(new Like(text("50%"), text("50!%"), Optional.of("!"), true, false)))
        .isEqualTo(true);
    assertThat(eval(new Like(text("ABC"), text("a_c"), Optional.empty(), false, false)))
        .isEqualTo(true);
  }

  private Object like(String value, String pattern) {
    return eval(new Like(text(value), text(pattern), Optional.empty(), true, false));
  }

  @Test
  void textFunctions() {
    DataType varchar = DataType.VARCHAR;
    assertThat(call("upper", varchar, text("grüße"))).isEqualTo("GRÜSSE");
    assertThat(call("substring", varchar, text("héllo"), number(2), number(3))).isEqualTo("éll");
    assertThat(call("substring", varchar, text("hello"), number(-1), number(4))).isEqualTo("he");
    assertThat(call("char_length", DataType.INT32, text("héllo wörld"))).isEqualTo(11L);
    assertThat(call("trim", varchar, text("BOTH"), text(" "), text("  x "))).isEqualTo("x");
    assertThat(call("position", DataType.INT32, text("l"), text("héllo"))).isEqualTo(3L);
    assertThat(call("concat", varchar, text("a"), text("b"))).isEqualTo("ab");
    assertThat(call("lpad", varchar, text("7"), number(3), text("0"))).isEqualTo("007");
  }

  @Test
  void timeFunctions() {
    Literal jan31 = new Literal(30L, DataType.DATE);
    assertThat(
            call(
                "datetime_add",
                DataType.DATE,
                jan31,
                new Literal(1L, DataType.INTERVAL_YEAR_MONTH)))
        .isEqualTo(58L);
    assertThat(
            call(
                "date_trunc",
                DataType.TIMESTAMP,
                text("month"),
                new Literal(40 * 86_400_000_000L + 5, DataType.TIMESTAMP)))
        .isEqualTo(31 * 86_400_000_000L);
    assertThat(eval(new Expression.Extract(Expression.Extract.Unit.YEAR, jan31))).isEqualTo(1970L);
  }

  @Test
  void numberFunctions() {
    assertThat(
            call(
                "round",
                new DataType.DecimalType(5, 2),
                new Literal(new BigDecimal("2.345"), new DataType.DecimalType(5, 3)),
                number(2)))
        .isEqualTo(new BigDecimal("2.35"));
    assertThat(call("abs", DataType.INT64, number(-5))).isEqualTo(5L);
    assertThat(
            call(
                "power",
                DataType.FLOAT64,
                new Literal(2.0, DataType.FLOAT64),
                new Literal(10.0, DataType.FLOAT64)))
        .isEqualTo(1024.0);
    assertThat(call("greatest", DataType.INT64, number(3), number(9), number(4))).isEqualTo(9L);
  }
}
