package io.bauplan.sql.catalog;

import io.bauplan.sql.plan.TableRef;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// A condition that a table's rows are expected to satisfy, kept in the table's properties, so that
/// it is versioned and merged with the table. Every run that writes the table checks it before
/// anything is published. As with CHECK, a condition that is unknown holds.
///
/// @param condition SQL over the table's columns: of each row, or with aggregates of all of them
public record Expectation(String name, TableRef table, String condition) {
  private static final String PREFIX = "bauplan.expectation.";

  public static List<Expectation> of(CatalogTable table) {
    List<Expectation> expectations = new ArrayList<>();
    table
        .properties()
        .forEach(
            (key, value) -> {
              if (key.startsWith(PREFIX)) {
                expectations.add(
                    new Expectation(key.substring(PREFIX.length()), table.name(), value));
              }
            });
    expectations.sort(Comparator.comparing(Expectation::name));
    return expectations;
  }

  /// The property that keeps it.
  public String property() {
    return PREFIX + name;
  }

  /// A query for the number of rows that break it.
  public String violations() {
    return "SELECT count(*) FROM " + from() + " WHERE (" + condition + ") IS FALSE";
  }

  /// As `violations`, where the condition is one of all rows together: gives 0 or 1.
  public String violationsOfAll() {
    return "SELECT count(*) FROM (SELECT ("
        + condition
        + ") AS holds FROM "
        + from()
        + ") AS c WHERE holds IS FALSE";
  }

  private String from() {
    StringBuilder text = new StringBuilder();
    for (String level : table.namespace()) {
      text.append(quoted(level)).append('.');
    }
    return text.append(quoted(table.name())).toString();
  }

  private static String quoted(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }
}
