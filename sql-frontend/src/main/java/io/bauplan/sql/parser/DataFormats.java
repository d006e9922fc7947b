package io.bauplan.sql.parser;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.parser.generated.Token;
import io.bauplan.sql.plan.DataFileFormat;
import java.util.Locale;
import java.util.Optional;

/// File formats by name and by a file's ending.
final class DataFormats {
  private DataFormats() {}

  static DataFileFormat named(String name, Token at) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "parquet" -> DataFileFormat.PARQUET;
      case "csv", "tsv" -> DataFileFormat.CSV;
      case "json", "jsonl", "ndjson" -> DataFileFormat.JSON;
      case "arrow" -> DataFileFormat.ARROW;
      default ->
          throw new EngineException(
              ErrorCode.SYNTAX_ERROR,
              "there is no file format " + name,
              SyntaxErrors.position(at),
              "It is one of PARQUET, CSV, JSON.",
              null);
    };
  }

  static Optional<DataFileFormat> byEnding(String uri) {
    return switch (QueryShorthands.ending(uri)) {
      case "parquet", "pq" -> Optional.of(DataFileFormat.PARQUET);
      case "csv", "tsv", "txt" -> Optional.of(DataFileFormat.CSV);
      case "json", "jsonl", "ndjson" -> Optional.of(DataFileFormat.JSON);
      case "arrow", "feather", "ipc" -> Optional.of(DataFileFormat.ARROW);
      default -> Optional.empty();
    };
  }
}
