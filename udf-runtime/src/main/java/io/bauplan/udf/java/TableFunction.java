package io.bauplan.udf.java;

import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;

/// A Java table function of one table: the class that `HANDLER` names implements this (or
/// [TablesFunction]) and has a public constructor without parameters. It is called once per batch
/// list in a JVM of its own.
public interface TableFunction {
  /// Computes the result.
  ///
  /// @param input the table, a view of shared memory: read it, never write it; it is closed by the
  ///     caller
  /// @param allocator for the result's vectors
  /// @return the result, which the caller closes; it may be `input` itself
  VectorSchemaRoot apply(VectorSchemaRoot input, BufferAllocator allocator) throws Exception;
}
