package io.bauplan.sql.catalog.iceberg;

import io.bauplan.sql.catalog.TableDefinition;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.TableRef;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.TypeUtil;
import org.apache.iceberg.types.Types.NestedField;

/// Makes the metadata of new tables.
public final class TableFactory {
  private static final int MAX_FOLDER_NAME_CHARS = 60;

  private TableFactory() {}

  /// Metadata of an empty table, not yet written.
  static TableMetadata create(TableDefinition definition, String warehouse) {
    Schema schema = IcebergTypes.schema(definition);
    PartitionSpec spec = Partitioning.spec(schema, definition.partitioning());
    Map<String, String> properties = properties(definition);
    String location = properties.remove("location");
    checkDefaults(definition, properties);
    try {
      return TableMetadata.newTableMetadata(
          schema,
          spec,
          SortOrder.unsorted(),
          location != null ? location : location(definition.name(), warehouse),
          properties);
    } catch (IllegalArgumentException | UnsupportedOperationException e) {
      throw invalid(definition, e);
    }
  }

  /// Metadata of a table that takes the place of `base` in its history, emptied.
  static TableMetadata replace(TableMetadata base, TableDefinition definition) {
    Schema schema = IcebergTypes.schema(definition);
    PartitionSpec spec = Partitioning.spec(schema, definition.partitioning());
    Map<String, String> properties = properties(definition);
    properties.remove("location");
    if (!definition.properties().containsKey(TableProperties.FORMAT_VERSION)) {
      properties.put(TableProperties.FORMAT_VERSION, Integer.toString(base.formatVersion()));
    }
    checkDefaults(definition, properties);
    try {
      TableMetadata replaced =
          withoutChanged(base, schema)
              .buildReplacement(schema, spec, SortOrder.unsorted(), base.location(), properties);
      return TableMetadata.buildFrom(replaced)
          .removeProperties(Set.of(CopiedFiles.PROPERTY))
          .build();
    } catch (IllegalArgumentException | UnsupportedOperationException e) {
      throw invalid(definition, e);
    }
  }

  /// Iceberg gives a new column the id of the old one of that name, whatever its type: what the
  /// history says of the id, such as how files were partitioned by it, would then not fit any more
  /// and nobody could read the table. So a column of another type loses its name first.
  private static TableMetadata withoutChanged(TableMetadata base, Schema wanted) {
    List<NestedField> kept =
        base.schema().columns().stream()
            .filter(
                column -> {
                  NestedField now = wanted.asStruct().field(column.name());
                  return now == null || continues(column.type(), now.type());
                })
            .toList();
    if (kept.size() == base.schema().columns().size()) {
      return base;
    }
    TableMetadata.Builder without = TableMetadata.buildFrom(base);
    if (base.spec().isPartitioned()) {
      if (base.formatVersion() < 2) {
        throw new EngineException(
            ErrorCode.NOT_SUPPORTED,
            "a partitioned table of format-version 1 cannot be replaced by one with other types",
            null,
            "drop it first, or give it format-version 2: ALTER TABLE ... SET PROPERTIES"
                + " (\"format-version\" = '2')",
            null);
      }
      without.setDefaultPartitionSpec(PartitionSpec.unpartitioned());
    }
    return without.setCurrentSchema(new Schema(kept), base.lastColumnId()).build();
  }

  /// Whether values of a type are also of the other, ids inside them apart.
  private static boolean continues(Type before, Type now) {
    return before.isPrimitiveType() && now.isPrimitiveType()
        ? TypeUtil.isPromotionAllowed(before, now.asPrimitiveType())
        : numbered(before).equals(numbered(now));
  }

  private static Type numbered(Type type) {
    return TypeUtil.assignFreshIds(type, new AtomicInteger()::incrementAndGet);
  }

  private static void checkDefaults(TableDefinition definition, Map<String, String> properties) {
    checkDefaults(
        definition.name(),
        Integer.parseInt(properties.get(TableProperties.FORMAT_VERSION)),
        !definition.defaults().isEmpty());
  }

  /// Older formats have no place for defaults.
  static void checkDefaults(TableRef name, int formatVersion, boolean wanted) {
    if (wanted && formatVersion < 3) {
      throw new EngineException(
          ErrorCode.NOT_SUPPORTED,
          "table "
              + name
              + " has format-version "
              + formatVersion
              + ", which has no column defaults",
          null,
          "give it format-version 3: CREATE TABLE ... WITH (\"format-version\" = '3'), or ALTER"
              + " TABLE ... SET PROPERTIES (\"format-version\" = '3')",
          null);
    }
  }

  private static EngineException invalid(TableDefinition definition, RuntimeException e) {
    return new EngineException(
        ErrorCode.INVALID_ARGUMENT,
        "cannot create table " + definition.name() + ": " + e.getMessage(),
        e);
  }

  private static Map<String, String> properties(TableDefinition definition) {
    Map<String, String> properties = new HashMap<>();
    properties.put(TableProperties.FORMAT_VERSION, "2");
    properties.put(TableProperties.PARQUET_COMPRESSION, "zstd");
    // Branches share files: only maintenance that sees all references may delete.
    properties.put(TableProperties.GC_ENABLED, "false");
    properties.putAll(definition.properties());
    String version = properties.getOrDefault(TableProperties.FORMAT_VERSION, "2");
    if (!version.matches("[123]")) {
      throw new EngineException(
          ErrorCode.INVALID_ARGUMENT,
          "format-version is \"" + version + "\", but must be 1, 2 or 3");
    }
    return properties;
  }

  /// A folder of its own, so that tables of one name on two branches never share one.
  public static String location(TableRef name, String warehouse) {
    StringBuilder location = new StringBuilder(warehouse);
    for (String level : name.namespace()) {
      location.append('/').append(folder(level));
    }
    String unique = UUID.randomUUID().toString().replace("-", "");
    return location.append('/').append(folder(name.name())).append('_').append(unique).toString();
  }

  private static String folder(String name) {
    String safe = name.replaceAll("[^A-Za-z0-9_-]", "_");
    return safe.substring(0, Math.min(safe.length(), MAX_FOLDER_NAME_CHARS));
  }
}
