package io.bauplan.sql.catalog.nessie;

import io.bauplan.sql.catalog.iceberg.ViewFiles;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.TableRef;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.projectnessie.model.UDF;

/// Functions as Nessie UDF contents. Nessie's stores before 0.95 keep only the text and the dialect
/// of a UDF, later ones the metadata location and ids; the location is put where both keep it.
final class FunctionContent {
  private FunctionContent() {}

  static UDF of(String location, @org.jspecify.annotations.Nullable String contentId) {
    var content =
        UDF.builder()
            .dialect(ViewFiles.DIALECT)
            .sqlText(location)
            .metadataLocation(location)
            .versionId(UUID.randomUUID().toString())
            .signatureId("1");
    return contentId == null ? content.build() : content.id(contentId).build();
  }

  /// Files that a function may need, other engines' included.
  static Stream<String> files(UDF function) {
    return Stream.of(
            Optional.ofNullable(function.getMetadataLocation()),
            Optional.ofNullable(function.getSqlText()).filter(text -> text.endsWith(".json")))
        .flatMap(Optional::stream);
  }

  static String location(TableRef name, UDF function) {
    String location =
        function.getMetadataLocation() != null
            ? function.getMetadataLocation()
            : ViewFiles.DIALECT.equals(function.getDialect()) ? function.getSqlText() : null;
    if (location == null || !location.endsWith(".json")) {
      throw new EngineException(
          ErrorCode.NOT_SUPPORTED,
          "function " + name + " was created by another engine and cannot be run here");
    }
    return location;
  }
}
