package io.bauplan.sql.parser;

import static io.bauplan.sql.parser.SqlPrinter.print;
import static io.bauplan.sql.parser.SqlPrinter.string;

import io.bauplan.sql.catalog.RefKind;
import io.bauplan.sql.explain.ExplainFormat;
import io.bauplan.sql.explain.Explanation;
import io.bauplan.sql.parser.DataStatement.MergeAction;
import io.bauplan.sql.parser.DefinitionStatement.ObjectKind;
import io.bauplan.sql.plan.PlannedStatement.Existing;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.jspecify.annotations.Nullable;

/// Writes a statement as text that parses to the same statement: shorthands written out, keywords
/// in upper case, comments and layout gone.
public final class StatementPrinter {
  private StatementPrinter() {}

  public static String toSql(Statement statement) {
    return switch (statement) {
      case Statement.Query s -> print(s.query());
      case Statement.Explain s -> explain(s.mode(), s.format()) + toSql(s.statement());
      case Statement.ExplainPipeline s ->
          explain(s.mode(), s.format()) + "PIPELINE " + string(s.directory());
      case Statement.Describe s -> "DESCRIBE " + print(s.query());
      case Statement.Summarize s -> "SUMMARIZE " + print(s.query());
      case Statement.Unsupported s -> s.text();
      case DataStatement s -> data(s);
      case DefinitionStatement s -> DefinitionPrinter.toSql(s);
      case ReferenceStatement s -> reference(s);
      case ShowStatement s -> show(s);
      case JobStatement s -> job(s);
      case SessionStatement s -> session(s);
    };
  }

  private static String explain(Explanation.Mode mode, ExplainFormat format) {
    String as = format == ExplainFormat.TEXT ? "" : "(FORMAT " + format + ") ";
    return "EXPLAIN " + mode + " " + as;
  }

  private static String data(DataStatement statement) {
    return switch (statement) {
      case DataStatement.Insert s ->
          words(
              s.overwrite() ? "INSERT OVERWRITE" : "INSERT INTO",
              print(s.table()),
              at(s.at()),
              list(s.columns()),
              s.byName() ? "BY NAME" : "",
              print(s.source()));
      case DataStatement.Update s ->
          words(
              "UPDATE",
              print(s.update().getTargetTable()),
              at(s.at()),
              alias(s.update().getAlias()),
              "SET",
              assignments(s.update().getTargetColumnList(), s.update().getSourceExpressionList()),
              s.from().map(from -> "FROM " + tableReference(from)).orElse(""),
              where(s.update().getCondition()));
      case DataStatement.Delete s ->
          words(
              "DELETE FROM",
              print(s.delete().getTargetTable()),
              at(s.at()),
              alias(s.delete().getAlias()),
              s.using().map(from -> "USING " + tableReference(from)).orElse(""),
              where(s.delete().getCondition()));
      case DataStatement.Merge s ->
          words(
              "MERGE INTO",
              print(s.table()),
              at(s.at()),
              s.alias().map(a -> "AS " + print(a)).orElse(""),
              "USING",
              tableReference(s.source()),
              "ON",
              print(s.condition()),
              s.actions().stream()
                  .map(StatementPrinter::mergeAction)
                  .collect(Collectors.joining(" ")));
      case DataStatement.Truncate s ->
          words("TRUNCATE TABLE", s.ifExists() ? "IF EXISTS" : "", print(s.table()), at(s.at()));
      case DataStatement.CopyInto s ->
          words(
              "COPY INTO",
              print(s.table()),
              at(s.at()),
              list(s.columns()),
              "FROM",
              string(s.uri()),
              s.format().map(f -> "FILE_FORMAT = " + f).orElse(""),
              options("", s.options()));
      case DataStatement.CopyTo s ->
          words(
              "COPY (" + print(s.query()) + ") TO",
              string(s.uri()),
              "FILE_FORMAT = " + s.format(),
              options("", s.options()));
    };
  }

  /// A query in FROM's place is written in parentheses.
  private static String tableReference(SqlNode node) {
    if (node.getKind() == org.apache.calcite.sql.SqlKind.JOIN) {
      // Calcite writes a join only within a query.
      return print(QueryShorthands.allOf(node)).replaceFirst("^SELECT \\*\\s+FROM ", "");
    }
    return node.isA(org.apache.calcite.sql.SqlKind.QUERY) ? "(" + print(node) + ")" : print(node);
  }

  private static String mergeAction(MergeAction action) {
    String when =
        action.when().sql() + action.condition().map(c -> " AND " + print(c)).orElse("") + " THEN ";
    return switch (action) {
      case MergeAction.Update a ->
          when
              + "UPDATE SET "
              + (a.columns().isEmpty() ? "*" : assignments(a.columns(), a.values()));
      case MergeAction.Delete ignored -> when + "DELETE";
      case MergeAction.Insert a when a.values().isEmpty() -> when + "INSERT *";
      case MergeAction.Insert a ->
          words(when + "INSERT", list(a.columns()), "VALUES (" + commas(a.values()) + ")");
    };
  }

  private static String alias(@Nullable SqlNode alias) {
    return alias == null ? "" : "AS " + print(alias);
  }

  private static String where(@Nullable SqlNode condition) {
    return condition == null ? "" : "WHERE " + print(condition);
  }

