package io.bauplan.sql.logical;

import io.bauplan.sql.catalog.Catalog;
import io.bauplan.sql.catalog.CatalogEntry;
import io.bauplan.sql.catalog.CatalogTable;
import io.bauplan.sql.catalog.PinnedRef;
import io.bauplan.sql.catalog.RefKind;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.error.NearestName;
import io.bauplan.sql.error.SourcePosition;
import io.bauplan.sql.parser.Version;
import io.bauplan.sql.plan.TableRef;
import io.bauplan.sql.session.Session;
import io.bauplan.sql.validator.Positions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.apache.calcite.sql.SqlIdentifier;

/// Names of catalog objects at one commit, unqualified ones in one namespace.
public final class CatalogNames {
  private final Catalog catalog;
  private final PinnedRef at;
  private final List<String> namespace;
  private final BiConsumer<TableRef, Optional<CatalogEntry>> onLookup;

  public CatalogNames(Catalog catalog, PinnedRef at, List<String> namespace) {
    this(catalog, at, namespace, (name, entry) -> {});
  }

  /// @param onLookup told of every full name looked up and what was there
  CatalogNames(
      Catalog catalog,
      PinnedRef at,
      List<String> namespace,
      BiConsumer<TableRef, Optional<CatalogEntry>> onLookup) {
    this.catalog = catalog;
    this.at = at;
    this.namespace = namespace;
    this.onLookup = onLookup;
  }

  /// The commit that a version written in a statement stands for, or the session's.
  ///
  /// @param base reference that timestamps are relative to
  public static PinnedRef pin(Catalog catalog, String base, Version version) {
    String reference =
        switch (version.kind()) {
          case BRANCH, TAG, REFERENCE -> version.text();
          case COMMIT -> version.text().startsWith("@") ? version.text() : "@" + version.text();
          case TIMESTAMP -> base.replaceAll("[@*~].*", "") + "*" + version.text();
          case SNAPSHOT ->
              throw new EngineException(
                  ErrorCode.INVALID_STATEMENT,
                  "a snapshot belongs to one table; a branch, tag, commit or timestamp is expected"
                      + " here",
                  version.position());
        };
    PinnedRef ref;
    try {
      ref = catalog.resolve(reference);
    } catch (EngineException e) {
      throw e.position().isPresent() ? e : e.withPosition(version.position());
    }
    if (version.kind() == Version.Kind.TAG && ref.kind() == RefKind.BRANCH
        || version.kind() == Version.Kind.BRANCH && ref.kind() == RefKind.TAG) {
      throw new EngineException(
          ErrorCode.REF_NOT_FOUND,
          "\""
              + version.text()
              + "\" is a "
              + word(ref.kind())
              + ", not a "
              + word(version.kind() == Version.Kind.TAG ? RefKind.TAG : RefKind.BRANCH),
          version.position());
    }
    return ref;
  }

  private static String word(RefKind kind) {
    return switch (kind) {
      case BRANCH -> "branch";
      case TAG -> "tag";
      case DETACHED -> "commit";
    };
  }

  /// The branch that a write goes to: as the statement says, otherwise the session's.
  public static PinnedRef writable(Catalog catalog, Session session, Optional<Version> version) {
    PinnedRef ref =
        version.isPresent()
            ? pin(catalog, session.reference(), version.get())
            : catalog.resolve(session.reference());
    boolean head =
        ref.kind() == RefKind.BRANCH
            && !version.map(Version::text).orElse(session.reference()).matches(".*[@*~].*");
    if (!head) {
      String text = version.map(Version::text).orElse(session.reference());
      throw new EngineException(
          ErrorCode.INVALID_STATEMENT,
          "writing takes a branch, but "
              + text
              + " is "
              + (ref.kind() == RefKind.TAG ? "a tag" : "a commit of the past"),
          version.map(Version::position).orElse(null),
          "USE BRANCH ..., or name one: ... AT BRANCH b.",
          null);
    }
    return ref;
  }

