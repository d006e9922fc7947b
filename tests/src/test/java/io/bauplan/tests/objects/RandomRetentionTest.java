package io.bauplan.tests.objects;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.sql.catalog.Catalog.EntryName;
import io.bauplan.sql.catalog.CatalogEntry;
import io.bauplan.sql.catalog.CatalogTable;
import io.bauplan.sql.catalog.CatalogUpkeep.Swept;
import io.bauplan.sql.catalog.Commit;
import io.bauplan.sql.catalog.CommitInfo;
import io.bauplan.sql.catalog.PinnedRef;
import io.bauplan.sql.catalog.RefKind;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.TableRef;
import io.bauplan.sql.session.Session;
import io.bauplan.tests.support.EngineRows;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The retention rule under random changes, branches, tags, merges and upkeep with random horizons:
/// every head, and every state that a branch or tag has had since every sweep's horizon, gives the
/// rows that it gave when it was committed; and of the rest nothing is left.
///
/// `-Dretention.steps=2000` for many, `-Dretention.seed=N` to repeat a run.
final class RandomRetentionTest {
  private static final List<String> TABLES = List.of("t1", "t2", "t3");
  private static final int MAX_REFERENCES = 7;
  private static final int LOG_COMMITS = 10_000;

  /// What a statement may say when the random choice makes no sense where it is made.
  private static final Set<ErrorCode> ALLOWED =
      Set.of(
          ErrorCode.TABLE_NOT_FOUND,
          ErrorCode.TABLE_EXISTS,
          ErrorCode.REF_EXISTS,
          ErrorCode.COMMIT_CONFLICT,
          ErrorCode.COLUMN_NOT_FOUND);

  @TempDir Path warehouse;
  private final long seed = Long.getLong("retention.seed", System.nanoTime());
  private final Random random = new Random(seed);
  private final Map<String, Integer> counts = new TreeMap<>();

  /// What each commit gave when it was new; those that a sweep was allowed to break are taken out.
  private final Map<String, Map<String, String>> kept = new LinkedHashMap<>();

  /// Rows of each snapshot when a head first had it.
  private final Map<Long, String> snapshots = new HashMap<>();

  private final List<Instant> times = new ArrayList<>();

  @Test
  void everyHeadAndRecentCommitReadsAsItWas() throws IOException {
    int steps = Integer.getInteger("retention.steps", 60);
    System.out.println("RandomRetentionTest " + steps + " steps, seed " + seed);
    Engine engine = Engine.open(EngineConfig.of(warehouse));
    try {
      EngineRows.run(engine, "CREATE TABLE t1 (k INTEGER, note VARCHAR)");
      for (int step = 0; step < steps; step++) {
        step(engine, step);
        record(engine);
        if (random.nextInt(40) == 0) {
          // Nothing is remembered from before.
          engine.close();
          engine = Engine.open(EngineConfig.of(warehouse));
          check(engine, kept.keySet());
          count("reopened");
        }
      }
      sweep(engine, Optional.empty(), Instant.now());
      check(engine, kept.keySet());
      historiesRead(engine);
      onlyReachableFilesAreLeft(engine);
      nothingIsLeftOfNothing(engine);
    } finally {
      engine.close();
      System.out.println("RandomRetentionTest seed " + seed + ", " + counts);
    }
    if (steps >= 200) {
      assertThat(counts.keySet())
          .contains("sweep", "swept files", "expired snapshots", "merge", "drop reference");
    }
  }

  private void count(String what) {
    counts.merge(what, 1, Integer::sum);
  }

  private PinnedRef any(Engine engine, RefKind kind) {
    List<PinnedRef> some =
        engine.catalog().references().stream().filter(r -> r.kind() == kind).toList();
    return some.get(random.nextInt(some.size()));
  }

