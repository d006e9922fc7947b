package io.bauplan.sql.catalog.iceberg;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.TableMetadata;
import org.jspecify.annotations.Nullable;

/// Which files `COPY INTO` has put into a table, so that none is put there twice. Each snapshot's
/// summary names its own; those of expired snapshots move to a table property. A snapshot that
/// replaced all rows forgets what came before it. So the list follows branches and rollbacks as the
/// rows do.
final class CopiedFiles {
  private static final String SUMMARY = "bauplan.copied-files";
  private static final String FORGET = "bauplan.copied-files.forget";

  /// Property of a table: of the snapshots that it no longer lists.
  static final String PROPERTY = "bauplan.copied-files.before";

  /// Of expired snapshots only the newest are remembered.
  private static final int MAX_REMEMBERED = 20_000;

  private CopiedFiles() {}

  /// What the current rows came from, oldest first.
  static Set<String> of(TableMetadata metadata) {
    List<Snapshot> chain = new ArrayList<>();
    @Nullable Snapshot snapshot = metadata.currentSnapshot();
    boolean forgotten = false;
    while (snapshot != null && !forgotten) {
      chain.addFirst(snapshot);
      forgotten = snapshot.summary().containsKey(FORGET);
      Long parent = snapshot.parentId();
      snapshot = parent == null ? null : metadata.snapshot(parent);
    }
    Set<String> files = new LinkedHashSet<>();
    if (!forgotten) {
      add(files, metadata.properties().get(PROPERTY));
    }
    chain.forEach(one -> add(files, one.summary().get(SUMMARY)));
    return files;
  }

  /// Those of some snapshots.
  static Set<String> of(List<Snapshot> snapshots) {
    Set<String> files = new LinkedHashSet<>();
    snapshots.forEach(snapshot -> add(files, snapshot.summary().get(SUMMARY)));
    return files;
  }

  private static void add(Set<String> files, @Nullable String text) {
    if (text != null && !text.isEmpty()) {
      files.addAll(List.of(text.split(",")));
    }
  }

  /// What a snapshot that puts them there says in its summary.
  static Map<String, String> summary(Set<String> files) {
    return files.isEmpty() ? Map.of() : Map.of(SUMMARY, String.join(",", files));
  }

  /// What a snapshot that replaces all rows says in its summary.
  static Map<String, String> forgetting() {
    return Map.of(FORGET, "true");
  }

  /// For a table about to lose snapshots: the property that keeps what they said.
  static Map<String, String> property(TableMetadata before) {
    List<String> all = new ArrayList<>(of(before));
    return all.isEmpty()
        ? Map.of()
        : Map.of(
            PROPERTY,
            String.join(",", all.subList(Math.max(0, all.size() - MAX_REMEMBERED), all.size())));
  }
}
