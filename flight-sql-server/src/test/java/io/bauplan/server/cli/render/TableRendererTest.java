package io.bauplan.server.cli.render;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class TableRendererTest {
  @Test
  void alignsNumbersRightAndShowsNull() {
    TableRenderer table = new TableRenderer(List.of("name", "n"), new boolean[] {false, true});
    table.add(List.of("日本", "1"));
    table.add(Arrays.asList(null, "1000"));
    assertThat(table.render(0))
        .isEqualTo(
            """
            ┌──────┬──────┐
            │ name │ n    │
            ├──────┼──────┤
            │ 日本 │    1 │
            │ NULL │ 1000 │
            └──────┴──────┘
            """);
  }

  @Test
  void cutsTheWidestColumnsToFitTheTerminal() {
    TableRenderer table = new TableRenderer(List.of("a", "b"), new boolean[2]);
    table.add(List.of("x".repeat(100), "short"));
    String text = table.render(40);
    assertThat(text.lines())
        .allSatisfy(line -> assertThat(SafeText.width(line)).isLessThanOrEqualTo(40));
    assertThat(text).contains("short").contains("…");
  }
}
