package io.bauplan.sql.parser;

import static io.bauplan.sql.parser.SqlPrinter.print;
import static io.bauplan.sql.parser.SqlPrinter.string;
import static io.bauplan.sql.parser.StatementPrinter.at;
import static io.bauplan.sql.parser.StatementPrinter.create;
import static io.bauplan.sql.parser.StatementPrinter.ifNotExists;
import static io.bauplan.sql.parser.StatementPrinter.words;

import io.bauplan.sql.parser.CreateFunction.Body;
import io.bauplan.sql.parser.CreateFunction.Field;
import io.bauplan.sql.parser.CreateFunction.Parameter;
import io.bauplan.sql.parser.CreateFunction.Returns;
import java.util.List;
import java.util.stream.Collectors;

/// The part of [StatementPrinter] for `CREATE FUNCTION`.
final class FunctionPrinter {
  private FunctionPrinter() {}

  static String toSql(CreateFunction s) {
    return words(
        create(s.existing()),
        s.aggregate() ? "AGGREGATE FUNCTION" : "FUNCTION",
        ifNotExists(s.existing()),
        print(s.name()),
        s.parameters().stream()
            .map(FunctionPrinter::parameter)
            .collect(Collectors.joining(", ", "(", ")")),
        at(s.at()),
        "RETURNS",
        returns(s.returns()),
        "LANGUAGE",
        s.language().name(),
        s.runtimeVersion().map(v -> "RUNTIME_VERSION = " + string(v)).orElse(""),
        strings("PACKAGES", s.packages()),
        s.packagesAsOf().map(d -> "PACKAGES_AS_OF = DATE " + string(d.toString())).orElse(""),
        s.deterministic() ? "IMMUTABLE" : "VOLATILE",
        s.skipsNulls() ? "RETURNS NULL ON NULL INPUT" : "",
        s.handler().map(h -> "HANDLER = " + string(h)).orElse(""),
        strings("IMPORTS", s.imports()),
        s.memoryBytes().isPresent() ? "MEMORY = " + s.memoryBytes().getAsLong() : "",
        s.timeout().map(t -> "TIMEOUT = '" + t.toMillis() + " ms'").orElse(""),
        s.internetAccess() ? "INTERNET_ACCESS = TRUE" : "",
        s.body().map(FunctionPrinter::body).orElse(""));
  }

  private static String strings(String clause, List<String> values) {
    return values.isEmpty()
        ? ""
        : values.stream()
            .map(SqlPrinter::string)
            .collect(Collectors.joining(", ", clause + " = (", ")"));
  }

  private static String parameter(Parameter parameter) {
    return switch (parameter) {
      case Parameter.Table p ->
          words(
              print(p.name()),
              "TABLE",
              p.columns()
                  .map(
                      columns ->
                          columns.stream()
                              .map(FunctionPrinter::field)
                              .collect(Collectors.joining(", ", "(", ")")))
                  .orElse(""),
              p.semantics().name(),
              "SEMANTICS");
      case Parameter.Scalar p ->
          words(
              print(p.name()),
              print(p.type()),
              p.defaultValue().map(v -> "DEFAULT " + StatementPrinter.operand(v)).orElse(""));
    };
  }

  private static String field(Field field) {
    return words(print(field.name()), print(field.type()), field.nullable() ? "" : "NOT NULL");
  }

  private static String returns(Returns returns) {
    return switch (returns) {
      case Returns.AnyTable r -> "TABLE";
      case Returns.Scalar r -> print(r.type());
      case Returns.Table r ->
          r.columns().stream()
              .map(
                  c ->
                      words(
                          field(c.field()), c.lineage().map(l -> "LINEAGE " + print(l)).orElse("")))
              .collect(Collectors.joining(", ", "TABLE (", ")"));
    };
  }

  private static String body(Body body) {
    String text = body.text();
    return text.contains("$$") || text.endsWith("$") ? "AS " + string(text) : "AS $$" + text + "$$";
  }
}
