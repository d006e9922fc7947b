package io.bauplan.sql.session;

import io.bauplan.sql.catalog.Catalog.EntryKind;
import io.bauplan.sql.catalog.Catalog.EntryName;
import io.bauplan.sql.catalog.CatalogEntry;
import io.bauplan.sql.catalog.Commit;
import io.bauplan.sql.catalog.PinnedRef;
import io.bauplan.sql.catalog.RefKind;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.error.NearestName;
import io.bauplan.sql.logical.CatalogNames;
import io.bauplan.sql.logical.QueryPlanner;
import io.bauplan.sql.logical.StatementContext;
import io.bauplan.sql.parser.ShowStatement;
import io.bauplan.sql.parser.SqlText;
import io.bauplan.sql.parser.Statement;
import io.bauplan.sql.parser.Version;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.PlannedStatement;
import io.bauplan.sql.plan.RowType;
import io.bauplan.sql.validator.Positions;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlNode;

/// `SHOW` and `DESCRIBE`: rows about the catalog and the session.
final class ShowPlanner {
  /// Commits that SHOW LOGS lists; sys.commits has a WHERE.
  private static final int MAX_COMMITS = 1_000;

  private final StatementContext context;

  ShowPlanner(StatementContext context) {
    this.context = context;
  }

  PlannedStatement plan(ShowStatement statement) {
    return switch (statement) {
      case ShowStatement.Objects show -> objects(show);
      case ShowStatement.Columns show -> {
        StatementContext at = context.at(pin(show.at()));
        yield new ShowPlanner(at).describeTable(show.table());
      }
      case ShowStatement.Create show -> create(show);
      case ShowStatement.Setting show -> setting(show);
    };
  }

  private PinnedRef pin(Optional<Version> at) {
    return at.map(v -> CatalogNames.pin(context.catalog(), context.session().reference(), v))
        .orElse(context.at());
  }

  PlannedStatement describe(SqlNode query) {
    return columns(new QueryPlanner(context).columns(query));
  }

  private PlannedStatement describeTable(SqlIdentifier table) {
    Statement statement = SqlText.parse("SELECT * FROM " + table.toSqlString(dialect()).getSql());
    return describe(((Statement.Query) statement).query());
  }

  private static org.apache.calcite.sql.SqlDialect dialect() {
    return org.apache.calcite.sql.dialect.AnsiSqlDialect.DEFAULT;
  }

  private PlannedStatement columns(RowType row) {
    Listing listing = new Listing().text("column_name").text("data_type").text("nullable");
    for (Column column : row.columns()) {
      listing.row(column.name(), column.type().sql(), column.nullable() ? "YES" : "NO");
    }
    return listing.query(context.at());
  }

  private PlannedStatement objects(ShowStatement.Objects show) {
    PinnedRef at = pin(show.at());
    Pattern like = Listing.like(show.like().orElse("%"));
    return switch (show.listing()) {
      case TABLES -> entries(show, at, like, List.of(EntryKind.TABLE, EntryKind.VIEW));
      case VIEWS -> entries(show, at, like, List.of(EntryKind.VIEW));
      case FUNCTIONS -> entries(show, at, like, List.of(EntryKind.FUNCTION));
      case NAMESPACES -> {
        Listing listing = new Listing().text("namespace");
        for (List<String> namespace : context.catalog().namespaces(at)) {
          String name = String.join(".", namespace);
          if (like.matcher(name).matches()) {
            listing.row(name);
          }
        }
        yield listing.query(at);
      }
      case BRANCHES -> references(RefKind.BRANCH, like);
      case TAGS -> references(RefKind.TAG, like);
      case LOGS -> logs(at);
      case JOBS -> ((PlannedStatement) query("SELECT * FROM sys.jobs"));
      case SETTINGS -> settings(like);
    };
  }

  private PlannedStatement query(String sql) {
    return new QueryPlanner(context).query(((Statement.Query) SqlText.parse(sql)).query());
  }

