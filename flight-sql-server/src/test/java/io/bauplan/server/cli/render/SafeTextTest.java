package io.bauplan.server.cli.render;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SafeTextTest {
  @Test
  void escapesWhatATerminalWouldObey() {
    assertThat(SafeText.line("a\u001b[2Jb\rc\nd\u009be")).isEqualTo("a\\u001b[2Jb\\rc\\nd\\u009be");
    assertThat(SafeText.line("right\u202eleft")).isEqualTo("right\\u202eleft");
  }

  @Test
  void keepsLinesWhereAsked() {
    assertThat(SafeText.lines("a\n\tb\u0007")).isEqualTo("a\n\tb\\u0007");
  }

  @Test
  void leavesOrdinaryTextAsItIs() {
    String text = "Zoë 日本 😀 x";
    assertThat(SafeText.line(text)).isSameAs(text);
  }

  @Test
  void measuresWideCharacters() {
    assertThat(SafeText.width("日本")).isEqualTo(4);
    assertThat(SafeText.width("e\u0301")).isEqualTo(1);
  }

  @Test
  void cutsToColumnsNotCharacters() {
    assertThat(SafeText.fit("日本語です", 6)).isEqualTo("日本…");
    assertThat(SafeText.width(SafeText.fit("日本語です", 6))).isLessThanOrEqualTo(6);
    assertThat(SafeText.fit("abc", 3)).isEqualTo("abc");
  }
}
