package io.bauplan.tests.support;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;

/// The 22 queries, which `sql-frontend` also plans as golden files.
public final class TpchQueries {
  private TpchQueries() {}

  public static List<String> names() {
    return IntStream.rangeClosed(1, 22).mapToObj(i -> String.format("q%02d", i)).toList();
  }

  public static String text(String name) {
    try (InputStream in = TpchQueries.class.getResourceAsStream("/tpch/" + name + ".sql")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
