package io.bauplan.server.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class NamePatternTest {
  @Test
  void understandsWildcardsAndEscapes() {
    assertThat(NamePattern.like("tra%").matches("Transactions")).isTrue();
    assertThat(NamePattern.like("t_x").matches("tax")).isTrue();
    assertThat(NamePattern.like("t\\_x").matches("tax")).isFalse();
    assertThat(NamePattern.like("t\\_x").matches("t_x")).isTrue();
    assertThat(NamePattern.like("a.c").matches("abc")).isFalse();
    assertThat(NamePattern.like("").matches("a")).isFalse();
    assertThat(NamePattern.ALL.matches("anything")).isTrue();
  }
}
