package io.bauplan.sql.catalog.iceberg;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.Expression;
import io.bauplan.sql.plan.Expression.And;
import io.bauplan.sql.plan.Expression.Cast;
import io.bauplan.sql.plan.Expression.Comparison;
import io.bauplan.sql.plan.Expression.Comparison.Operator;
import io.bauplan.sql.plan.Expression.InList;
import io.bauplan.sql.plan.Expression.InputRef;
import io.bauplan.sql.plan.Expression.Is;
import io.bauplan.sql.plan.Expression.Like;
import io.bauplan.sql.plan.Expression.Literal;
import io.bauplan.sql.plan.Expression.Not;
import io.bauplan.sql.plan.Expression.Or;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import org.apache.iceberg.Schema;
import org.junit.jupiter.api.Test;

final class ScanFiltersTest {
  private static final Schema SCHEMA =
      IcebergTypes.schema(
          List.of(
              new Column("i", DataType.INT32, true),
              new Column("f", DataType.FLOAT64, true),
              new Column("s", DataType.VARCHAR, true),
              new Column("d", DataType.DATE, true),
              new Column("ts", DataType.TIMESTAMP, true),
              new Column("m", new DataType.DecimalType(10, 2), true),
              new Column("b", DataType.BOOLEAN, true)));

  private static String convert(Expression filter) {
    return new ScanFilters(SCHEMA, IcebergTypes.columns(SCHEMA)).convert(filter).toString();
  }

  private static InputRef column(int index) {
    return new InputRef(index, IcebergTypes.columns(SCHEMA).get(index).column().type(), true);
  }

  private static Expression compare(int column, Operator operator, Object value) {
    return new Comparison(operator, column(column), new Literal(value, column(column).type()));
  }

  @Test
  void convertsComparisonsOfEveryLiteralType() {
    assertThat(convert(compare(0, Operator.EQUAL, 7L))).isEqualTo("ref(name=\"i\") == 7");
    assertThat(convert(compare(2, Operator.LESS, "x"))).isEqualTo("ref(name=\"s\") < \"x\"");
    assertThat(convert(compare(3, Operator.GREATER_OR_EQUAL, 19000L)))
        .isEqualTo("ref(name=\"d\") >= 19000");
    assertThat(convert(compare(4, Operator.LESS_OR_EQUAL, 1_000_000L)))
        .isEqualTo("ref(name=\"ts\") <= 1000000");
    assertThat(convert(compare(5, Operator.NOT_EQUAL, new BigDecimal("1.5"))))
        .isEqualTo("ref(name=\"m\") != 1.50");
    assertThat(convert(new Comparison(Operator.LESS, new Literal(7L, DataType.INT32), column(0))))
        .isEqualTo("ref(name=\"i\") > 7");
    assertThat(convert(column(6))).isEqualTo("ref(name=\"b\") == true");
  }

  @Test
  void keepsNaNAndNegativeZero() {
    assertThat(convert(compare(1, Operator.GREATER, 1.5)))
        .isEqualTo("(ref(name=\"f\") >= 1.5 or is_nan(ref(name=\"f\")))");
    assertThat(convert(compare(1, Operator.EQUAL, 0.0)))
        .isEqualTo("(ref(name=\"f\") >= -0.0 and ref(name=\"f\") <= 0.0)");
    assertThat(convert(compare(1, Operator.EQUAL, Double.NaN))).isEqualTo("true");
  }

  @Test
  void pushesNegationDown() {
    Expression less = compare(0, Operator.LESS, 1L);
    Expression isNull = new Is(Is.Test.NULL, column(2));
    assertThat(convert(new Not(new Or(List.of(less, isNull)))))
        .isEqualTo("(ref(name=\"i\") >= 1 and not_null(ref(name=\"s\")))");
    assertThat(convert(new Not(new And(List.of(less, isNull)))))
        .isEqualTo("(ref(name=\"i\") >= 1 or not_null(ref(name=\"s\")))");
    assertThat(convert(new Is(Is.Test.NOT_TRUE, less))).isEqualTo("true");
  }

  @Test
  void leavesOutWhatItCannotConvert() {
    Expression cast =
        new Comparison(
            Operator.EQUAL,
            new Cast(column(0), DataType.INT64, false),
            new Literal(1L, DataType.INT64));
    Expression less = compare(0, Operator.LESS, 1L);
    assertThat(convert(cast)).isEqualTo("true");
    assertThat(convert(new And(List.of(cast, less)))).isEqualTo("ref(name=\"i\") < 1");
    assertThat(convert(new Or(List.of(cast, less)))).isEqualTo("true");
    assertThat(convert(new Not(new And(List.of(cast, less))))).isEqualTo("true");
    assertThat(convert(compare(5, Operator.EQUAL, new BigDecimal("1.555")))).isEqualTo("true");
    assertThat(convert(compare(0, Operator.EQUAL, 1L << 40))).isEqualTo("true");
  }

  @Test
  void convertsListsAndPrefixes() {
    InList in =
        new InList(
            column(0),
            List.of(new Literal(1L, DataType.INT32), new Literal(2L, DataType.INT32)),
            false);
    assertThat(convert(in)).isEqualTo("ref(name=\"i\") in (1, 2)");
    assertThat(convert(new Not(in))).isEqualTo("true");
    assertThat(convert(like("ab%c"))).isEqualTo("ref(name=\"s\") startsWith \"\"ab\"\"");
    assertThat(convert(like("ab"))).isEqualTo("ref(name=\"s\") == \"ab\"");
    assertThat(convert(like("%b"))).isEqualTo("true");
  }

  private static Expression like(String pattern) {
    return new Like(
        column(2), new Literal(pattern, DataType.VARCHAR), Optional.empty(), true, false);
  }

  @Test
  void comparisonsWithNullHoldNever() {
    assertThat(
            convert(new Comparison(Operator.EQUAL, column(0), new Literal(null, DataType.INT32))))
        .isEqualTo("false");
    assertThat(convert(new Literal(null, DataType.BOOLEAN))).isEqualTo("false");
  }
}
