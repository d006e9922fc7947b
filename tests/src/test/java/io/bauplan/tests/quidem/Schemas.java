package io.bauplan.tests.quidem;

import io.bauplan.exec.engine.Engine;
import io.bauplan.sql.session.Session;
import io.bauplan.tests.support.EngineRows;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.zip.ZipFile;

/// The schemas that scripts use, as namespaces of a warehouse. `scott` and `foodmart` come from
/// their artefacts, which hold a script of HSQLDB; the small ones are written out in
/// `quidem/schemas.sql`.
final class Schemas {
  private static final int ROWS_PER_INSERT = 2000;

  /// Tables of foodmart that scripts read; the other forty hold a million rows.
  private static final Set<String> FOODMART =
      Set.of(
          "customer",
          "days",
          "department",
          "employee",
          "product",
          "product_class",
          "promotion",
          "sales_fact_1997",
          "store");

  private final Engine engine;
  private final Path artefacts;
  private final Set<String> loaded = new HashSet<>();

  Schemas(Engine engine, Path artefacts) {
    this.engine = engine;
    this.artefacts = artefacts;
  }

  /// The session that `!use` of a schema means; loads its tables first.
  Session use(String name) throws IOException {
    String schema = schemaOf(name);
    load(schema);
    if (schema.equals("post")) {
      load("hr");
    }
    return Session.DEFAULT.withNamespace(List.of(schema));
  }

  /// `scott-mysql` is scott with MySQL's functions; here all functions are there always.
  private static String schemaOf(String name) {
    String base = name.toLowerCase(Locale.ROOT).replaceFirst("-.*", "");
    return switch (base) {
      case "mysqlfunc", "oraclefunc", "mssqlfunc", "sparkfunc", "aux" -> "post";
      case "catchall" -> "s";
      default -> base;
    };
  }

  private void load(String schema) throws IOException {
    if (!loaded.add(schema)) {
      return;
    }
    EngineRows.run(engine, "CREATE NAMESPACE \"" + schema + "\"");
    Session session = Session.DEFAULT.withNamespace(List.of(schema));
    switch (schema) {
      case "scott", "jdbc_scott" -> loadScript("scott.jar", "scott.script", session, Set.of());
      case "foodmart" -> loadScript("foodmart.jar", "foodmart.script", session, FOODMART);
      default -> {
        for (String statement : written(schema)) {
          EngineRows.run(engine, session, statement);
        }
      }
    }
  }

  /// Statements of `schemas.sql` under the head `-- schema NAME`.
  private static List<String> written(String schema) throws IOException {
    try (InputStream in = Schemas.class.getResourceAsStream("/quidem/schemas.sql")) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      for (String part : text.split("(?m)^-- schema ")) {
        if (part.startsWith(schema + "\n")) {
          return java.util.Arrays.stream(part.substring(part.indexOf('\n')).split(";\\s*\n"))
              .map(String::strip)
              .filter(statement -> !statement.isEmpty())
              .toList();
        }
      }
    }
    return List.of();
  }

  /// Runs what a script of HSQLDB says: tables, then their rows.
  private void loadScript(String jar, String entry, Session session, Set<String> only)
      throws IOException {
    Map<String, List<String>> rows = new LinkedHashMap<>();
    try (ZipFile zip = new ZipFile(artefacts.resolve(jar).toFile());
        BufferedReader in =
            new BufferedReader(
                new InputStreamReader(
                    zip.getInputStream(zip.getEntry(entry)), StandardCharsets.UTF_8))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        if (line.startsWith("CREATE MEMORY TABLE ")) {
          String table = line.replaceFirst("^CREATE MEMORY TABLE \\S+?\\.\"(\\w+)\".*", "$1");
          if (only.isEmpty() || only.contains(table)) {
            EngineRows.run(
                engine,
                session,
                line.replaceFirst("^CREATE MEMORY TABLE \\S+?\\.(\"\\w+\")\\(", "CREATE TABLE $1 (")
                    .replaceAll("CHARACTER\\(", "VARCHAR("));
          }
        } else if (line.startsWith("INSERT INTO \"")) {
          int end = line.indexOf('"', 13);
          String table = line.substring(13, end);
          if (only.isEmpty() || only.contains(table)) {
            List<String> values = rows.computeIfAbsent(table, ignored -> new ArrayList<>());
            values.add(unescaped(line.substring(line.indexOf('('))));
            if (values.size() == ROWS_PER_INSERT) {
              insert(session, table, values);
            }
          }
        }
      }
    }
    rows.forEach((table, values) -> insert(session, table, values));
  }

  private void insert(Session session, String table, List<String> values) {
    if (!values.isEmpty()) {
      EngineRows.run(
          engine, session, "INSERT INTO \"" + table + "\" VALUES " + String.join(",\n", values));
      values.clear();
    }
  }

  /// HSQLDB writes what is not ASCII as a backslash, `u` and four hexadecimal digits.
  private static String unescaped(String text) {
    return text.contains("\\u")
        ? java.util.regex.Pattern.compile("\\\\u([0-9a-f]{4})")
            .matcher(text)
            .replaceAll(
                match ->
                    java.util.regex.Matcher.quoteReplacement(
                        String.valueOf((char) Integer.parseInt(match.group(1), 16))))
        : text;
  }
}
