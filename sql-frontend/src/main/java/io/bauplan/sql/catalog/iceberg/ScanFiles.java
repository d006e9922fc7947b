package io.bauplan.sql.catalog.iceberg;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.DataFileFormat;
import io.bauplan.sql.plan.ScanFile;
import io.bauplan.sql.plan.TableRef;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.PartitionField;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.transforms.Transform;
import org.apache.iceberg.transforms.Transforms;
import org.apache.iceberg.types.Type;

/// Turns Iceberg's scan tasks into what crosses to the worker.
final class ScanFiles {
  private ScanFiles() {}

  static ScanFile of(TableRef table, FileScanTask task) {
    DataFile file = task.file();
    if (file.format() != FileFormat.PARQUET) {
      throw new EngineException(
          ErrorCode.NOT_SUPPORTED,
          "table "
              + table
              + " has a data file in the format "
              + file.format()
              + ", which is not read here: "
              + file.location());
    }
    return new ScanFile(
        file.location(),
        DataFileFormat.PARQUET,
        file.fileSizeInBytes(),
        file.recordCount(),
        identityPartition(task.spec(), file.partition()),
        deletes(task.deletes()));
  }

  private static Map<Integer, String> identityPartition(PartitionSpec spec, StructLike partition) {
    if (spec.isUnpartitioned()) {
      return Map.of();
    }
    Map<Integer, String> values = new HashMap<>();
    List<PartitionField> fields = spec.fields();
    for (int i = 0; i < fields.size(); i++) {
      PartitionField field = fields.get(i);
      Type type = spec.schema().findType(field.sourceId());
      if (field.transform().isIdentity() && type != null) {
        Object value = partition.get(i, Object.class);
        if (value != null) {
          values.put(field.sourceId(), text(type, value));
        }
      }
    }
    return values;
  }

  private static String text(Type type, Object value) {
    Transform<Object, Object> identity = Transforms.identity();
    return identity.toHumanString(type, value);
  }

  private static List<ScanFile.DeleteFile> deletes(List<DeleteFile> deletes) {
    if (deletes.isEmpty()) {
      return List.of();
    }
    List<ScanFile.DeleteFile> converted = new ArrayList<>(deletes.size());
    for (DeleteFile delete : deletes) {
      converted.add(
          new ScanFile.DeleteFile(
              kind(delete),
              delete.location(),
              delete.fileSizeInBytes(),
              delete.equalityFieldIds() == null ? List.of() : delete.equalityFieldIds(),
              delete.contentOffset() == null ? -1 : delete.contentOffset(),
              delete.contentSizeInBytes() == null ? -1 : delete.contentSizeInBytes()));
    }
    return converted;
  }

  private static ScanFile.DeleteFile.Kind kind(DeleteFile delete) {
    return switch (delete.content()) {
      case EQUALITY_DELETES -> ScanFile.DeleteFile.Kind.EQUALITY;
      case POSITION_DELETES ->
          delete.format() == FileFormat.PUFFIN
              ? ScanFile.DeleteFile.Kind.DELETION_VECTOR
              : ScanFile.DeleteFile.Kind.POSITION;
      case DATA, DATA_MANIFEST, DELETE_MANIFEST ->
          throw new EngineException(
              ErrorCode.CATALOG_ERROR, "not a delete file: " + delete.location());
    };
  }
}
