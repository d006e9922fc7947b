package io.bauplan.sql.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.bauplan.sql.catalog.Catalog.EntryKind;
import io.bauplan.sql.catalog.Catalog.EntryName;
import io.bauplan.sql.catalog.Catalog.OnExisting;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.ArrowTypes;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.Expression;
import io.bauplan.sql.plan.Expression.Comparison;
import io.bauplan.sql.plan.Expression.InputRef;
import io.bauplan.sql.plan.Expression.Literal;
import io.bauplan.sql.plan.RowType;
import io.bauplan.sql.plan.ScanColumn;
import io.bauplan.sql.plan.ScanFile;
import io.bauplan.sql.plan.TableRef;
import io.bauplan.sql.plan.WriteTarget;
import io.bauplan.sql.plan.WrittenFile;
import io.bauplan.udf.api.EnvironmentSpec;
import io.bauplan.udf.api.FunctionDefinition;
import io.bauplan.udf.api.FunctionLimits;
import io.bauplan.udf.api.FunctionParameter;
import io.bauplan.udf.api.FunctionReturn;
import io.bauplan.udf.api.FunctionSource;
import io.bauplan.udf.api.Language;
import io.bauplan.udf.api.OutputColumn;
import io.bauplan.udf.api.TableSemantics;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/// What every catalog must do; each backend has a subclass. Every test works on a branch of its
/// own.
public abstract class CatalogContractTest {
  private static final CommitInfo INFO = new CommitInfo("tester", "a test", Map.of("job", "j1"));
  private static final List<Column> COLUMNS =
      List.of(
          new Column("id", DataType.INT64, false),
          new Column("name", DataType.VARCHAR, true),
          new Column("day", DataType.DATE, true));

  protected abstract Catalog catalog();

  private final String branch = "test_" + UUID.randomUUID();

  private Catalog onBranch() {
    catalog().createBranch(branch, catalog().resolve("main"));
    return catalog();
  }

  private static TableRef ref(String name) {
    return new TableRef(List.of("bauplan"), name);
  }

  private static TableDefinition definition(String name) {
    return new TableDefinition(ref(name), COLUMNS, List.of(), Map.of());
  }

  private CatalogTable table(String name) {
    return table(catalog().resolve(branch), name);
  }

  private CatalogTable table(PinnedRef at, String name) {
    return switch (catalog().find(at, ref(name)).orElseThrow()) {
      case CatalogEntry.Table(CatalogTable table) -> table;
      case CatalogEntry other -> throw new AssertionError(other);
    };
  }

  private void append(String name, long rows, long low, long high) {
    WriteTarget target = table(name).writeTarget();
    catalog()
        .commit(
            branch,
            new TableChange.Append(target, List.of(WrittenFiles.of(target, rows, low, high))),
            INFO);
  }

  private static void assertFails(ErrorCode code, String message, Runnable action) {
    assertThatExceptionOfType(EngineException.class)
        .isThrownBy(action::run)
        .satisfies(
            e -> {
              assertThat(e.code()).isEqualTo(code);
              assertThat(e.getMessage() + " " + e.hint().orElse("")).contains(message);
            });
  }

  @Test
  void createsFindsAndListsTables() {
    Catalog catalog = onBranch();
    CatalogTable created = catalog.createTable(branch, definition("Trips"), INFO);
    PinnedRef head = catalog.resolve(branch);

    assertThat(created.columns()).extracting(ScanColumn::column).isEqualTo(COLUMNS);
    assertThat(created.currentSnapshotId()).isEqualTo(-1);
    assertThat(created.rowCount()).hasValue(0);
    assertThat(created.planFiles(-1, created.columns(), Optional.empty())).isEmpty();
    assertThat(created.properties())
        .containsEntry("write.parquet.compression-codec", "zstd")
        .doesNotContainKey("format-version");
    assertThat(table(head, "Trips").uuid()).isEqualTo(created.uuid());
    assertThat(table(head, "tRIPS").name()).isEqualTo(ref("Trips"));
    assertThat(catalog.canonical(head, new TableRef(List.of("BAUPLAN"), "trips")))
        .contains(ref("Trips"));
    assertThat(catalog.list(head, Optional.of(List.of("bauplan"))))
        .contains(new EntryName(ref("Trips"), EntryKind.TABLE));
    assertThat(catalog.namespaces(head)).contains(List.of("bauplan"));
    assertThat(catalog.find(catalog.resolve("main"), ref("Trips"))).isEmpty();
    assertFails(
        ErrorCode.TABLE_EXISTS,
        "already is a table bauplan.Trips",
        () -> catalog.createTable(branch, definition("trips"), INFO));
  }

