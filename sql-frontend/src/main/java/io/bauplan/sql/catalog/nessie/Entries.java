package io.bauplan.sql.catalog.nessie;

import io.bauplan.sql.catalog.Catalog.EntryKind;
import io.bauplan.sql.catalog.Catalog.EntryName;
import io.bauplan.sql.catalog.CatalogEntry;
import io.bauplan.sql.catalog.CatalogTable;
import io.bauplan.sql.catalog.PinnedRef;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.error.NearestName;
import io.bauplan.sql.plan.TableRef;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.projectnessie.error.NessieNotFoundException;
import org.projectnessie.model.Content;
import org.projectnessie.model.ContentKey;
import org.projectnessie.model.DiffResponse.DiffEntry;
import org.projectnessie.model.IcebergTable;
import org.projectnessie.model.IcebergView;
import org.projectnessie.model.Namespace;
import org.projectnessie.model.UDF;

/// Reads tables, views and functions at a commit.
final class Entries {
  private final NessieStore store;
  private final Contents contents;

  Entries(NessieStore store, Contents contents) {
    this.store = store;
    this.contents = contents;
  }

  static @Nullable EntryKind kind(Content.Type type) {
    if (type.equals(Content.Type.ICEBERG_TABLE)) {
      return EntryKind.TABLE;
    }
    if (type.equals(Content.Type.ICEBERG_VIEW)) {
      return EntryKind.VIEW;
    }
    return type.equals(Content.Type.UDF) ? EntryKind.FUNCTION : null;
  }

  Optional<CatalogEntry> find(PinnedRef at, TableRef name) {
    return contents
        .canonical(at.commit(), Contents.key(name))
        .flatMap(
            key ->
                contents
                    .get(at.commit(), key)
                    .flatMap(content -> entry(Contents.name(key), content)));
  }

  private Optional<CatalogEntry> entry(TableRef name, Content content) {
    return switch (content) {
      case IcebergTable table ->
          Optional.of(
              new CatalogEntry.Table(store.tables().table(name, table.getMetadataLocation())));
      case IcebergView view -> Optional.of(store.view(name, view.getMetadataLocation()));
      case UDF function ->
          Optional.of(
              new CatalogEntry.Function(
                  name, store.functions().read(FunctionContent.location(name, function))));
      case Namespace ignored -> Optional.empty();
      default ->
          throw new EngineException(
              ErrorCode.NOT_SUPPORTED,
              name + " is a " + content.getType().name() + ", which this engine does not read");
    };
  }

  /// The folder of a table.
  String location(PinnedRef at, TableRef name) {
    return table(at, name).location();
  }

  /// Snapshots of a table that [io.bauplan.sql.catalog.CatalogUpkeep#expireSnapshots] may take out.
  int oldSnapshots(PinnedRef at, TableRef name, java.time.Instant olderThan, int retainLast) {
    CatalogTable table = table(at, name);
    long old =
        table.snapshots().stream()
            .filter(s -> s.id() != table.currentSnapshotId())
            .filter(s -> s.timestampMillis() < olderThan.toEpochMilli())
            .count();
    return table.snapshots().size() <= retainLast ? 0 : (int) old;
  }

  private CatalogTable table(PinnedRef at, TableRef name) {
    return find(at, name)
        .filter(CatalogEntry.Table.class::isInstance)
        .map(entry -> ((CatalogEntry.Table) entry).table())
        .orElseThrow(() -> missing(at, name, EntryKind.TABLE));
  }

  Optional<TableRef> canonical(PinnedRef at, TableRef name) {
    return contents
        .canonical(at.commit(), Contents.key(name))
        .filter(
            key ->
                contents
                    .get(at.commit(), key)
                    .filter(content -> !(content instanceof Namespace))
                    .isPresent())
        .map(Contents::name);
  }

  List<EntryName> list(PinnedRef at, Optional<List<String>> namespace) {
    Optional<List<String>> wanted =
        namespace.map(levels -> levels.isEmpty() ? levels : canonicalNamespace(at, levels));
    List<EntryName> names = new ArrayList<>();
    contents
        .names(at.commit())
        .keys()
        .forEach(
            (key, type) -> {
              EntryKind kind = kind(type);
              TableRef name = Contents.name(key);
              if (kind != null && wanted.map(name.namespace()::equals).orElse(true)) {
                names.add(new EntryName(name, kind));
              }
            });
    names.sort(Comparator.comparing(entry -> entry.name().dotted()));
    return names;
  }

  private List<String> canonicalNamespace(PinnedRef at, List<String> levels) {
    return contents
        .canonical(at.commit(), Contents.key(levels))
        .map(ContentKey::getElements)
        .orElse(levels);
  }

  List<TableRef> changedBetween(PinnedRef from, PinnedRef to) {
    if (from.commit().equals(to.commit())) {
      return List.of();
    }
    try (Stream<DiffEntry> diff =
        store
            .api()
            .getDiff()
            .fromRef(References.detached(from))
            .toRef(References.detached(to))
            .stream()) {
      return diff.filter(
              entry ->
                  !(entry.getFrom() instanceof Namespace) && !(entry.getTo() instanceof Namespace))
          .map(entry -> Contents.name(entry.getKey()))
          .sorted(Comparator.comparing(TableRef::dotted))
          .toList();
    } catch (NessieNotFoundException | RuntimeException e) {
      throw NessieErrors.failed("compare " + from + " with " + to, e);
    }
  }

  /// The error for a name that is not there, offering the nearest that is.
  EngineException missing(PinnedRef at, TableRef name, EntryKind kind) {
    List<TableRef> all =
        list(at, Optional.empty()).stream()
            .filter(entry -> entry.kind() == kind)
            .map(EntryName::name)
            .toList();
    Optional<String> hint =
        NearestName.hint(name.dotted(), all.stream().map(TableRef::dotted).toList());
    if (hint.isEmpty()) {
      hint =
          all.stream()
              .filter(other -> other.name().equalsIgnoreCase(name.name()))
              .map(other -> "did you mean \"" + other.dotted() + "\"?")
              .findFirst();
    }
    String branch = at.name().isEmpty() ? at.toString() : "\"" + at.name() + "\"";
    return new EngineException(
        kind == EntryKind.FUNCTION ? ErrorCode.FUNCTION_NOT_FOUND : ErrorCode.TABLE_NOT_FOUND,
        "there is no " + word(kind) + " " + name + " on " + branch,
        null,
        hint.orElse(null),
        null);
  }

  static String word(EntryKind kind) {
    return switch (kind) {
      case TABLE -> "table";
      case VIEW -> "view";
      case FUNCTION -> "function";
    };
  }
}
