package io.bauplan.sql.catalog.nessie;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.bauplan.sql.catalog.Catalog;
import io.bauplan.sql.catalog.CatalogEntry;
import io.bauplan.sql.catalog.CatalogTable;
import io.bauplan.sql.catalog.CommitInfo;
import io.bauplan.sql.catalog.MergeOutcome;
import io.bauplan.sql.catalog.PinnedRef;
import io.bauplan.sql.catalog.TableAlteration;
import io.bauplan.sql.catalog.TableDefinition;
import io.bauplan.sql.catalog.iceberg.WarehouseFileIO;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.TableRef;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.projectnessie.client.api.NessieApiV2;

/// Engines that share one Nessie, and a Nessie whose answers get lost. The Nessie is real: faults
/// are put on the way to it.
final class CommitFaultsTest {
  private static final CommitInfo INFO = CommitInfo.of("a test");

  private enum Fault {
    NONE,
    /// The request never arrives.
    REQUEST_LOST,
    /// The request is carried out, the answer does not come back.
    ANSWER_LOST
  }

  @TempDir static Path folder;
  private static EmbeddedNessie nessie;

  private final AtomicReference<Fault> fault = new AtomicReference<>(Fault.NONE);
  private final TableRef name = new TableRef(List.of("bauplan"), "t");
  private String branch = "";
  private Catalog catalog;

  @BeforeAll
  static void open() {
    nessie = EmbeddedNessie.open(folder);
  }

  @AfterAll
  static void close() {
    nessie.close();
  }

  @BeforeEach
  void createTable() {
    catalog = engine();
    branch = "b-" + System.nanoTime();
    catalog.createBranch(branch, catalog.resolve("main"));
    catalog.createTable(
        branch,
        new TableDefinition(
            name, List.of(new Column("id", DataType.INT64, true)), List.of(), Map.of()),
        INFO);
  }

  private Catalog engine() {
    NessieApiV2 api = faulty(NessieApiV2.class, nessie.api());
    return new NessieCatalog(
        new NessieStore(api, new WarehouseFileIO(), folder.resolve("data").toString()), () -> {});
  }

  /// Passes every call on; at the calls that change a branch the fault strikes.
  private <T> T faulty(Class<T> type, Object real) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              boolean changes = Set.of("commit", "merge").contains(method.getName());
              Fault struck = changes ? fault.get() : Fault.NONE;
              if (struck == Fault.REQUEST_LOST) {
                throw new IllegalStateException("connection reset");
              }
              Object result;
              try {
                result = method.invoke(real, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
              if (struck == Fault.ANSWER_LOST) {
                throw new IllegalStateException("connection reset");
              }
              if (result == real) {
                return proxy;
              }
              boolean isBuilder = method.getReturnType().getSimpleName().endsWith("Builder");
              return isBuilder ? faulty(method.getReturnType(), result) : result;
            }));
  }

  private CatalogTable table() {
    return switch (catalog.find(catalog.resolve(branch), name).orElseThrow()) {
      case CatalogEntry.Table(CatalogTable table) -> table;
      case CatalogEntry other -> throw new AssertionError(other);
    };
  }

  private static void setProperty(Catalog engine, String branch, TableRef name, String key) {
    engine.alterTable(branch, name, List.of(new TableAlteration.SetProperty(key, "set")), INFO);
  }

  @Test
  void enginesThatShareACatalogLoseNoChange() throws Exception {
    int engines = 4;
    int changes = 5;
    List<Future<?>> running = new ArrayList<>();
    try (ExecutorService pool = Executors.newFixedThreadPool(engines)) {
      for (int engine = 0; engine < engines; engine++) {
        Catalog own = engine();
        String prefix = "e" + engine + ".";
        running.add(
            pool.submit(
                () -> {
                  for (int n = 0; n < changes; n++) {
                    setProperty(own, branch, name, prefix + n);
                  }
                }));
      }
      for (Future<?> each : running) {
        each.get();
      }
    }
    assertThat(table().properties().values().stream().filter("set"::equals))
        .hasSize(engines * changes);
  }

  @Test
  void aCommitWhoseAnswerIsLostIsFoundAgain() {
    fault.set(Fault.ANSWER_LOST);
    setProperty(catalog, branch, name, "x");
    fault.set(Fault.NONE);
    assertThat(table().properties()).containsEntry("x", "set");
  }

  @Test
  void aCommitThatMayHaveHappenedIsUnknownAndKeepsItsFiles() throws IOException {
    long before = filesOfTable();
    fault.set(Fault.REQUEST_LOST);
    assertThatExceptionOfType(EngineException.class)
        .isThrownBy(() -> setProperty(catalog, branch, name, "x"))
        .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.COMMIT_STATE_UNKNOWN));
    fault.set(Fault.NONE);
    assertThat(filesOfTable()).isEqualTo(before + 1);
    assertThat(table().properties()).doesNotContainKey("x");
  }

  @Test
  void aChangeThatIsRefusedLeavesNoFiles() throws IOException {
    long before = filesOfTable();
    assertThatExceptionOfType(EngineException.class)
        .isThrownBy(
            () ->
                catalog.alterTable(
                    branch, name, List.of(new TableAlteration.DropColumn("none")), INFO));
    assertThat(filesOfTable()).isEqualTo(before);
  }

  private long filesOfTable() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of(table().location()))) {
      return files.filter(Files::isRegularFile).count();
    }
  }

  @Test
  void aMergeWhoseAnswerIsLostIsFoundAgainOrUnknown() {
    PinnedRef run = catalog.createBranch(branch + "-run", catalog.resolve(branch));
    setProperty(catalog, run.name(), name, "x");
    PinnedRef done = catalog.resolve(run.name());
    fault.set(Fault.REQUEST_LOST);
    MergeOutcome lost = catalog.merge(done, branch, INFO);
    fault.set(Fault.ANSWER_LOST);
    MergeOutcome merged = catalog.merge(done, branch, INFO);
    fault.set(Fault.NONE);
    assertThat(lost).isInstanceOf(MergeOutcome.Unknown.class);
    assertThat(merged).isEqualTo(new MergeOutcome.Merged(catalog.resolve(branch), true));
    assertThat(table().properties()).containsEntry("x", "set");
  }
}
