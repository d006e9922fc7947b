package io.bauplan.exec.scan;

import io.bauplan.exec.batch.Batch;
import io.bauplan.sql.plan.WrittenFile;
import java.util.List;

/// Writes batches as data files of one table. Used by one thread; several writers of one table may
/// run at once. Nothing it writes is visible before the control plane commits it.
public interface TableFileWriter extends AutoCloseable {
  /// Takes ownership of the batch.
  void write(Batch batch);

  /// Ends the open files and tells what was written.
  List<WrittenFile> finish();

  /// Without `finish` before: deletes what was written.
  @Override
  void close();
}
