package io.bauplan.sql.catalog.nessie;

import io.bauplan.sql.catalog.CatalogUpkeep;
import io.bauplan.sql.catalog.CommitInfo;
import io.bauplan.sql.catalog.PinnedRef;
import io.bauplan.sql.catalog.iceberg.TableFileWalk;
import io.bauplan.sql.catalog.iceberg.TableFileWalk.OnMissing;
import io.bauplan.sql.catalog.iceberg.WarehouseFileIO;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.TableRef;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.projectnessie.client.api.NessieApiV2;
import org.projectnessie.error.NessieNotFoundException;
import org.projectnessie.model.CommitMeta;
import org.projectnessie.model.Content;
import org.projectnessie.model.ContentKey;
import org.projectnessie.model.Detached;
import org.projectnessie.model.FetchOption;
import org.projectnessie.model.IcebergTable;
import org.projectnessie.model.IcebergView;
import org.projectnessie.model.LogResponse.LogEntry;
import org.projectnessie.model.Operation;
import org.projectnessie.model.UDF;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Mark and sweep over all branches and tags. Marked is what any head reaches, and what any of them
/// has reached since the horizon: the contents at the last commit before it, and everything put
/// since.
final class Upkeep implements CatalogUpkeep {
  private static final Logger LOG = LoggerFactory.getLogger(Upkeep.class);

  /// Contents asked for at once.
  private static final int CONTENTS_PER_REQUEST = 200;

  private final NessieStore store;
  private final References references;
  private final Contents contents;
  private final Entries entries;
  private final TableWrites writes;

  Upkeep(
      NessieStore store,
      References references,
      Contents contents,
      Entries entries,
      TableWrites writes) {
    this.store = store;
    this.references = references;
    this.contents = contents;
    this.entries = entries;
    this.writes = writes;
  }

  @Override
  public void rollback(String branch, TableRef table, long snapshotId, CommitInfo info) {
    writes.update(branch, table, info, update -> update.rollback(snapshotId));
  }

  @Override
  public int expireSnapshots(
      String branch, TableRef table, Instant olderThan, int retainLast, CommitInfo info) {
    // Tried on the head first, so that nothing is committed where nothing is old.
    PinnedRef head = references.branch(branch);
    int[] expired = {0};
    if (entries.oldSnapshots(head, table, olderThan, retainLast) > 0) {
      writes.update(
          branch,
          table,
          info,
          update -> expired[0] = update.expire(olderThan.toEpochMilli(), retainLast));
    }
    return expired[0];
  }

  @Override
  public void setStatistics(
      String branch,
      TableRef table,
      long snapshotId,
      List<ColumnSketch> sketches,
      CommitInfo info) {
    writes.update(branch, table, info, update -> update.setStatistics(snapshotId, sketches));
  }

  @Override
  public Swept sweep(
      PinnedRef at, Optional<TableRef> table, Instant olderThan, Instant horizon, boolean dryRun) {
    if (!(store.io() instanceof WarehouseFileIO files)) {
      throw new EngineException(
          ErrorCode.NOT_SUPPORTED, "the files of this warehouse cannot be listed");
    }
    String folder = table.map(t -> entries.location(at, t)).orElse(store.warehouse());
    String inside = TableFileWalk.normal(store.warehouse());
    if (!(TableFileWalk.normal(folder) + "/").startsWith(inside + "/")) {
      throw new EngineException(
          ErrorCode.NOT_SUPPORTED,
          "the folder " + folder + " is outside of the warehouse: others may keep files there",
          null,
          "remove its files by hand",
          null);
    }
    // Listed before marking: what is written and committed in between is not in the list.
    List<WarehouseFileIO.Listed> candidates =
        new ArrayList<>(
            files.list(folder).stream()
                .filter(file -> file.changedMillis() < olderThan.toEpochMilli())
                .toList());
    Set<String> reached = reached(horizon);
    candidates.removeIf(file -> reached.contains(TableFileWalk.normal(file.location())));
    // A state is gone with its metadata: that first, so that none is ever there in part.
    candidates.sort(Comparator.comparing(file -> !file.location().endsWith(".metadata.json")));
    if (!dryRun) {
      for (WarehouseFileIO.Listed file : candidates) {
        files.deleteFile(file.location());
        store.tables().forget(file.location());
      }
      LOG.info("upkeep.sweep deleted={} folder={}", candidates.size(), folder);
    }
    return new Swept(
        candidates.stream().map(WarehouseFileIO.Listed::location).toList(),
        candidates.stream().mapToLong(WarehouseFileIO.Listed::bytes).sum());
  }

  private Set<String> reached(Instant horizon) {
    TableFileWalk walk = new TableFileWalk(store.tables());
    Set<String> done = new HashSet<>();
    for (PinnedRef reference : references.list()) {
      if (done.add(reference.commit())) {
        markAll(reference.commit(), walk, OnMissing.FAIL);
      }
    }
    for (PinnedRef reference : references.list()) {
      markPast(reference, horizon, walk, done);
    }
    return walk.reached();
  }

  /// States of a reference since the horizon.
  private void markPast(
      PinnedRef reference, Instant horizon, TableFileWalk walk, Set<String> done) {
    NessieApiV2 api = store.api();
    try (Stream<LogEntry> log =
        api.getCommitLog().fetch(FetchOption.ALL).reference(References.named(reference)).stream()) {
      for (LogEntry entry : (Iterable<LogEntry>) log::iterator) {
        CommitMeta meta = entry.getCommitMeta();
        String hash = String.valueOf(meta.getHash());
        Instant time = meta.getCommitTime();
        if (time != null && time.isBefore(horizon)) {
          // The state at the horizon.
          if (done.add(hash)) {
            markAll(hash, walk, OnMissing.SKIP);
          }
          return;
        }
        List<Operation> operations = entry.getOperations();
        if (operations != null) {
          for (Operation operation : operations) {
            if (operation instanceof Operation.Put put) {
              mark(put.getContent(), walk, OnMissing.SKIP);
            }
          }
        }
      }
    } catch (NessieNotFoundException e) {
      throw NessieErrors.failed("read the log of " + reference, e);
    }
  }

  private void markAll(String commit, TableFileWalk walk, OnMissing onMissing) {
    List<ContentKey> keys = new ArrayList<>(contents.names(commit).keys().keySet());
    try {
      for (int i = 0; i < keys.size(); i += CONTENTS_PER_REQUEST) {
        List<ContentKey> some = keys.subList(i, Math.min(keys.size(), i + CONTENTS_PER_REQUEST));
        store
            .api()
            .getContent()
            .reference(Detached.of(commit))
            .keys(some)
            .get()
            .values()
            .forEach(content -> mark(content, walk, onMissing));
      }
    } catch (NessieNotFoundException e) {
      throw NessieErrors.failed("read commit " + commit, e);
    }
  }

  private static void mark(Content content, TableFileWalk walk, OnMissing onMissing) {
    switch (content) {
      case IcebergTable table -> walk.visit(table.getMetadataLocation(), onMissing);
      case IcebergView view -> walk.add(view.getMetadataLocation());
      case UDF function -> FunctionContent.files(function).forEach(walk::add);
      default -> {}
    }
  }
}