  @Test
  void appendsAndPlansFiles() {
    Catalog catalog = onBranch();
    catalog.createTable(branch, definition("t"), INFO);
    append("t", 10, 0, 9);
    append("t", 5, 100, 104);

    CatalogTable table = table("t");
    assertThat(table.rowCount()).hasValue(15);
    assertThat(table.sizeBytes()).hasValue(2015);
    assertThat(table.snapshots()).hasSize(2);
    assertThat(table.snapshots().getFirst().summary()).containsEntry("job", "j1");
    assertThat(plan(table, Optional.empty())).hasSize(2);
    assertThat(plan(table, Optional.of(compare(table, Comparison.Operator.GREATER, 50))))
        .hasSize(1);
    assertThat(plan(table, Optional.of(compare(table, Comparison.Operator.GREATER, 500))))
        .isEmpty();
    assertThat(
            table.planFiles(table.snapshots().getFirst().id(), table.columns(), Optional.empty()))
        .hasSize(1);
    ColumnStatistics id = table.statistics(table.columns().getFirst().fieldId()).orElseThrow();
    assertThat(id.lower()).isEqualTo(0L);
    assertThat(id.upper()).isEqualTo(104L);
    assertThat(id.nullCount()).hasValue(0);
    assertThat(table.statistics(table.columns().get(1).fieldId())).isEmpty();
  }

  private static List<ScanFile> plan(CatalogTable table, Optional<Expression> filter) {
    return table.planFiles(table.currentSnapshotId(), table.columns(), filter);
  }

  private static Expression compare(CatalogTable table, Comparison.Operator operator, long value) {
    return new Comparison(
        operator,
        new InputRef(0, table.columns().getFirst().column().type(), false),
        new Literal(value, DataType.INT64));
  }

  @Test
  void readsSeeTheirCommitOnly() {
    Catalog catalog = onBranch();
    catalog.createTable(branch, definition("t"), INFO);
    append("t", 1, 0, 0);
    PinnedRef before = catalog.resolve(branch);
    append("t", 2, 0, 1);
    catalog.drop(branch, ref("t"), EntryKind.TABLE, INFO);

    assertThat(table(before, "t").rowCount()).hasValue(1);
    assertThat(table(catalog.resolve("@" + before.commit()), "t").rowCount()).hasValue(1);
    assertThat(table(catalog.resolve(branch + "~1"), "t").rowCount()).hasValue(3);
    assertThat(catalog.resolve(branch + "@" + before.commit())).isEqualTo(before);
    assertThat(catalog.find(catalog.resolve(branch), ref("t"))).isEmpty();
    assertFails(
        ErrorCode.TABLE_NOT_FOUND,
        "no table bauplan.t",
        () -> catalog.drop(branch, ref("t"), EntryKind.TABLE, INFO));
  }

  @Test
  void replacesRowsUnlessTheTableMoved() {
    Catalog catalog = onBranch();
    catalog.createTable(branch, definition("t"), INFO);
    append("t", 10, 0, 9);
    CatalogTable read = table("t");
    append("t", 1, 10, 10);
    WriteTarget target = read.writeTarget();
    List<WrittenFile> files = List.of(WrittenFiles.of(target, 3, 0, 2));

    assertFails(
        ErrorCode.COMMIT_CONFLICT,
        "has changed",
        () ->
            catalog.commit(
                branch, new TableChange.Replace(target, files, read.currentSnapshotId()), INFO));
    assertThat(table("t").rowCount()).hasValue(11);
    catalog.commit(branch, new TableChange.Replace(target, files, -2), INFO);
    assertThat(table("t").rowCount()).hasValue(3);
    catalog.commit(
        branch, new TableChange.Replace(target, List.of(), table("t").currentSnapshotId()), INFO);
    assertThat(table("t").rowCount()).hasValue(0);
  }

