package io.bauplan.exec.scan.parquet;

import io.bauplan.exec.scan.IdentityValues;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.ScanColumn;
import io.bauplan.sql.plan.ScanFile;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Where the columns of a scan are in one file: by field id; by name where the file has no ids or
/// the scan gives none.
record ColumnBinding(List<RowGroupReader.Wanted> wanted) {

  static ColumnBinding of(ScanFile file, Footer footer, List<ScanColumn> columns) {
    Map<Integer, SchemaNode> byId = new HashMap<>();
    Map<String, SchemaNode> byName = new HashMap<>();
    boolean ids = false;
    for (SchemaNode node : footer.root().children()) {
      if (node.fieldId() >= 0) {
        byId.putIfAbsent(node.fieldId(), node);
        ids = true;
      }
      byName.putIfAbsent(node.name(), node);
    }
    List<RowGroupReader.Wanted> wanted = new ArrayList<>();
    for (ScanColumn column : columns) {
      String name = column.column().name();
      SchemaNode node =
          column.fieldId() >= 0 && ids ? byId.get(column.fieldId()) : byName.get(name);
      try {
        if (column.fieldId() == ScanColumn.FILE_ID) {
          wanted.add(
              new RowGroupReader.Wanted(
                  name, column.column().type(), column.ids(), null, file.location()));
        } else if (node != null) {
          wanted.add(
              new RowGroupReader.Wanted(
                  name, column.column().type(), column.ids(), ColumnShape.of(node), null));
        } else {
          String partition = file.identityPartition().get(column.fieldId());
          Object value =
              column.fieldId() >= 0 && partition != null
                  ? IdentityValues.parse(partition, column.column().type())
                  : column.initialDefault();
          wanted.add(
              new RowGroupReader.Wanted(name, column.column().type(), column.ids(), null, value));
        }
      } catch (CorruptData e) {
        throw new EngineException(
            ErrorCode.MALFORMED_FILE,
            "\"" + file.location() + "\": column \"" + name + "\": " + e.getMessage());
      }
    }
    return new ColumnBinding(List.copyOf(wanted));
  }

  /// Bytes of the columns in one row group.
  long bytes(Footer.RowGroup group) {
    long sum = 0;
    for (RowGroupReader.Wanted each : wanted) {
      if (each.shape() != null) {
        sum += bytes(each.shape(), group);
      }
    }
    return sum;
  }

  /// A guess of the memory that the columns of one row group take when decoded.
  long plainBytes(Footer.RowGroup group) {
    long sum = 0;
    for (RowGroupReader.Wanted each : wanted) {
      if (each.shape() != null) {
        sum += plainBytes(each.shape(), group);
      }
    }
    return sum;
  }

  /// Compressed bytes of a column in one row group.
  static long bytes(ColumnShape shape, Footer.RowGroup group) {
    return switch (shape) {
      case ColumnShape.Primitive p -> group.chunks().get(p.leaf().leaf()).compressedBytes();
      case ColumnShape.Group g -> g.fields().stream().mapToLong(f -> bytes(f, group)).sum();
      case ColumnShape.Repeated r -> bytes(r.element(), group);
      case ColumnShape.Entries e -> bytes(e.key(), group) + bytes(e.value(), group);
    };
  }

  /// A guess of the memory that a column of a row group takes when decoded.
  static long plainBytes(ColumnShape shape, Footer.RowGroup group) {
    return switch (shape) {
      case ColumnShape.Primitive p -> {
        Footer.Chunk chunk = group.chunks().get(p.leaf().leaf());
        // Dictionary pages make fixed-width values smaller than they are in memory.
        long width = Conversion.width(p.type());
        yield Math.max(chunk.uncompressedBytes(), chunk.valueCount() * width);
      }
      case ColumnShape.Group g -> g.fields().stream().mapToLong(f -> plainBytes(f, group)).sum();
      case ColumnShape.Repeated r -> plainBytes(r.element(), group);
      case ColumnShape.Entries e -> plainBytes(e.key(), group) + plainBytes(e.value(), group);
    };
  }
}