  private static String assignments(
      List<? extends @Nullable SqlNode> columns, List<? extends @Nullable SqlNode> values) {
    List<String> assignments = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      SqlNode column = columns.get(i);
      SqlNode value = values.get(i);
      if (column != null && value != null) {
        assignments.add(print(column) + " = " + operand(value));
      }
    }
    return String.join(", ", assignments);
  }

  private static String reference(ReferenceStatement statement) {
    return switch (statement) {
      case ReferenceStatement.Create s ->
          words(
              create(s.existing()),
              word(s.kind()),
              ifNotExists(s.existing()),
              quoted(s.name()),
              s.from().map(f -> "FROM " + version(f)).orElse(""));
      case ReferenceStatement.Drop s ->
          words("DROP", word(s.kind()), s.ifExists() ? "IF EXISTS" : "", quoted(s.name()));
      case ReferenceStatement.Assign s ->
          words("ALTER", word(s.kind()), quoted(s.name()), "ASSIGN", version(s.to()));
      case ReferenceStatement.Rename s ->
          words("ALTER", word(s.kind()), quoted(s.name()), "RENAME TO", quoted(s.newName()));
      case ReferenceStatement.Merge s ->
          words(
              "MERGE BRANCH",
              s.dryRun() ? "DRY RUN" : "",
              quoted(s.source().text()),
              s.into().map(i -> "INTO " + quoted(i)).orElse(""));
      case ReferenceStatement.Use s -> {
        String kind = s.version().kind() == Version.Kind.REFERENCE ? "REFERENCE " : "";
        yield "USE " + kind + version(s.version());
      }
      case ReferenceStatement.UseNamespace s -> "USE NAMESPACE " + print(s.namespace());
    };
  }

  private static String word(RefKind kind) {
    return kind == RefKind.TAG ? "TAG" : "BRANCH";
  }

  private static String show(ShowStatement statement) {
    return switch (statement) {
      case ShowStatement.Objects s ->
          words(
              "SHOW",
              s.listing().name(),
              s.in().map(n -> "IN " + print(n)).orElse(""),
              s.like().map(l -> "LIKE " + string(l)).orElse(""),
              at(s.at()));
      case ShowStatement.Columns s -> words("SHOW COLUMNS FROM", print(s.table()), at(s.at()));
      case ShowStatement.Create s ->
          words("SHOW CREATE", kind(s.kind()), print(s.name()), at(s.at()));
      case ShowStatement.Setting s -> "SHOW " + quoted(s.name());
    };
  }

  private static String job(JobStatement statement) {
    return switch (statement) {
      case JobStatement.RunPipeline s ->
          words(
              "RUN PIPELINE",
              string(s.directory()),
              s.branch().map(b -> "ON " + version(b)).orElse(""),
              options("WITH ", s.parameters()),
              s.dryRun() ? "DRY RUN" : "",
              s.strict() ? "STRICT" : "");
      case JobStatement.RerunJob s -> "RERUN JOB " + string(s.job());
      case JobStatement.Call s ->
          words(
              "CALL",
              print(s.procedure())
                  + s.arguments().stream()
                      .map(
                          a ->
                              a.name().map(n -> quoted(n) + " => ").orElse("") + operand(a.value()))
                      .collect(Collectors.joining(", ", "(", ")")),
              at(s.at()));
      case JobStatement.Maintain s ->
          words(
              s.kind().name(),
              "TABLE",
              print(s.table()),
              s.columns().isEmpty()
                  ? ""
                  : s.columns().stream()
                      .map(StatementPrinter::quoted)
                      .collect(Collectors.joining(", ", "(", ")")),
              options("WITH ", s.options()));
    };
  }

  private static String session(SessionStatement statement) {
    return switch (statement) {
      case SessionStatement.SetOption s ->
          s.value()
              .map(v -> "SET " + quoted(s.name()) + " = " + string(v))
              .orElse("RESET " + quoted(s.name()));
      case SessionStatement.ResetAll s -> "RESET ALL";
      case SessionStatement.Transaction s -> s.action().name();
    };
  }

  static String create(Existing existing) {
    return existing == Existing.REPLACE ? "CREATE OR REPLACE" : "CREATE";
  }

  static String ifNotExists(Existing existing) {
    return existing == Existing.KEEP ? "IF NOT EXISTS" : "";
  }

  static String kind(ObjectKind kind) {
    return kind.name().replace('_', ' ');
  }

  static String at(Optional<Version> version) {
    return version.map(v -> "AT " + version(v)).orElse("");
  }

  static String version(Version version) {
    String kind = version.kind() == Version.Kind.REFERENCE ? "" : version.kind().name() + " ";
    return kind + string(version.text());
  }

  static String quoted(String name) {
    return "\"" + name.replace("\"", "\"\"") + "\"";
  }

  static String options(String before, Map<String, String> options) {
    return options.isEmpty()
        ? ""
        : options.entrySet().stream()
            .map(e -> quoted(e.getKey()) + " = " + string(e.getValue()))
            .collect(Collectors.joining(", ", before + "(", ")"));
  }

  /// `(a, b)`, or nothing.
  static String list(Collection<? extends SqlNode> nodes) {
    return nodes.isEmpty() ? "" : "(" + commas(nodes) + ")";
  }

  static String commas(Collection<? extends SqlNode> nodes) {
    return nodes.stream().map(StatementPrinter::operand).collect(Collectors.joining(", "));
  }

  /// A query as a value needs parentheses.
  static String operand(SqlNode node) {
    return node.isA(org.apache.calcite.sql.SqlKind.QUERY) && !(node instanceof SqlNodeList)
        ? "(" + print(node) + ")"
        : print(node);
  }

  static String words(String... words) {
    StringBuilder text = new StringBuilder();
    for (String word : words) {
      if (!word.isEmpty()) {
        text.append(text.isEmpty() ? "" : " ").append(word);
      }
    }
    return text.toString();
  }
}
