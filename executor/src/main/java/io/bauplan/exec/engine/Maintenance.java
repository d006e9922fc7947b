package io.bauplan.exec.engine;

import io.bauplan.exec.job.Jobs;
import io.bauplan.sql.catalog.Catalog;
import io.bauplan.sql.catalog.CatalogEntry;
import io.bauplan.sql.catalog.CatalogTable;
import io.bauplan.sql.catalog.CatalogUpkeep;
import io.bauplan.sql.catalog.CommitInfo;
import io.bauplan.sql.catalog.PinnedRef;
import io.bauplan.sql.catalog.RefKind;
import io.bauplan.sql.catalog.TableChange;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.error.NearestName;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.PlannedStatement;
import io.bauplan.sql.plan.ScanColumn;
import io.bauplan.sql.plan.ScanFile;
import io.bauplan.sql.plan.TableRef;
import io.bauplan.sql.plan.WriteTarget;
import io.bauplan.sql.plan.WrittenFile;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/// The procedures that keep tables small and fast. What may be deleted is decided by
/// [CatalogUpkeep]; here is what is asked for, and what is under way.
final class Maintenance {
  /// A file smaller than this is worth putting together with others.
  private static final long SMALL_FILE_BYTES = 64L << 20;

  /// What one writer is quick enough for.
  private static final long WRITTEN_TOGETHER_BYTES = 512L << 20;

  /// Before the start of a statement, since clocks of file systems are coarse.
  private static final Duration CLOCK_MARGIN = Duration.ofSeconds(10);

  private final Catalog catalog;
  private final Jobs running;

  Maintenance(Catalog catalog, Jobs running) {
    this.catalog = catalog;
    this.running = running;
  }

  /// `rollback_to_snapshot(table => 't', snapshot_id => 1)`
  StatementResult rollback(PlannedStatement.Call call, List<String> namespace) {
    var arguments = new Procedures.Arguments(call, List.of("table", "snapshot_id"));
    CatalogTable table = table(call, arguments.required("table"), namespace);
    long snapshot = arguments.whole("snapshot_id", OptionalLong.empty());
    catalog
        .upkeep()
        .rollback(
            branch(call),
            table.name(),
            snapshot,
            CommitInfo.of("ROLLBACK " + table.name().dotted() + " TO SNAPSHOT " + snapshot));
    return new StatementResult.Updated(
        0, table.name().dotted() + " is back at snapshot " + snapshot);
  }

  /// `expire_snapshots(table => 't', older_than => TIMESTAMP '...', retain_last => 1,
  /// retention_days => 7)`
  StatementResult expire(PlannedStatement.Call call, List<String> namespace, String statement) {
    var arguments =
        new Procedures.Arguments(
            call, List.of("table", "older_than", "retain_last", "retention_days"));
    CatalogTable table = table(call, arguments.required("table"), namespace);
    Instant horizon = horizon(arguments, statement);
    Instant olderThan = arguments.time("older_than").orElse(retained(arguments));
    int expired = expire(call, table.name(), olderThan, retainLast(arguments));
    CatalogUpkeep.Swept swept =
        catalog
            .upkeep()
            .sweep(call.at(), Optional.of(table.name()), settled(horizon), horizon, false);
    return new StatementResult.Updated(
        expired,
        "Expired "
            + expired
            + (expired == 1 ? " snapshot" : " snapshots")
            + " of "
            + table.name().dotted()
            + said(swept, false));
  }

  private int expire(PlannedStatement.Call call, TableRef table, Instant olderThan, int last) {
    return catalog
        .upkeep()
        .expireSnapshots(
            branch(call), table, olderThan, last, CommitInfo.of("EXPIRE " + table.dotted()));
  }

  private static int retainLast(Procedures.Arguments arguments) {
    long last = arguments.whole("retain_last", OptionalLong.of(1));
    if (last < 1 || last > Integer.MAX_VALUE) {
      throw new EngineException(
          ErrorCode.INVALID_ARGUMENT, "retain_last is " + last + ", but must be at least 1");
    }
    return (int) last;
  }

  /// `remove_orphan_files([table => 't'], [older_than => ...], [retention_days => 7], [dry_run =>
  /// true])`
  StatementResult removeOrphans(
      PlannedStatement.Call call, List<String> namespace, String statement) {
    var arguments =
        new Procedures.Arguments(call, List.of("table", "older_than", "retention_days", "dry_run"));
    Optional<TableRef> table =
        arguments.has("table")
            ? Optional.of(table(call, arguments.required("table"), namespace).name())
            : Optional.empty();
    Instant horizon = horizon(arguments, statement);
    Instant olderThan = arguments.time("older_than").orElse(retained(arguments));
    boolean dryRun = Boolean.parseBoolean(arguments.text("dry_run", "false"));
    CatalogUpkeep.Swept swept =
        catalog
            .upkeep()
            .sweep(call.at(), table, earlier(olderThan, settled(horizon)), horizon, dryRun);
    return new StatementResult.Updated(
        swept.locations().size(),
        table.map(t -> "Swept " + t.dotted()).orElse("Swept the warehouse") + said(swept, dryRun));
  }

  /// `VACUUM t [(retention_days = 7, retain_last = 1)]`: expires what is older than the retention
  /// time and removes what nothing reaches.
  StatementResult vacuum(PlannedStatement.Call call, List<String> namespace, String statement) {
    return expire(call, namespace, statement);
  }