  private void step(Engine engine, int step) {
    String branch = any(engine, RefKind.BRANCH).name();
    String table = TABLES.get(random.nextInt(TABLES.size()));
    String at = " AT BRANCH " + branch + " ";
    String k = Integer.toString(random.nextInt(6));
    switch (random.nextInt(25)) {
      case 0, 1, 2, 3 ->
          change(
              engine,
              "insert",
              branch,
              "INSERT INTO %s (k, note) VALUES (%s, 's%d'), (7, 'x')".formatted(table, k, step));
      case 4 -> change(engine, "delete", branch, "DELETE FROM " + table + " WHERE k = " + k);
      case 5 -> change(engine, "delete", branch, "DELETE FROM " + table + " WHERE note = 'x'");
      case 6 ->
          change(engine, "update", branch, "UPDATE " + table + " SET note = 'u' WHERE k = " + k);
      case 7 -> change(engine, "truncate", branch, "TRUNCATE TABLE " + table);
      case 8 -> create(engine, branch, table, step);
      case 9 -> change(engine, "drop table", branch, "DROP TABLE " + table);
      case 10 ->
          change(
              engine,
              "add column",
              branch,
              "ALTER TABLE " + table + " ADD COLUMN c" + step + " INTEGER");
      case 11 ->
          change(
              engine,
              "view",
              branch,
              "CREATE OR REPLACE VIEW v%s AS SELECT k, count(*) AS n%d FROM %s GROUP BY k"
                  .formatted(k, step, table));
      case 14 ->
          change(
              engine,
              "function",
              branch,
              ("CREATE OR REPLACE FUNCTION f%s (x DOUBLE) RETURNS DOUBLE LANGUAGE PYTHON"
                      + " HANDLER = 'f' AS $$ def f(x): return %d $$")
                  .formatted(k, step));
      case 12 -> rollback(engine, branch, table);
      case 13 -> change(engine, "optimize", branch, "OPTIMIZE " + table);
      case 15, 16 -> reference(engine, step);
      case 17 -> {
        PinnedRef target = any(engine, RefKind.BRANCH);
        change(engine, "merge", branch, "MERGE BRANCH " + branch + " INTO " + target.name());
      }
      case 18 -> drop(engine);
      case 19 -> {
        if (!branch.equals("main")) {
          String to = any(engine, RefKind.BRANCH).name();
          change(engine, "assign", "main", "ALTER BRANCH " + branch + " ASSIGN BRANCH " + to);
        }
      }
      case 20, 21 -> expire(engine, branch, table);
      case 22 -> sweep(engine, Optional.of(new PlacedTable(branch, table)), horizon());
      default -> sweep(engine, Optional.empty(), horizon());
    }
  }

  private record PlacedTable(String branch, String table) {}

  private void create(Engine engine, String branch, String table, int step) {
    String properties =
        switch (random.nextInt(3)) {
          case 0 -> "PARTITIONED BY (k)";
          case 1 -> "WITH (\"format-version\" = '3')";
          default -> "";
        };
    change(
        engine,
        "create table",
        branch,
        "CREATE OR REPLACE TABLE %s %s AS SELECT k, note FROM (VALUES (1, 'a'), (2, 'b%d')) AS v(k, note)"
            .formatted(table, properties, step));
  }

  /// A branch or tag of a head or of any commit that is still kept.
  private void reference(Engine engine, int step) {
    if (engine.catalog().references().size() >= MAX_REFERENCES) {
      return;
    }
    String kind = random.nextBoolean() ? "BRANCH" : "TAG";
    List<String> commits = new ArrayList<>(kept.keySet());
    String from =
        commits.isEmpty() || random.nextBoolean()
            ? "BRANCH " + any(engine, RefKind.BRANCH).name()
            : "COMMIT \"" + commits.get(random.nextInt(commits.size())) + "\"";
    change(engine, "create " + kind, "main", "CREATE %s r%d FROM %s".formatted(kind, step, from));
  }

  private void drop(Engine engine) {
    List<PinnedRef> all =
        engine.catalog().references().stream().filter(r -> !r.name().equals("main")).toList();
    if (!all.isEmpty()) {
      PinnedRef one = all.get(random.nextInt(all.size()));
      change(engine, "drop reference", "main", "DROP " + one.kind() + " " + one.name());
    }
  }

