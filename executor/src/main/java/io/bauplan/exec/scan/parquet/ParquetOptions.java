package io.bauplan.exec.scan.parquet;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import java.util.Map;

/// How Parquet files are written, by the properties that Iceberg names.
///
/// @param groupBytes after which a row group ends
/// @param pageBytes of plain values, and `pageRows`, after which a page ends
record ParquetOptions(String codec, int level, long groupBytes, long pageBytes, long pageRows) {
  /// Entries of lists among them.
  static final int MAX_PAGE_VALUES = 1 << 17;

  private static final int DEFAULT_ZSTD_LEVEL = 1;
  private static final long DEFAULT_GROUP_BYTES = 128 << 20;
  private static final long DEFAULT_PAGE_BYTES = 1 << 20;
  private static final long DEFAULT_PAGE_ROWS = 20_000;

  /// @param properties of a table, or options of COPY
  static ParquetOptions of(Map<String, String> properties) {
    String codec =
        properties.getOrDefault(
            "compression", properties.getOrDefault("write.parquet.compression-codec", "zstd"));
    ParquetOptions options =
        new ParquetOptions(
            codec,
            (int) number(properties, "write.parquet.compression-level", DEFAULT_ZSTD_LEVEL, -7, 22),
            size(properties, "write.parquet.row-group-size-bytes", DEFAULT_GROUP_BYTES),
            size(properties, "write.parquet.page-size-bytes", DEFAULT_PAGE_BYTES),
            size(properties, "write.parquet.page-row-limit", DEFAULT_PAGE_ROWS));
    // A wrong codec is known before any row is.
    options.compressor().close();
    return options;
  }

  Compressor compressor() {
    return Compressor.of(codec, level);
  }

  static long size(Map<String, String> properties, String name, long otherwise) {
    return number(properties, name, otherwise, 1, Long.MAX_VALUE);
  }

  private static long number(
      Map<String, String> properties, String name, long otherwise, long min, long max) {
    String text = properties.get(name);
    if (text == null) {
      return otherwise;
    }
    try {
      long value = Long.parseLong(text.strip());
      if (value >= min && value <= max) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Falls through to the error, which says all that there is to say.
    }
    throw new EngineException(
        ErrorCode.INVALID_ARGUMENT, "property " + name + " must be a number, not \"" + text + "\"");
  }
}
