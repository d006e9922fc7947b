package io.bauplan.exec.scan.parquet;

import io.bauplan.exec.scan.ScanTask;
import io.bauplan.exec.scan.store.ObjectStore;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.ScanFile;

/// Applies Iceberg's row-level deletes.
final class DeleteFiles {
  private final ObjectStore store;
  private final ParquetSource source;

  DeleteFiles(ObjectStore store, ParquetSource source) {
    this.store = store;
    this.source = source;
  }

  ScanTask task(ScanFile file, Footer footer, Footer.RowGroup group, ColumnBinding binding) {
    throw new EngineException(ErrorCode.NOT_SUPPORTED, "row-level deletes are not read yet");
  }
}
