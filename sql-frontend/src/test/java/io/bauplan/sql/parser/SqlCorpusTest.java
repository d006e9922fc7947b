package io.bauplan.sql.parser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The dialect, statement by statement: `valid.sql` and `invalid.txt`.
class SqlCorpusTest {
  static Stream<String> valid() {
    return entries("valid.sql");
  }

  static Stream<String> invalid() {
    return entries("invalid.txt");
  }

  static Stream<String> tpch() {
    return IntStream.rangeClosed(1, 22).mapToObj(i -> read("/tpch/q%02d.sql".formatted(i)));
  }

  static Stream<String> entries(String resource) {
    return Arrays.stream(read(resource).split("\n\n+"))
        .map(String::strip)
        .filter(entry -> !entry.isEmpty())
        .skip(1);
  }

  private static String read(String resource) {
    try (InputStream in =
        Objects.requireNonNull(SqlCorpusTest.class.getResourceAsStream(resource), resource)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @MethodSource({"valid", "tpch"})
  void printsBackWhatItParsed(String sql) {
    Statement first = SqlText.parse(sql);
    String printed = StatementPrinter.toSql(first);
    Statement second = SqlText.parse(printed);
    assertThat(StatementDifference.between(first, second)).as(printed).isEmpty();
    assertThat(StatementPrinter.toSql(second)).isEqualTo(printed);
  }

  @ParameterizedTest
  @MethodSource("invalid")
  void namesPlaceAndCauseOfAnError(String entry) {
    int end = entry.lastIndexOf('\n');
    String sql = entry.substring(0, end);
    EngineException error = catchThrowableOfType(EngineException.class, () -> SqlText.parse(sql));
    assertThat(error).as("accepted").isNotNull();
    var position = error.position().orElseThrow();
    String found =
        "%d:%d-%d %s%s"
            .formatted(
                position.line(),
                position.column(),
                position.endColumn(),
                error.getMessage(),
                error.hint().map(hint -> " | " + hint).orElse(""));
    assertThat(found).isEqualTo(entry.substring(end + 1));
    assertThat(error.code()).isEqualTo(ErrorCode.SYNTAX_ERROR);
  }

  @Test
  void refusesWhatTheCorpusHoldsOfConstraints() {
    EngineException error =
        catchThrowableOfType(
            EngineException.class,
            () -> SqlText.parse("CREATE TABLE t (a INT, FOREIGN KEY (a) REFERENCES u (b))"));
    assertThat(error.code()).isEqualTo(ErrorCode.NOT_SUPPORTED);
  }
}
