package io.bauplan.exec.scan;

import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.WriteTarget;
import io.bauplan.sql.session.FileSchemas;
import java.util.List;
import java.util.Optional;
import org.apache.arrow.memory.BufferAllocator;

/// The worker's door to data files and generators. Thread-safe.
public interface DataFiles {
  /// Splits a leaf ([PhysicalPlan.TableScan], [PhysicalPlan.FileScan] or [PhysicalPlan.Generate])
  /// into pieces that threads read side by side. Opens nothing but footers and text headers.
  ///
  /// Batches of a `TableScan` have the plan's `columns`, then its `filterColumns`, in the types of
  /// the plan; those of a `FileScan` and of `Generate` have the columns of `output()`. The filter
  /// is a hint by which tasks skip what cannot match: the worker applies it to every row.
  List<ScanTask> tasks(PhysicalPlan leaf);

  /// The pieces of a scan as columns in shared memory; empty where the rows of the leaf are not
  /// those of whole columns, or nothing is kept of its files.
  default Optional<List<SharedTask>> sharedTasks(PhysicalPlan leaf) {
    return Optional.empty();
  }

  /// One thread's writer of a table's data files.
  TableFileWriter tableWriter(WriteTarget target, BufferAllocator allocator);

  RowDeletes rowDeletes();

  /// The writer of a [PhysicalPlan.FileWrite].
  ///
  /// @param part number of this writer among those of the node, 0 for the only one; more than one
  ///     only where `location` ends with `/`
  TableFileWriter fileWriter(PhysicalPlan.FileWrite node, int part, BufferAllocator allocator);

  FileSchemas schemas();
}
