package io.bauplan.exec.scan.parquet;

import java.io.Serial;

/// Bytes that are not what the format says. Decoders throw it without knowing where they are; the
/// reader turns it into an error that names file and column.
final class CorruptData extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  CorruptData(String message) {
    super(message, null, false, false);
  }
}