  /// Full names that `names` can mean, likeliest first.
  List<TableRef> candidates(List<String> names) {
    List<String> inNamespace = new ArrayList<>(namespace);
    inNamespace.addAll(names.subList(0, names.size() - 1));
    TableRef relative = new TableRef(inNamespace, names.getLast());
    return names.size() == 1 ? List.of(relative) : List.of(absolute(names), relative);
  }

  private static TableRef absolute(List<String> names) {
    return new TableRef(names.subList(0, names.size() - 1), names.getLast());
  }

  public Optional<CatalogEntry> find(List<String> names) {
    for (TableRef candidate : candidates(names)) {
      Optional<CatalogEntry> entry = catalog.find(at, candidate);
      onLookup.accept(candidate, entry);
      if (entry.isPresent()) {
        return entry;
      }
    }
    return Optional.empty();
  }

  /// The full name of an object to be created.
  public TableRef created(SqlIdentifier name) {
    checkName(name);
    return name.isSimple() ? new TableRef(namespace, name.getSimple()) : absolute(name.names);
  }

  private static void checkName(SqlIdentifier name) {
    if (name.names.stream().anyMatch(part -> part.isBlank() || part.indexOf('\0') >= 0)) {
      throw new EngineException(
          ErrorCode.INVALID_STATEMENT,
          "a name must not be empty",
          Positions.of(name.getParserPosition()));
    }
    String first = name.names.getFirst();
    if (!name.isSimple()
        && (first.equalsIgnoreCase("sys") || first.equalsIgnoreCase("information_schema"))) {
      throw new EngineException(
          ErrorCode.INVALID_STATEMENT,
          "the namespace " + first + " belongs to the system",
          Positions.of(name.getParserPosition()));
    }
  }

  /// The full name of an object to be dropped or changed, whether it exists or not.
  public TableRef mentioned(SqlIdentifier name) {
    return find(name.names).map(CatalogEntry::name).orElseGet(() -> created(name));
  }

  /// The table of that name.
  public CatalogTable table(SqlIdentifier name) {
    SourcePosition position = Positions.of(name.getParserPosition());
    CatalogEntry entry =
        find(name.names).orElseThrow(() -> notFound("table", name.names, position));
    return switch (entry) {
      case CatalogEntry.Table(CatalogTable table) -> table;
      case CatalogEntry.View view ->
          throw new EngineException(
              ErrorCode.INVALID_STATEMENT,
              "\"" + view.name() + "\" is a view; its rows are changed through the tables it reads",
              position);
      case CatalogEntry.Function function ->
          throw new EngineException(
              ErrorCode.INVALID_STATEMENT,
              "\"" + function.name() + "\" is a function, not a table",
              position);
    };
  }

  /// The error for a name that does not exist, with the nearest one that does.
  public EngineException notFound(String what, List<String> names, SourcePosition position) {
    String wanted = String.join(".", names);
    List<String> known =
        catalog.list(at, Optional.empty()).stream()
            .map(
                entry ->
                    names.size() == 1 && entry.name().namespace().equals(namespace)
                        ? entry.name().name()
                        : entry.name().dotted())
            .toList();
    return new EngineException(
        ErrorCode.TABLE_NOT_FOUND,
        what + " \"" + wanted + "\" does not exist on " + at.name(),
        position,
        NearestName.hint(wanted, known)
            .or(() -> elsewhere(names.getLast(), known))
            .orElseGet(
                () ->
                    known.isEmpty()
                        ? "There are no tables on " + at.name() + " yet."
                        : "SHOW TABLES lists what there is."),
        null);
  }

  /// The same name in another namespace.
  private static Optional<String> elsewhere(String name, List<String> known) {
    return known.stream()
        .filter(
            other -> other.toLowerCase(Locale.ROOT).endsWith("." + name.toLowerCase(Locale.ROOT)))
        .map(other -> "did you mean \"" + other + "\"?")
        .findFirst();
  }
}
