package io.bauplan.sql.catalog.nessie;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.bauplan.sql.catalog.Catalog;
import io.bauplan.sql.catalog.CatalogContractTest;
import io.bauplan.sql.catalog.CommitInfo;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_METHOD)
final class EmbeddedCatalogTest extends CatalogContractTest {
  @TempDir static Path folder;
  private static Catalog catalog;

  @BeforeAll
  static void open() {
    catalog = NessieCatalogs.openEmbedded(folder);
  }

  @AfterAll
  static void close() {
    catalog.close();
  }

  @Override
  protected Catalog catalog() {
    return catalog;
  }

  @Test
  void refusesAFolderThatIsInUse() {
    assertThatExceptionOfType(EngineException.class)
        .isThrownBy(() -> NessieCatalogs.openEmbedded(folder))
        .withMessageContaining(folder.toString())
        .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.WAREHOUSE_LOCKED));
  }

  @Test
  void refusesAFolderThatIsAFile(@TempDir Path other) throws IOException {
    Path file = Files.writeString(other.resolve("file"), "");
    assertThatExceptionOfType(EngineException.class)
        .isThrownBy(() -> NessieCatalogs.openEmbedded(file))
        .withMessageContaining("is a file")
        .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.WAREHOUSE_UNUSABLE));
  }

  @Test
  void keepsWhatWasCommittedWhenReopened(@TempDir Path other) {
    try (Catalog first = NessieCatalogs.openEmbedded(other)) {
      first.createNamespace("main", List.of("raw"), CommitInfo.of("first"));
    }
    try (Catalog second = NessieCatalogs.openEmbedded(other)) {
      assertThat(second.namespaces(second.resolve("main")))
          .containsExactly(List.of("bauplan"), List.of("raw"));
      assertThat(second.warehouseLocation()).isEqualTo(other.resolve("data").toString());
    }
  }
}
