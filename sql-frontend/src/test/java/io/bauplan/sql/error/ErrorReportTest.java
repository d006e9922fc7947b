package io.bauplan.sql.error;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ErrorReportTest {
  @Test
  void underlinesThePlace() {
    EngineException error =
        new EngineException(
            ErrorCode.COLUMN_NOT_FOUND,
            "there is no column amout",
            new SourcePosition("", 2, 3, 2, 7),
            "did you mean \"amount\"?",
            null);
    assertThat(ErrorReport.render(error, "SELECT\n  amout\nFROM t"))
        .isEqualTo(
            """
            error: there is no column amout
              line 2, column 3
                  amout
                  ^^^^^
            hint: did you mean "amount"?""");
  }

  @Test
  void widensTabsAndWideLettersAlike() {
    EngineException error =
        new EngineException(
            ErrorCode.SYNTAX_ERROR, "unexpected `x`", SourcePosition.at("m.sql", 1, 4));
    assertThat(ErrorReport.render(error, "\t日本x"))
        .isEqualTo("error: unexpected `x`\n  m.sql, line 1, column 4\n        日本x\n            ^");
  }

  @Test
  void showsTheMiddleOfALongLineAndNoControlCharacters() {
    EngineException error =
        new EngineException(ErrorCode.SYNTAX_ERROR, "no", SourcePosition.at(1, 1001));
    String report = ErrorReport.render(error, "a".repeat(1000) + "\u001b" + "b".repeat(1000));
    assertThat(report).contains("...").doesNotContain("\u001b");
    assertThat(report.lines()).allMatch(line -> line.length() < 140);
  }

  @Test
  void standsAPlaceOutsideTheText() {
    EngineException error =
        new EngineException(ErrorCode.SYNTAX_ERROR, "no", new SourcePosition("", 9, 9, 9, 9));
    assertThat(ErrorReport.render(error, "a")).isEqualTo("error: no\n  line 9, column 9");
    assertThat(ErrorReport.oneLine(error)).isEqualTo("no (line 9, column 9)");
  }
}