  @Test
  void replacesOnlyThePartitionsWritten() {
    Catalog catalog = onBranch();
    CatalogTable created =
        catalog.createTable(
            branch,
            new TableDefinition(
                ref("p"),
                COLUMNS,
                List.of(
                    new TableDefinition.Partitioning("DAY", "identity"),
                    new TableDefinition.Partitioning("id", "bucket(4)")),
                Map.of()),
            INFO);
    WriteTarget target = created.writeTarget();
    assertThat(target.partitioning())
        .extracting(WriteTarget.PartitionField::transform)
        .containsExactly("identity", "bucket[4]");
    catalog.commit(
        branch,
        new TableChange.Append(
            target,
            List.of(
                WrittenFiles.of(target, 10, 0, 9, 100L, 1L),
                WrittenFiles.of(target, 10, 0, 9, 101L, 1L),
                WrittenFiles.of(target, 10, 0, 9, null, 2L))),
        INFO);
    catalog.commit(
        branch,
        new TableChange.ReplacePartitions(
            target, List.of(WrittenFiles.of(target, 1, 0, 9, 100L, 1L)), -2),
        INFO);

    CatalogTable table = table("p");
    assertThat(table.rowCount()).hasValue(21);
    int day = table.columns().get(2).fieldId();
    assertThat(plan(table, Optional.empty()))
        .extracting(file -> file.identityPartition().getOrDefault(day, "none"))
        .containsExactlyInAnyOrder("1970-04-11", "1970-04-12", "none");
    Expression onDay =
        new Comparison(
            Comparison.Operator.EQUAL,
            new InputRef(2, DataType.DATE, true),
            new Literal(101L, DataType.DATE));
    assertThat(plan(table, Optional.of(onDay))).hasSize(1);
    assertThat(
            plan(
                table,
                Optional.of(
                    new Expression.Is(
                        Expression.Is.Test.NULL, new InputRef(2, DataType.DATE, true)))))
        .hasSize(1);
  }

  @Test
  void createsTablesWithTheirFirstRowsAndReplacesThem() {
    Catalog catalog = onBranch();
    CatalogTable first =
        catalog.createTableAs(
            branch,
            definition("c"),
            target -> List.of(WrittenFiles.of(target, 7, 0, 6)),
            OnExisting.FAIL,
            INFO);
    assertThat(first.rowCount()).hasValue(7);
    assertThat(catalog.log(catalog.resolve(branch), 1).getFirst().author()).isEqualTo("tester");
    TableDefinition other =
        new TableDefinition(
            ref("C"), List.of(new Column("x", DataType.INT64, true)), List.of(), Map.of());
    CatalogTable second =
        catalog.createTableAs(
            branch,
            other,
            target -> List.of(WrittenFiles.of(target, 2, 0, 1)),
            OnExisting.REPLACE,
            INFO);
    assertThat(second.name()).isEqualTo(ref("c"));
    assertThat(second.uuid()).isEqualTo(first.uuid());
    assertThat(second.rowCount()).hasValue(2);
    assertThat(plan(table("c"), Optional.empty())).hasSize(1);
    assertThat(second.columnsAt(first.currentSnapshotId())).isEqualTo(first.columns());
    assertFails(
        ErrorCode.COMMIT_CONFLICT,
        "created anew",
        () ->
            catalog.commit(
                branch,
                new TableChange.Append(
                    new WriteTarget(
                        ref("c"), "/elsewhere", second.columns(), 0, List.of(), Map.of()),
                    List.of(WrittenFiles.of(second.writeTarget(), 1, 0, 0))),
                INFO));
  }

  @Test
  void aTableTakenWhileItsRowsAreWrittenIsAConflict() {
    Catalog catalog = onBranch();
    assertFails(
        ErrorCode.COMMIT_CONFLICT,
        "meanwhile",
        () ->
            catalog.createTableAs(
                branch,
                definition("c"),
                target -> {
                  catalog.createTable(branch, definition("c"), INFO);
                  return List.of(WrittenFiles.of(target, 7, 0, 6));
                },
                OnExisting.FAIL,
                INFO));
    assertThat(table("c").rowCount()).hasValue(0);
  }

