package io.bauplan.tests.sqllogictest;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.tests.sqllogictest.ScriptRecord.SortMode;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ResultTextTest {
  private static final List<List<Object>> ROWS =
      List.of(Arrays.asList(20L, -2.75, "b\u00e9"), Arrays.asList(3L, null, ""));

  @Test
  void writesValuesByTheLetterOfTheirColumn() {
    assertThat(ResultText.values(ROWS, "IRT", SortMode.NOSORT))
        .containsExactly("20", "-2.750", "b@", "3", "NULL", "(empty)");
    assertThat(ResultText.text(-2.75, 'I')).isEqualTo("-2");
    assertThat(ResultText.text(new BigDecimal("61.9"), 'I')).isEqualTo("61");
    assertThat(ResultText.text("12 apples", 'I')).isEqualTo("12");
    assertThat(ResultText.text("apples", 'I')).isEqualTo("0");
  }

  @Test
  void sortsRowsAndValuesAsTexts() {
    assertThat(ResultText.values(ROWS, "IIT", SortMode.ROWSORT))
        .containsExactly("20", "-2", "b@", "3", "NULL", "(empty)");
    assertThat(ResultText.values(ROWS, "IIT", SortMode.VALUESORT))
        .containsExactly("(empty)", "-2", "20", "3", "NULL", "b@");
  }

  @Test
  void comparesWithAHashOfManyValues() {
    // md5 of "1\n2\n"
    List<String> hash = List.of("2 values hashing to 6ddb4095eb719e2a9f0a3f95677d24e0");
    assertThat(ResultText.matches(List.of("1", "2"), hash)).isTrue();
    assertThat(ResultText.matches(List.of("2", "1"), hash)).isFalse();
    assertThat(ResultText.matches(List.of("1", "2"), List.of("1", "3"))).isFalse();
  }
}
