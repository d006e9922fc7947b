package io.bauplan.sql.catalog.iceberg;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.sql.catalog.TableDefinition;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.TableRef;
import io.bauplan.sql.plan.WriteTarget;
import io.bauplan.sql.plan.WrittenFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.inmemory.InMemoryFileIO;
import org.apache.iceberg.io.InputFile;
import org.junit.jupiter.api.Test;

final class TableFileWalkTest {
  private static final TableRef NAME = new TableRef(List.of(), "t");
  private static final int COMMITS = 30;

  /// Keeps which files were opened.
  private static final class Opened extends InMemoryFileIO {
    private final List<String> files = new ArrayList<>();

    @Override
    public InputFile newInputFile(String location) {
      files.add(location);
      return super.newInputFile(location);
    }
  }

  @Test
  void everyFileOfATablesHistoryIsReadOnce() {
    Opened io = new Opened();
    TableStore store = new TableStore(io);
    List<String> versions = new ArrayList<>();
    List<String> dataFiles = new ArrayList<>();
    TableDefinition definition =
        new TableDefinition(
            NAME, List.of(new Column("a", DataType.INT64, true)), List.of(), Map.of());
    TableUpdate first = TableUpdate.create(store, definition, "/warehouse");
    versions.add(first.write().metadataLocation());
    for (int i = 0; i < COMMITS; i++) {
      TableUpdate update = TableUpdate.of(NAME, store, versions.getLast());
      WriteTarget target = update.writeTarget();
      WrittenFile file = file(target.dataLocation() + "/" + i + ".parquet");
      update.append(target, List.of(file), Map.of());
      versions.add(update.write().metadataLocation());
      dataFiles.add(file.location());
    }
    io.files.clear();

    TableFileWalk walk = new TableFileWalk(store);
    versions.reversed().forEach(version -> walk.visit(version, TableFileWalk.OnMissing.FAIL));

    assertThat(walk.reached()).containsAll(versions).containsAll(dataFiles);
    assertThat(io.files).doesNotHaveDuplicates();
    // A list and a manifest for each commit.
    assertThat(walk.reached()).hasSize(versions.size() + 3 * COMMITS);
  }

  private static WrittenFile file(String path) {
    return new WrittenFile(
        path,
        1000,
        1,
        List.of(),
        Map.of(),
        Map.of(),
        Map.of(),
        Map.of(),
        Map.of(),
        Map.of(),
        List.of(4L));
  }
}
