package io.bauplan.tests.support;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// The 99 queries in 103 texts, out of an artefact of Apache Spark's tests (see the pom), with the
/// parameters that the specification validates with at scale 1.
public final class TpcdsQueries {
  private static final Set<Integer> TWO_PARTS = Set.of(14, 23, 24, 39);

  private TpcdsQueries() {}

  public static List<String> names() {
    return IntStream.rangeClosed(1, 99)
        .boxed()
        .flatMap(
            i ->
                TWO_PARTS.contains(i)
                    ? Stream.of("q" + i + "a", "q" + i + "b")
                    : Stream.of("q" + i))
        .toList();
  }

  /// The artefact names one column as drafts of the specification did.
  public static String text(String name) {
    try (InputStream in = TpcdsQueries.class.getResourceAsStream("/tpcds/" + name + ".sql")) {
      return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8)
          .replaceAll("c_last_review_date\\b", "c_last_review_date_sk");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Where data are few some divisors are 0, which is an error here (and in PostgreSQL and Trino)
  /// and NULL in DuckDB: such a divisor asks for NULL in words.
  public static String textWithNullForZeroDivisors(String name) {
    String sql = text(name);
    String changed =
        switch (name) {
          case "q12", "q20", "q98" ->
              sql.replaceFirst(
                  "/ (sum\\(sum\\(\\w+\\)\\)\\s+OVER\\s+\\(PARTITION BY i_class\\))",
                  "/ nullif($1, 0)");
          case "q90" ->
              sql.replaceFirst("/ (cast\\(pmc AS DECIMAL\\(15, 4\\)\\))", "/ nullif($1, 0)");
          default -> sql + " ";
        };
    if (changed.equals(sql)) {
      throw new IllegalStateException(name + " no longer has the divisor that is meant here");
    }
    return changed;
  }

  /// As DuckDB understands it: names in double quotes, no alias `at`, and its `concat` passes over
  /// NULLs, where `||` does as our `concat` does.
  public static String forDuckDb(String sql) {
    return sql.replace('`', '"')
        .replace(") at,", ") AS \"at\",")
        .replace("concat(c_last_name, ', ', c_first_name)", "c_last_name || ', ' || c_first_name");
  }
}