  private PlannedStatement entries(
      ShowStatement.Objects show, PinnedRef at, Pattern like, List<EntryKind> kinds) {
    Listing listing = new Listing().text("namespace").text("name").text("kind");
    Optional<List<String>> in = show.in().map(n -> List.copyOf(n.names));
    if (in.isPresent()
        && context.catalog().namespaces(at).stream().noneMatch(n -> same(n, in.get()))) {
      throw new EngineException(
          ErrorCode.NAMESPACE_NOT_FOUND,
          "namespace \"" + String.join(".", in.get()) + "\" does not exist on " + at.name(),
          Positions.of(show.in().get().getParserPosition()));
    }
    for (EntryName entry : context.catalog().list(at, Optional.empty())) {
      boolean there = in.isEmpty() || same(entry.name().namespace(), in.get());
      if (there && kinds.contains(entry.kind()) && like.matcher(entry.name().name()).matches()) {
        listing.row(
            String.join(".", entry.name().namespace()), entry.name().name(), entry.kind().name());
      }
    }
    return listing.query(at);
  }

  private static boolean same(List<String> namespace, List<String> wanted) {
    return String.join("\0", namespace).equalsIgnoreCase(String.join("\0", wanted));
  }

  private PlannedStatement references(RefKind kind, Pattern like) {
    Listing listing = new Listing().text("name").text("commit");
    for (PinnedRef ref : context.catalog().references()) {
      if (ref.kind() == kind && like.matcher(ref.name()).matches()) {
        listing.row(ref.name(), ref.commit());
      }
    }
    return listing.query(context.at());
  }

  private PlannedStatement logs(PinnedRef at) {
    Listing listing =
        new Listing()
            .text("commit")
            .column("time", DataType.TIMESTAMP_TZ)
            .text("author")
            .text("message")
            .text("job_id");
    for (Commit commit : context.catalog().log(at, MAX_COMMITS)) {
      listing.row(
          commit.id(),
          SystemTables.micros(commit.time()),
          commit.author(),
          commit.message(),
          commit.properties().get("bauplan.job"));
    }
    return listing.query(at);
  }

  private PlannedStatement settings(Pattern like) {
    Listing listing = new Listing().text("name").text("value");
    new TreeMap<>(CatalogTables.settings(context.session()))
        .forEach(
            (name, value) -> {
              if (like.matcher(name).matches()) {
                listing.row(name, value);
              }
            });
    return listing.query(context.at());
  }

  private static final List<String> LISTINGS =
      java.util.Arrays.stream(ShowStatement.Listing.values()).map(Enum::name).toList();

  private PlannedStatement setting(ShowStatement.Setting show) {
    var settings = CatalogTables.settings(context.session());
    String value = settings.get(show.name());
    if (value == null) {
      throw new EngineException(
          ErrorCode.INVALID_ARGUMENT,
          "there is no setting \"" + show.name() + "\"",
          show.position(),
          NearestName.hint(show.name(), settings.keySet())
              .or(
                  () ->
                      NearestName.nearest(show.name(), LISTINGS).map(w -> "Write SHOW " + w + "."))
              .orElse("SHOW SETTINGS lists them."),
          null);
    }
    return new Listing().text(show.name()).row(value).query(context.at());
  }

  private PlannedStatement create(ShowStatement.Create show) {
    PinnedRef at = pin(show.at());
    CatalogNames names = new CatalogNames(context.catalog(), at, context.session().namespace());
    CatalogEntry entry =
        names
            .find(show.name().names)
            .orElseThrow(
                () ->
                    names.notFound(
                        show.kind().name().toLowerCase(java.util.Locale.ROOT).replace('_', ' '),
                        show.name().names,
                        Positions.of(show.name().getParserPosition())));
    return new Listing().text("statement").row(CreateText.of(entry)).query(at);
  }
}