  @Test
  void altersSchemasAndProperties() {
    Catalog catalog = onBranch();
    catalog.createTable(
        branch,
        new TableDefinition(
            ref("a"),
            List.of(
                new Column("id", DataType.INT32, false), new Column("gone", DataType.DATE, true)),
            List.of(),
            Map.of()),
        INFO);
    catalog.alterTable(
        branch,
        ref("A"),
        List.of(
            new TableAlteration.ChangeType("ID", DataType.INT64),
            new TableAlteration.DropColumn("gone"),
            new TableAlteration.AddColumn(new Column("note", DataType.VARCHAR, true)),
            new TableAlteration.RenameColumn("note", "remark"),
            new TableAlteration.SetProperty("comment", "hello")),
        INFO);
    assertThat(table("a").columns())
        .extracting(ScanColumn::column)
        .containsExactly(
            new Column("id", DataType.INT64, false), new Column("remark", DataType.VARCHAR, true));
    assertThat(table("a").properties()).containsEntry("comment", "hello");
    assertFails(
        ErrorCode.COLUMN_NOT_FOUND,
        "did you mean \"remark\"",
        () ->
            catalog.alterTable(
                branch, ref("a"), List.of(new TableAlteration.DropColumn("remarc")), INFO));
    assertFails(
        ErrorCode.TYPE_MISMATCH,
        "cannot become DATE from BIGINT",
        () ->
            catalog.alterTable(
                branch,
                ref("a"),
                List.of(new TableAlteration.ChangeType("id", DataType.DATE)),
                INFO));
  }

  @Test
  void keepsViewsAndFunctionsWithTheData() {
    Catalog catalog = onBranch();
    RowType columns =
        new RowType(
            List.of(
                new Column("tiny", DataType.INT8, true),
                new Column("span", DataType.INTERVAL_DAY_TIME, true),
                new Column("names", new DataType.ListType(DataType.VARCHAR, true), false)));
    CatalogEntry.View view =
        new CatalogEntry.View(
            ref("v"), "SELECT 1", "bauplan", columns, Map.of("comment", "a view"));
    catalog.createView(branch, view, OnExisting.FAIL, INFO);
    FunctionDefinition function = function("return data");
    catalog.createFunction(branch, ref("f"), function, OnExisting.FAIL, INFO);
    PinnedRef tag = catalog.createTag("tag_" + UUID.randomUUID(), catalog.resolve(branch));
    catalog.createFunction(branch, ref("f"), function("return None"), OnExisting.REPLACE, INFO);

    assertThat(catalog.find(tag, ref("V"))).contains(view);
    assertThat(catalog.find(tag, ref("f"))).contains(new CatalogEntry.Function(ref("f"), function));
    assertThat(catalog.find(catalog.resolve(branch), ref("f")))
        .contains(new CatalogEntry.Function(ref("f"), function("return None")));
    assertFails(
        ErrorCode.TABLE_EXISTS,
        "already is a view",
        () -> catalog.createView(branch, view, OnExisting.FAIL, INFO));
    catalog.rename(branch, ref("v"), ref("w"), INFO);
    assertThat(catalog.list(catalog.resolve(branch), Optional.empty()))
        .contains(
            new EntryName(ref("w"), EntryKind.VIEW), new EntryName(ref("f"), EntryKind.FUNCTION));
    catalog.drop(branch, ref("w"), EntryKind.VIEW, INFO);
    catalog.drop(branch, ref("f"), EntryKind.FUNCTION, INFO);
    assertThat(catalog.list(catalog.resolve(branch), Optional.of(List.of("bauplan")))).isEmpty();
  }

  private static FunctionDefinition function(String body) {
    var id = ArrowTypes.field("id", DataType.INT64, true);
    return new FunctionDefinition(
        "f",
        Language.PYTHON,
        "f",
        new FunctionSource("<function f>", body, 3),
        FunctionDefinition.Style.SQL,
        new EnvironmentSpec(
            Optional.of("3.11"), List.of("pandas==2.0"), Optional.of(LocalDate.of(2024, 1, 2))),
        List.of(
            new FunctionParameter.Table("data", Optional.of(List.of(id)), TableSemantics.ROW),
            new FunctionParameter.Table("any", Optional.empty(), TableSemantics.SET),
            new FunctionParameter.Scalar("n", ArrowTypes.field("n", DataType.VARCHAR, true), true)),
        new FunctionReturn.Table(List.of(new OutputColumn(id, Optional.of("data.id")))),
        new FunctionLimits(OptionalLong.of(1 << 20), Duration.ofSeconds(5), 1 << 30, true),
        true);
  }