  private void change(Engine engine, String kind, String branch, String sql) {
    try {
      EngineRows.run(engine, Session.DEFAULT.withReference(branch), sql);
      count(kind);
    } catch (EngineException e) {
      assertThat(ALLOWED).as("seed %d, %s: %s", seed, sql, e.getMessage()).contains(e.code());
      count("refused");
    }
  }

  private void rollback(Engine engine, String branch, String table) {
    for (CatalogTable one : tables(engine, engine.catalog().resolve(branch))) {
      if (one.name().name().equals(table) && !one.snapshots().isEmpty()) {
        long id = one.snapshots().get(random.nextInt(one.snapshots().size())).id();
        change(
            engine,
            "rollback",
            branch,
            "CALL system.rollback_to_snapshot('" + table + "', " + id + ")");
      }
    }
  }

  /// Some moment of the past, more often a late one; what came with the same millisecond is kept.
  private Instant horizon() {
    int back = (int) (times.size() * random.nextDouble() * random.nextDouble());
    return times.isEmpty()
        ? Instant.now()
        : times.get(times.size() - 1 - Math.min(back, times.size() - 1));
  }

  private void expire(Engine engine, String branch, String table) {
    if (!has(engine, branch, table)) {
      return;
    }
    int expired =
        engine
            .catalog()
            .upkeep()
            .expireSnapshots(
                branch,
                new TableRef(List.of("bauplan"), table),
                horizon(),
                1 + random.nextInt(3),
                CommitInfo.of("expire"));
    counts.merge("expired snapshots", expired, Integer::sum);
  }

  private static boolean has(Engine engine, String branch, String table) {
    return tables(engine, engine.catalog().resolve(branch)).stream()
        .anyMatch(one -> one.name().name().equals(table));
  }

  /// Sweeps, and from then on expects no more than the rule promises.
  private void sweep(Engine engine, Optional<PlacedTable> table, Instant horizon) {
    if (table.isPresent() && !has(engine, table.get().branch(), table.get().table())) {
      return;
    }
    Swept swept =
        engine
            .catalog()
            .upkeep()
            .sweep(
                engine.catalog().resolve(table.map(PlacedTable::branch).orElse("main")),
                table.map(t -> new TableRef(List.of("bauplan"), t.table())),
                Instant.now().plusSeconds(1),
                horizon,
                false);
    kept.keySet().retainAll(promised(engine, horizon));
    count("sweep");
    counts.merge("swept files", swept.locations().size(), Integer::sum);
    List<String> some = new ArrayList<>(kept.keySet());
    java.util.Collections.shuffle(some, random);
    check(engine, some.subList(0, Math.min(4, some.size())));
  }

  /// The commits that references are at, and were at since the horizon.
  private static Set<String> promised(Engine engine, Instant horizon) {
    Set<String> commits = new HashSet<>();
    for (PinnedRef reference : engine.catalog().references()) {
      for (Commit commit : engine.catalog().log(reference, LOG_COMMITS)) {
        commits.add(commit.id());
        if (commit.time().isBefore(horizon)) {
          break;
        }
      }
    }
    return commits;
  }

  /// Remembers what new heads give.
  private void record(Engine engine) {
    for (PinnedRef reference : engine.catalog().references()) {
      if (reference.kind() == RefKind.BRANCH && !kept.containsKey(reference.commit())) {
        List<Commit> last = engine.catalog().log(reference, 1);
        times.add(last.getFirst().time());
        kept.put(reference.commit(), state(engine, reference.commit(), new HashMap<>()));
        for (CatalogTable table : tables(engine, reference)) {
          snapshots.computeIfAbsent(
              table.currentSnapshotId(), id -> rows(engine, reference, table, id));
        }
        count("commits recorded");
      }
    }
  }

