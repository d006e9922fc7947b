package io.bauplan.sql.parser;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.sql.parser.StatementSplitter.State;
import org.junit.jupiter.api.Test;

class StatementSplitterTest {
  @Test
  void tellsWhatATextEndsIn() {
    assertThat(state("SELECT 1;")).isEqualTo(State.COMPLETE);
    assertThat(state("SELECT 1; -- done")).isEqualTo(State.COMPLETE);
    assertThat(state("")).isEqualTo(State.COMPLETE);
    assertThat(state("SELECT 1")).isEqualTo(State.STATEMENT);
    assertThat(state("SELECT 'a;")).isEqualTo(State.STRING);
    assertThat(state("SELECT 'it''s';")).isEqualTo(State.COMPLETE);
    assertThat(state("SELECT E'it\\'s;")).isEqualTo(State.STRING);
    assertThat(state("SELECT \"a;")).isEqualTo(State.QUOTED_NAME);
    assertThat(state("CREATE FUNCTION f() AS $$ a;")).isEqualTo(State.BODY);
    assertThat(state("SELECT 1 /* ;")).isEqualTo(State.COMMENT);
  }

  @Test
  void leavesOutEmptyStatements() {
    assertThat(StatementSplitter.of(";; -- x\n ;").pieces()).isEmpty();
  }

  private static State state(String text) {
    return StatementSplitter.of(text).state();
  }
}