  @Test
  void createsAssignsAndDeletesReferences() {
    Catalog catalog = onBranch();
    PinnedRef start = catalog.resolve(branch);
    PinnedRef other = catalog.createBranch(branch + "-other", start);
    assertThat(other.kind()).isEqualTo(RefKind.BRANCH);
    catalog.createTable(branch, definition("t"), INFO);
    PinnedRef moved = catalog.resolve(branch);
    assertThat(catalog.assign(other, moved).commit()).isEqualTo(moved.commit());
    assertFails(ErrorCode.COMMIT_CONFLICT, "no longer at", () -> catalog.deleteReference(other));
    catalog.deleteReference(catalog.resolve(other.name()));
    assertThat(catalog.references()).contains(moved).doesNotContain(other);
    assertFails(
        ErrorCode.REF_NOT_FOUND,
        "did you mean \"" + branch,
        () -> catalog.resolve(branch.substring(0, branch.length() - 1)));
    assertFails(ErrorCode.REF_EXISTS, "already is", () -> catalog.createTag(branch, moved));
    assertFails(
        ErrorCode.INVALID_ARGUMENT, "commit hash", () -> catalog.createBranch("deadbeef", moved));
    assertFails(
        ErrorCode.COMMIT_NOT_FOUND,
        "no commit",
        () -> catalog.resolve("@" + "0123456789abcdef".repeat(4)));
    assertFails(
        ErrorCode.COMMIT_NOT_FOUND, "fewer than", () -> catalog.resolve(branch + "~100000"));
  }

  @Test
  void resolvesTimes() throws InterruptedException {
    Catalog catalog = onBranch();
    catalog.createTable(branch, definition("t"), INFO);
    PinnedRef first = catalog.resolve(branch);
    Thread.sleep(20);
    append("t", 1, 0, 0);
    Commit commit = catalog.log(first, 1).getFirst();
    assertThat(catalog.resolve(branch + "*" + commit.time().plusMillis(5))).isEqualTo(first);
    assertThat(commit.properties()).containsEntry("job", "j1");
    assertThat(commit.message()).isEqualTo("a test");
    assertFails(
        ErrorCode.COMMIT_NOT_FOUND,
        "at or before",
        () -> catalog.resolve(branch + "*1999-01-01T00:00:00Z"));
    assertFails(
        ErrorCode.INVALID_DATETIME, "is not a time", () -> catalog.resolve(branch + "*yesterday"));
  }

  @Test
  void mergesInOneCommitAndReportsConflicts() {
    Catalog catalog = onBranch();
    catalog.createTable(branch, definition("t"), INFO);
    PinnedRef base = catalog.resolve(branch);
    PinnedRef run = catalog.createBranch("run_" + UUID.randomUUID(), base);
    assertThat(catalog.merge(run, branch, INFO)).isEqualTo(new MergeOutcome.Merged(base, false));

    catalog.createTable(run.name(), definition("out1"), INFO);
    catalog.createTable(run.name(), definition("out2"), INFO);
    PinnedRef done = catalog.resolve(run.name());
    assertThat(catalog.changedBetween(base, done)).containsExactly(ref("out1"), ref("out2"));
    MergeOutcome outcome = catalog.merge(done, branch, INFO);
    assertThat(outcome).isEqualTo(new MergeOutcome.Merged(catalog.resolve(branch), true));
    assertThat(catalog.log(catalog.resolve(branch), 2).get(1).id()).isEqualTo(base.commit());
    assertThat(table("out2").rowCount()).hasValue(0);
    assertThat(catalog.merge(done, branch, INFO))
        .isEqualTo(new MergeOutcome.Merged(catalog.resolve(branch), false));

    catalog.drop(run.name(), ref("t"), EntryKind.TABLE, INFO);
    append("t", 1, 0, 0);
    PinnedRef target = catalog.resolve(branch);
    MergeOutcome conflict = catalog.merge(catalog.resolve(run.name()), branch, INFO);
    assertThat(conflict)
        .isInstanceOfSatisfying(
            MergeOutcome.Conflict.class,
            c -> {
              assertThat(c.conflicting()).containsExactly(ref("t"));
              assertThat(c.message()).contains("bauplan.t");
            });
    assertThat(catalog.resolve(branch)).isEqualTo(target);
  }

