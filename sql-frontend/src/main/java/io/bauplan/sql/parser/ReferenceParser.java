package io.bauplan.sql.parser;

import io.bauplan.sql.catalog.RefKind;
import io.bauplan.sql.parser.generated.ParseException;
import io.bauplan.sql.parser.generated.Token;
import io.bauplan.sql.plan.PlannedStatement.Existing;
import java.util.Locale;
import java.util.Optional;

/// Statements on branches and tags, and `USE`.
final class ReferenceParser {
  private final TokenReader reader;

  ReferenceParser(TokenReader reader) {
    this.reader = reader;
  }

  Statement parse() throws ParseException {
    Token first = reader.next();
    return switch (first.image.toUpperCase(Locale.ROOT)) {
      case "CREATE" -> create(first);
      case "DROP" -> {
        RefKind kind = kind();
        boolean ifExists = reader.ifExists();
        String name = reader.referenceName(noun(kind));
        ignoreCatalog();
        boolean forced = reader.accept("FORCE");
        yield new ReferenceStatement.Drop(kind, name, ifExists, reader.since(first));
      }
      case "ALTER" -> alter(first);
      case "MERGE" -> merge(first);
      default -> use(first);
    };
  }

  private Statement create(Token first) throws ParseException {
    Existing existing = reader.accept("OR", "REPLACE") ? Existing.REPLACE : Existing.FAIL;
    RefKind kind = kind();
    existing = reader.ifNotExists() ? Existing.KEEP : existing;
    String name = reader.referenceName(noun(kind));
    ignoreCatalog();
    Optional<Version> from = Optional.empty();
    if (reader.accept("FROM") || reader.accept("AT")) {
      from = Optional.of(reader.reference());
    }
    ignoreCatalog();
    return new ReferenceStatement.Create(kind, name, from, existing, reader.since(first));
  }

  private Statement alter(Token first) throws ParseException {
    RefKind kind = kind();
    String name = reader.referenceName(noun(kind));
    if (reader.accept("RENAME")) {
      reader.expect("TO");
      String newName = reader.referenceName(noun(kind));
      return new ReferenceStatement.Rename(kind, name, newName, reader.since(first));
    }
    reader.expect("ASSIGN");
    Version to = reader.reference();
    ignoreCatalog();
    return new ReferenceStatement.Assign(kind, name, to, reader.since(first));
  }

  private Statement merge(Token first) throws ParseException {
    reader.expect("BRANCH");
    boolean dryRun = dryRun();
    Version source = ReferenceText.readName(reader.parser, Version.Kind.BRANCH);
    ignoreCatalog();
    Optional<String> into = Optional.empty();
    if (reader.accept("INTO")) {
      boolean word = reader.at("BRANCH") && !ReferenceText.ends(reader.peek(2));
      if (word) {
        reader.next();
      }
      into = Optional.of(reader.referenceName("a branch name"));
    }
    ignoreCatalog();
    dryRun |= dryRun();
    return new ReferenceStatement.Merge(source, into, dryRun, reader.since(first));
  }

  private boolean dryRun() {
    if (!reader.at("DRY")) {
      return false;
    }
    reader.expect("DRY", "RUN");
    return true;
  }

  private Statement use(Token first) throws ParseException {
    if (reader.at("BRANCH")
        || reader.at("TAG")
        || reader.at("COMMIT")
        || reader.at("REFERENCE")
        || reader.at("REF")) {
      Version version = reader.reference();
      if (version.kind() != Version.Kind.REFERENCE || !isBareWord(version)) {
        ignoreCatalog();
        return new ReferenceStatement.Use(version, reader.since(first));
      }
      return new ReferenceStatement.UseNamespace(
          new org.apache.calcite.sql.SqlIdentifier(
              version.text(), TokenReader.position(version.position())),
          reader.since(first));
    }
    if (!ReferenceText.ends(reader.peek(2))) {
      boolean ignored =
          reader.accept("NAMESPACE") || reader.accept("SCHEMA") || reader.accept("DATABASE");
    }
    return new ReferenceStatement.UseNamespace(reader.name(), reader.since(first));
  }

  /// `USE branch`, where `branch` is the namespace's name.
  private static boolean isBareWord(Version version) {
    return switch (version.text().toUpperCase(Locale.ROOT)) {
      case "BRANCH", "TAG", "COMMIT", "REF", "REFERENCE" -> true;
      default -> false;
    };
  }

  /// Dremio's and Nessie's `IN catalog`: there is one catalog.
  private void ignoreCatalog() throws ParseException {
    if (reader.accept("IN")) {
      Object ignored = reader.name();
    }
  }

  private RefKind kind() {
    if (reader.accept("BRANCH")) {
      return RefKind.BRANCH;
    }
    reader.expect("TAG");
    return RefKind.TAG;
  }

  private static String noun(RefKind kind) {
    return kind == RefKind.TAG ? "a tag name" : "a branch name";
  }
}
