package io.bauplan.exec.scan;

import io.bauplan.exec.scan.arrow.ArrowSource;
import io.bauplan.exec.scan.parquet.ParquetSource;
import io.bauplan.exec.scan.store.ObjectStore;
import io.bauplan.exec.scan.text.CsvSource;
import io.bauplan.exec.scan.text.JsonSource;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataFileFormat;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.RowType;
import io.bauplan.sql.plan.ScanFile;
import io.bauplan.sql.session.FileSchemas;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/// Finds the files that a path stands for, and the columns that they have together: by name, in the
/// order of the first file; a column that some files lack is NULL there.
record FileDescriber(
    ObjectStore store, ParquetSource parquet, CsvSource csv, JsonSource json, ArrowSource arrow)
    implements FileSchemas {
  /// Of more files only the first are looked into; the others must fit.
  private static final int MAX_FILES_OPENED = 256;

  private static final int KEY_BYTES = 10;

  @Override
  public PhysicalPlan.FileScan describe(
      DataFileFormat format, String uri, Map<String, String> options) {
    if (uri.isBlank()) {
      throw new EngineException(ErrorCode.INVALID_ARGUMENT, "the path of the files is empty");
    }
    List<ScanFile> files = new ArrayList<>();
    Map<String, Column> columns = new LinkedHashMap<>();
    List<ObjectStore.FileInfo> found = store.list(uri);
    if (format == DataFileFormat.PARQUET) {
      parquet.open(found.subList(0, Math.min(found.size(), MAX_FILES_OPENED)));
    }
    for (ObjectStore.FileInfo info : found) {
      long rows = -1;
      if (files.size() < MAX_FILES_OPENED) {
        merge(columns, schema(format, info, options), info.location(), !files.isEmpty());
        rows = format == DataFileFormat.PARQUET ? parquet.rowCount(info) : -1;
      }
      files.add(new ScanFile(info.location(), format, info.sizeBytes(), rows, Map.of(), List.of()));
    }
    RowType row = new RowType(List.copyOf(columns.values()));
    return new PhysicalPlan.FileScan(
        format,
        files,
        options,
        row,
        IntStream.range(0, row.size()).boxed().toList(),
        Optional.empty());
  }

  @Override
  public Map<String, String> keys(String uri) {
    Map<String, String> keys = new LinkedHashMap<>();
    for (ObjectStore.FileInfo info : store.list(uri)) {
      keys.put(info.location(), key(info));
    }
    return keys;
  }

  private static String key(ObjectStore.FileInfo info) {
    String identity = info.location() + "\0" + info.sizeBytes() + "\0" + info.version();
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(identity.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, KEY_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private RowType schema(
      DataFileFormat format, ObjectStore.FileInfo info, Map<String, String> options) {
    String location = info.location();
    return switch (format) {
      case PARQUET -> parquet.schema(info);
      case CSV -> csv.schema(location, options);
      case JSON -> json.schema(location, options);
      case ARROW -> arrow.schema(location);
    };
  }

  private static void merge(
      Map<String, Column> columns, RowType row, String location, boolean later) {
    Map<String, Column> own = new LinkedHashMap<>();
    for (Column column : row.columns()) {
      if (own.put(column.name(), column) != null) {
        throw new EngineException(
            ErrorCode.DUPLICATE_NAME,
            "\"" + location + "\" has two columns \"" + column.name() + "\"");
      }
    }
    for (Column column : own.values()) {
      Column known = columns.get(column.name());
      if (known == null) {
        columns.put(column.name(), later ? new Column(column.name(), column.type(), true) : column);
      } else {
        columns.put(
            column.name(),
            new Column(
                column.name(),
                common(known.type(), column, location),
                known.nullable() || column.nullable()));
      }
    }
    columns.replaceAll(
        (name, column) ->
            own.containsKey(name) || column.nullable()
                ? column
                : new Column(name, column.type(), true));
  }

  /// The type that values of both widen to without loss.
  private static DataType common(DataType a, Column column, String location) {
    DataType b = column.type();
    if (a.equals(b)) {
      return a;
    }
    if (a instanceof DataType.IntegerType(int x) && b instanceof DataType.IntegerType(int y)) {
      return x > y ? a : b;
    }
    boolean numbers =
        (a instanceof DataType.IntegerType || a instanceof DataType.FloatType)
            && (b instanceof DataType.IntegerType || b instanceof DataType.FloatType);
    if (numbers) {
      return DataType.FLOAT64;
    }
    if (a instanceof DataType.DecimalType(int p, int s)
        && b instanceof DataType.DecimalType(int q, int t)) {
      int scale = Math.max(s, t);
      int digits = Math.max(p - s, q - t) + scale;
      if (digits <= 38) {
        return new DataType.DecimalType(digits, scale);
      }
    }
    boolean dates =
        (a instanceof DataType.DateType && b.equals(DataType.TIMESTAMP))
            || (b instanceof DataType.DateType && a.equals(DataType.TIMESTAMP));
    if (dates) {
      return DataType.TIMESTAMP;
    }
    throw new EngineException(
        ErrorCode.TYPE_MISMATCH,
        "column \""
            + column.name()
            + "\" is "
            + b.sql()
            + " in \""
            + location
            + "\" and "
            + a.sql()
            + " in the files before it",
        null,
        "read the files one by one and convert the column",
        null);
  }
}
