package io.bauplan.exec.scan.parquet;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How Parquet files are written, by the properties that Iceberg names.
///
/// @param groupBytes after which a row group ends
/// @param pageBytes of plain values, and `pageRows`, after which a page ends
/// @param blooms columns with a bloom filter, by their path, with how often it may be mistaken
/// @param maxBloomBytes of one filter
record ParquetOptions(
    String codec,
    int level,
    long groupBytes,
    long pageBytes,
    long pageRows,
    Map<String, Double> blooms,
    int maxBloomBytes) {
  /// Entries of lists among them.
  static final int MAX_PAGE_VALUES = 1 << 17;

  private static final String BLOOM = "write.parquet.bloom-filter-enabled.column.";
  private static final String BLOOM_FPP = "write.parquet.bloom-filter-fpp.column.";
  private static final double DEFAULT_BLOOM_FPP = 0.01;
  private static final long DEFAULT_BLOOM_BYTES = 1 << 20;
  private static final long MAX_BLOOM_BYTES = 64 << 20;
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
            size(properties, "write.parquet.page-row-limit", DEFAULT_PAGE_ROWS),
            blooms(properties),
            (int)
                number(
                    properties,
                    "write.parquet.bloom-filter-max-bytes",
                    DEFAULT_BLOOM_BYTES,
                    BloomFilter.BLOCK_BYTES,
                    MAX_BLOOM_BYTES));
    // A wrong codec is known before any row is.
    options.compressor().close();
    return options;
  }

  private static Map<String, Double> blooms(Map<String, String> properties) {
    Map<String, Double> blooms = new HashMap<>();
    properties.forEach(
        (name, value) -> {
          if (name.startsWith(BLOOM) && value.strip().equalsIgnoreCase("true")) {
            String column = name.substring(BLOOM.length());
            blooms.put(column, share(properties, BLOOM_FPP + column));
          }
        });
    for (String column : properties.getOrDefault("bloom_filter_columns", "").split(",", -1)) {
      if (!column.isBlank()) {
        blooms.put(column.strip(), share(properties, BLOOM_FPP + column.strip()));
      }
    }
    return Map.copyOf(blooms);
  }

  private static double share(Map<String, String> properties, String name) {
    String text = properties.get(name);
    if (text == null) {
      return DEFAULT_BLOOM_FPP;
    }
    try {
      double value = Double.parseDouble(text.strip());
      if (value > 0 && value < 1) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Falls through to the error, which says all that there is to say.
    }
    throw new EngineException(
        ErrorCode.INVALID_ARGUMENT,
        "property " + name + " must be a number between 0 and 1, not \"" + text + "\"");
  }

  /// The filter of a column to fill; null where it is to have none.
  @Nullable BloomFilter bloom(WriteSchema.Leaf leaf) {
    // A byte of BOOLEAN says as much.
    return blooms.containsKey(String.join(".", leaf.path()))
            && WriteSchema.physical(leaf.column().type()) != 0
        ? new BloomFilter(Integer.highestOneBit(maxBloomBytes))
        : null;
  }

  double falsePositives(WriteSchema.Leaf leaf) {
    return blooms.getOrDefault(String.join(".", leaf.path()), DEFAULT_BLOOM_FPP);
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
