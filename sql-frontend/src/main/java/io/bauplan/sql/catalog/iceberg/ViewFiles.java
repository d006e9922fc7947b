package io.bauplan.sql.catalog.iceberg;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.bauplan.sql.catalog.CatalogEntry;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.ArrowTypes;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.RowType;
import io.bauplan.sql.plan.ScanColumn;
import io.bauplan.sql.plan.TableRef;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.arrow.vector.types.pojo.Schema;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.apache.iceberg.view.ImmutableSQLViewRepresentation;
import org.apache.iceberg.view.ImmutableViewVersion;
import org.apache.iceberg.view.SQLViewRepresentation;
import org.apache.iceberg.view.ViewMetadata;
import org.apache.iceberg.view.ViewMetadataParser;
import org.apache.iceberg.view.ViewRepresentation;
import org.jspecify.annotations.Nullable;

/// Views as Iceberg view metadata, with the dialect `bauplan`. The columns' exact types stand
/// beside Iceberg's schema in a property, since views may have columns that tables may not.
public final class ViewFiles {
  public static final String DIALECT = "bauplan";
  private static final String COLUMNS_PROPERTY = "bauplan.columns";

  private final FileIO io;

  public ViewFiles(FileIO io) {
    this.io = io;
  }

  /// @param metadataLocation of the file written
  public record WrittenView(String metadataLocation, int versionId, int schemaId) {}

  /// Writes a new view's metadata file.
  public WrittenView write(CatalogEntry.View view, String warehouse) {
    String location = TableFactory.location(view.name(), warehouse);
    Map<String, String> properties = new HashMap<>(view.properties());
    properties.put(COLUMNS_PROPERTY, ArrowTypes.schema(view.columns()).toJson());
    ImmutableViewVersion version =
        ImmutableViewVersion.builder()
            .versionId(1)
            .schemaId(0)
            .timestampMillis(System.currentTimeMillis())
            .defaultNamespace(Namespace.of(view.defaultNamespace().split("\\.", -1)))
            .putSummary("operation", "create")
            .addRepresentations(
                ImmutableSQLViewRepresentation.builder().sql(view.sql()).dialect(DIALECT).build())
            .build();
    ViewMetadata metadata =
        ViewMetadata.builder()
            .assignUUID(UUID.randomUUID().toString())
            .setLocation(location)
            .setProperties(properties)
            .setCurrentVersion(version, schema(view.columns()))
            .build();
    String file = location + "/metadata/00000-" + UUID.randomUUID() + ".metadata.json";
    try {
      ViewMetadataParser.write(metadata, io.newOutputFile(file));
    } catch (EngineException e) {
      throw e;
    } catch (RuntimeException e) {
      throw StorageErrors.writing(file, e);
    }
    return new WrittenView(file, metadata.currentVersionId(), metadata.currentSchemaId());
  }

  /// A schema that other engines can read: types that Iceberg lacks become strings.
  private static org.apache.iceberg.Schema schema(RowType columns) {
    List<NestedField> fields = new ArrayList<>();
    for (Column column : columns.columns()) {
      List<NestedField> single;
      try {
        single = IcebergTypes.schema(List.of(column)).columns();
      } catch (EngineException e) {
        single = List.of(NestedField.optional(1, column.name(), Types.StringType.get()));
      }
      fields.add(single.getFirst());
    }
    // Ids must be unique over all columns, nested ones included.
    int[] last = {0};
    List<NestedField> renumbered =
        fields.stream()
            .map(
                field ->
                    org.apache.iceberg.types.TypeUtil.assignFreshIds(
                            new org.apache.iceberg.Schema(field), () -> ++last[0])
                        .columns()
                        .getFirst())
            .toList();
    return new org.apache.iceberg.Schema(renumbered);
  }

  public CatalogEntry.View read(TableRef name, String metadataLocation) {
    ViewMetadata metadata;
    try {
      metadata = ViewMetadataParser.read(io.newInputFile(metadataLocation));
    } catch (NotFoundException e) {
      throw new EngineException(
          ErrorCode.OBJECT_STORE_ERROR,
          "the catalog names the view metadata file " + metadataLocation + ", which does not exist",
          e);
    } catch (EngineException e) {
      throw e;
    } catch (RuntimeException e) {
      throw StorageErrors.reading(metadataLocation, e);
    }
    Map<String, String> properties = new HashMap<>(metadata.properties());
    String columns = properties.remove(COLUMNS_PROPERTY);
    return new CatalogEntry.View(
        name,
        sql(name, metadata),
        String.join(".", metadata.currentVersion().defaultNamespace().levels()),
        columns(metadata, columns),
        Map.copyOf(properties));
  }

  /// Our dialect's text; failing that any other, which may or may not parse.
  private static String sql(TableRef name, ViewMetadata metadata) {
    @Nullable String other = null;
    for (ViewRepresentation representation : metadata.currentVersion().representations()) {
      if (representation instanceof SQLViewRepresentation text) {
        if (text.dialect().equalsIgnoreCase(DIALECT)) {
          return text.sql();
        }
        other = text.sql();
      }
    }
    if (other == null) {
      throw new EngineException(
          ErrorCode.NOT_SUPPORTED, "view " + name + " has no SQL text that could be read");
    }
    return other;
  }

  private static RowType columns(ViewMetadata metadata, @Nullable String arrowJson) {
    if (arrowJson != null) {
      try {
        return ArrowTypes.rowType(Schema.fromJSON(arrowJson));
      } catch (JsonProcessingException e) {
        throw new EngineException(
            ErrorCode.CATALOG_ERROR, "the columns of a view's metadata file are not readable", e);
      } catch (IOException e) {
        throw StorageErrors.reading(metadata.metadataFileLocation(), e);
      }
    }
    return new RowType(
        IcebergTypes.columns(metadata.schema()).stream().map(ScanColumn::column).toList());
  }
}