  private static String said(CatalogUpkeep.Swept swept, boolean dryRun) {
    int files = swept.locations().size();
    return (dryRun ? "; would remove " : "; removed ")
        + files
        + (files == 1 ? " file, " : " files, ")
        + swept.bytes()
        + " bytes";
  }

  /// `rewrite_data_files(table => 't')`, `OPTIMIZE t`: puts small files together and applies
  /// deletes.
  StatementResult rewrite(
      PlannedStatement.Call call, List<String> namespace, StatementRunner runner) {
    var arguments = new Procedures.Arguments(call, List.of("table", "small_file_bytes"));
    CatalogTable table = table(call, arguments.required("table"), namespace);
    long small = arguments.whole("small_file_bytes", OptionalLong.of(SMALL_FILE_BYTES));
    List<ScanColumn> columns = table.columns();
    List<ScanFile> replaced = new ArrayList<>();
    if (table.currentSnapshotId() != -1) {
      for (ScanFile file : table.planFiles(table.currentSnapshotId(), columns, Optional.empty())) {
        if (file.sizeBytes() < small || !file.deletes().isEmpty()) {
          replaced.add(file);
        }
      }
    }
    boolean worthwhile =
        replaced.size() > 1 || replaced.stream().anyMatch(file -> !file.deletes().isEmpty());
    if (!worthwhile) {
      return new StatementResult.Updated(0, table.name().dotted() + " has nothing to rewrite");
    }
    double rows = replaced.stream().mapToDouble(ScanFile::recordCount).sum();
    PhysicalPlan scan =
        new PhysicalPlan.TableScan(
            table.name(),
            table.currentSnapshotId(),
            columns,
            List.of(),
            Optional.empty(),
            replaced,
            OptionalLong.empty(),
            rows);
    WriteTarget target = table.writeTarget();
    // Each thread's own small file would be there to rewrite again.
    long bytes = replaced.stream().mapToLong(ScanFile::sizeBytes).sum();
    List<WrittenFile> files =
        runner.write(scan, bytes <= WRITTEN_TOGETHER_BYTES ? target.together() : target);
    Set<String> locations = new HashSet<>();
    replaced.forEach(file -> locations.add(file.location()));
    catalog.commit(
        branch(call),
        new TableChange.Compact(target, files, locations, table.currentSnapshotId()),
        CommitInfo.of("OPTIMIZE " + table.name().dotted()));
    return new StatementResult.Updated(
        StatementRunner.rows(files),
        "Rewrote "
            + locations.size()
            + " files of "
            + table.name().dotted()
            + " as "
            + files.size());
  }

  /// `analyze(table => 't', columns => 'a, b')`, `ANALYZE TABLE t (a, b)`.
  StatementResult analyze(
      PlannedStatement.Call call, List<String> namespace, StatementRunner runner) {
    var arguments = new Procedures.Arguments(call, List.of("table", "columns"));
    CatalogTable table = table(call, arguments.required("table"), namespace);
    return new TableAnalysis(catalog, table).run(branch(call), arguments.names("columns"), runner);
  }

  private static Instant retained(Procedures.Arguments arguments) {
    long days =
        arguments.whole("retention_days", OptionalLong.of(CatalogUpkeep.DEFAULT_RETENTION_DAYS));
    if (days < 0 || days > 100_000) {
      throw new EngineException(
          ErrorCode.INVALID_ARGUMENT, "retention_days is " + days + ", but must not be negative");
    }
    return Instant.now().minus(Duration.ofDays(days));
  }

  /// States since then are kept: the retention time, and whatever is under way began with.
  private Instant horizon(Procedures.Arguments arguments, String statement) {
    return earlier(
        retained(arguments),
        running.oldestBut(statement).map(start -> start.minus(CLOCK_MARGIN)).orElse(Instant.MAX));
  }

  /// Files since then may be half written.
  private static Instant settled(Instant horizon) {
    return earlier(horizon, Instant.now());
  }

  private static Instant earlier(Instant one, Instant other) {
    return one.isBefore(other) ? one : other;
  }

  static String branch(PlannedStatement.Call call) {
    if (call.at().kind() != RefKind.BRANCH) {
      throw new EngineException(
              ErrorCode.INVALID_STATEMENT, call.procedure() + " takes a branch, not " + call.at())
          .withHint("USE BRANCH ..., then call it again");
    }
    return call.branch();
  }

  private CatalogTable table(PlannedStatement.Call call, String text, List<String> namespace) {
    List<String> parts = List.of(text.split("\\.", -1));
    List<String> relative = new ArrayList<>(namespace);
    relative.addAll(parts.subList(0, parts.size() - 1));
    List<TableRef> candidates = new ArrayList<>();
    if (parts.size() > 1) {
      candidates.add(new TableRef(parts.subList(0, parts.size() - 1), parts.getLast()));
    }
    candidates.add(new TableRef(relative, parts.getLast()));
    for (TableRef candidate : candidates) {
      if (catalog.find(call.at(), candidate).orElse(null)
          instanceof CatalogEntry.Table(CatalogTable table)) {
        return table;
      }
    }
    PinnedRef at = call.at();
    throw new EngineException(
            ErrorCode.TABLE_NOT_FOUND, "table \"" + text + "\" does not exist on " + at.name())
        .withHint(
            NearestName.hint(
                    text,
                    catalog.list(at, Optional.empty()).stream()
                        .map(entry -> entry.name().dotted())
                        .toList())
                .orElse("SHOW TABLES lists what there is"));
  }
}