  private void check(Engine engine, Iterable<String> commits) {
    Map<String, String> read = new HashMap<>();
    for (String commit : commits) {
      assertThat(state(engine, commit, read))
          .as("seed %d, commit %s", seed, commit)
          .isEqualTo(kept.get(commit));
      count("commits checked");
    }
  }

  /// Rows of all tables and the text of everything else, by name.
  private static Map<String, String> state(
      Engine engine, String commit, Map<String, String> rowsByMetadata) {
    Session session = Session.DEFAULT.withReference("@" + commit);
    PinnedRef at = engine.catalog().resolve("@" + commit);
    Map<String, String> state = new TreeMap<>();
    for (EntryName entry : engine.catalog().list(at, Optional.empty())) {
      String name = entry.name().name();
      state.put(
          entry.kind() + " " + name,
          switch (engine.catalog().find(at, entry.name()).orElseThrow()) {
            case CatalogEntry.Table(var table) ->
                rowsByMetadata.computeIfAbsent(
                    table.metadataLocation(),
                    location -> rows(engine, session, "SELECT * FROM " + name));
            case CatalogEntry.View view -> view.sql();
            case CatalogEntry.Function function -> function.definition().source().toString();
          });
    }
    return state;
  }

  private static String rows(Engine engine, Session session, String query) {
    List<String> rows = new ArrayList<>();
    for (List<Object> row : EngineRows.run(engine, session, query)) {
      rows.add(row.toString());
    }
    rows.sort(null);
    return rows.toString();
  }

  /// Rows of a snapshot; `-1` is a table's that has none.
  private static String rows(Engine engine, PinnedRef at, CatalogTable table, long snapshot) {
    return snapshot == -1
        ? "[]"
        : rows(
            engine,
            Session.DEFAULT.withReference(at.name()),
            "SELECT k, note FROM " + table.name().name() + " AT SNAPSHOT " + snapshot);
  }

  private static List<CatalogTable> tables(Engine engine, PinnedRef at) {
    List<CatalogTable> tables = new ArrayList<>();
    for (EntryName entry : engine.catalog().list(at, Optional.empty())) {
      if (engine.catalog().find(at, entry.name()).orElse(null)
          instanceof CatalogEntry.Table(CatalogTable table)) {
        tables.add(table);
      }
    }
    return tables;
  }

  /// Every snapshot that a head's table lists.
  private void historiesRead(Engine engine) {
    for (PinnedRef reference : engine.catalog().references()) {
      for (CatalogTable table : tables(engine, reference)) {
        for (CatalogTable.SnapshotInfo snapshot : table.snapshots()) {
          assertThat(rows(engine, reference, table, snapshot.id()))
              .as("seed %d, snapshot %d at %s", seed, snapshot.id(), reference)
              .isEqualTo(snapshots.get(snapshot.id()));
          count("snapshots checked");
        }
      }
    }
  }

  /// After a sweep that keeps heads only.
  private void onlyReachableFilesAreLeft(Engine engine) throws IOException {
    Set<String> left = ReachableFiles.onDisk(warehouse.resolve("data"));
    Set<String> reachable = ReachableFiles.ofHeads(engine);
    assertThat(left).as("seed %d", seed).containsAll(reachable);
    assertThat(left.stream().filter(file -> file.contains("/bauplan/t")))
        .as("seed %d", seed)
        .allMatch(reachable::contains);
  }

  /// With every name dropped and main alone, no file is needed.
  private void nothingIsLeftOfNothing(Engine engine) throws IOException {
    for (PinnedRef reference : engine.catalog().references()) {
      if (!reference.name().equals("main")) {
        engine.catalog().deleteReference(reference);
      }
    }
    for (EntryName entry :
        engine.catalog().list(engine.catalog().resolve("main"), Optional.empty())) {
      engine.catalog().drop("main", entry.name(), entry.kind(), CommitInfo.of("drop"));
    }
    sweep(engine, Optional.empty(), Instant.now());
    assertThat(ReachableFiles.onDisk(warehouse.resolve("data"))).as("seed %d", seed).isEmpty();
  }
}