  @Test
  void mergesTablesThatBothSidesAppendedTo() {
    Catalog catalog = onBranch();
    catalog.createTable(branch, definition("t"), INFO);
    append("t", 1, 0, 0);
    PinnedRef run = catalog.createBranch("run_" + UUID.randomUUID(), catalog.resolve(branch));
    append("t", 2, 10, 11);
    WriteTarget target = table(run, "t").writeTarget();
    for (int i = 0; i < 2; i++) {
      catalog.commit(
          run.name(),
          new TableChange.Append(target, List.of(WrittenFiles.of(target, 4, 20, 23))),
          INFO);
    }
    catalog.createTable(run.name(), definition("out"), INFO);

    PinnedRef done = catalog.resolve(run.name());
    PinnedRef before = catalog.resolve(branch);
    assertThat(catalog.merge(done, branch, INFO))
        .isEqualTo(new MergeOutcome.Merged(catalog.resolve(branch), true));
    assertThat(table("t").rowCount()).hasValue(11);
    assertThat(plan(table("t"), Optional.empty())).hasSize(4);
    assertThat(table("out").rowCount()).hasValue(0);
    assertThat(catalog.log(catalog.resolve(branch), 2).get(1).id()).isEqualTo(before.commit());

    assertThat(catalog.merge(done, branch, INFO))
        .isEqualTo(new MergeOutcome.Merged(catalog.resolve(branch), false));
    assertThat(table("t").rowCount()).hasValue(11);
  }

  @Test
  void doesNotMergeAppendsWithOverwrites() {
    Catalog catalog = onBranch();
    catalog.createTable(branch, definition("t"), INFO);
    append("t", 1, 0, 0);
    PinnedRef run = catalog.createBranch("run_" + UUID.randomUUID(), catalog.resolve(branch));
    append("t", 2, 10, 11);
    catalog.commit(
        run.name(), new TableChange.Replace(table(run, "t").writeTarget(), List.of(), -2), INFO);

    assertThat(catalog.merge(catalog.resolve(run.name()), branch, INFO))
        .isInstanceOf(MergeOutcome.Conflict.class);
    assertThat(table("t").rowCount()).hasValue(3);
  }

  @Test
  void losesNoConcurrentAppend() throws Exception {
    Catalog catalog = onBranch();
    catalog.createTable(branch, definition("t"), INFO);
    int threads = 6;
    int appends = 5;
    List<Future<?>> running = new ArrayList<>();
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      for (int i = 0; i < threads; i++) {
        running.add(
            pool.submit(
                () -> {
                  for (int n = 0; n < appends; n++) {
                    append("t", 1, n, n);
                  }
                }));
      }
      for (Future<?> each : running) {
        each.get();
      }
    }
    assertThat(table("t").rowCount()).hasValue(threads * appends);
    assertThat(plan(table("t"), Optional.empty())).hasSize(threads * appends);
  }

  @Test
  void keepsNamespaces() {
    Catalog catalog = onBranch();
    catalog.createNamespace(branch, List.of("raw", "eu"), INFO);
    PinnedRef head = catalog.resolve(branch);
    assertThat(catalog.namespaces(head)).contains(List.of("raw"), List.of("raw", "eu"));
    assertFails(
        ErrorCode.NAMESPACE_NOT_EMPTY,
        "raw.eu",
        () -> catalog.dropNamespace(branch, List.of("RAW"), INFO));
    catalog.dropNamespace(branch, List.of("raw", "eu"), INFO);
    catalog.dropNamespace(branch, List.of("raw"), INFO);
    assertThat(catalog.namespaces(catalog.resolve(branch))).doesNotContain(List.of("raw"));
    assertFails(
        ErrorCode.NAMESPACE_NOT_FOUND,
        "no namespace raw",
        () -> catalog.dropNamespace(branch, List.of("raw"), INFO));
  }

  @Test
  void refusesWhatATableCannotHold() {
    Catalog catalog = onBranch();
    assertFails(
        ErrorCode.NOT_SUPPORTED,
        "holds nothing but NULL",
        () ->
            catalog.createTable(
                branch,
                new TableDefinition(
                    ref("n"), List.of(new Column("x", DataType.NULL, true)), List.of(), Map.of()),
                INFO));
    assertFails(
        ErrorCode.COLUMN_NOT_FOUND,
        "did you mean \"name\"",
        () ->
            catalog.createTable(
                branch,
                new TableDefinition(
                    ref("n"),
                    COLUMNS,
                    List.of(new TableDefinition.Partitioning("nane", "identity")),
                    Map.of()),
                INFO));
  }
}
