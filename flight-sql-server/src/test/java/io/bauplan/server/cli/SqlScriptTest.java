package io.bauplan.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SqlScriptTest {
  @Test
  void splitsAtSemicolonsOutsideQuotesCommentsAndBodies() {
    String text =
        """
        SELECT ';', "a;b", `c;d` -- not; here
        FROM t; /* nor; here */ CREATE FUNCTION f AS $$ x = 1; y = 'it''s' $$;
        SELECT 'it''s; one'""";
    SqlScript.Parts parts = SqlScript.split(text);
    assertThat(parts.statements()).hasSize(2);
    assertThat(parts.statements().get(1)).endsWith("$$ x = 1; y = 'it''s' $$");
    assertThat(parts.rest().strip()).isEqualTo("SELECT 'it''s; one'");
    assertThat(parts.inside()).isFalse();
    assertThat(parts.all()).hasSize(3);
  }

  @Test
  void knowsThatAnOpenQuoteGoesOn() {
    assertThat(SqlScript.split("SELECT 'a;").inside()).isTrue();
    assertThat(SqlScript.split("CREATE FUNCTION f AS $$ a; b;").inside()).isTrue();
    assertThat(SqlScript.split("SELECT 1 /* ;").inside()).isTrue();
  }

  @Test
  void findsNoStatementInCommentsAndEmptyOnes() {
    assertThat(SqlScript.split(" ; ;-- only a comment\n;/* and another */").all()).isEmpty();
  }
}
