package io.bauplan.exec.worker;

import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.session.FileSchemas;
import io.bauplan.udf.api.FunctionRuntime;
import io.bauplan.udf.api.SharedTable;
import io.bauplan.udf.shm.SegmentTable;
import java.util.Optional;
import org.apache.arrow.memory.BufferAllocator;

/// Executes physical plans. Thread-safe.
public interface Worker extends AutoCloseable {
  /// Starts a plan; rows are pulled from the result. Fails at once only where the plan cannot
  /// start.
  RunningQuery execute(PhysicalPlan plan, QueryOptions options);

  /// The rows of a plan as columns in shared memory, for a function to map; the caller owns them.
  /// Empty where the plan is not whole columns of files, or nothing of them is kept.
  default Optional<SegmentTable> columns(PhysicalPlan plan, QueryOptions options) {
    return Optional.empty();
  }

  /// Looks into files for `read_parquet` and its kin.
  FileSchemas fileSchemas();

  FunctionRuntime functions();

  /// Gives `IntermediateScan(id)` its rows. Takes ownership of one reference to the table.
  void putIntermediate(String id, SharedTable table);

  /// A reference of the caller's own to an intermediate table, which the caller closes.
  Optional<SharedTable> intermediate(String id);

  /// Forgets an intermediate table; queries that read it keep their reference.
  void dropIntermediate(String id);

  /// Parent of every query's allocator.
  BufferAllocator allocator();

  @Override
  void close();
}
