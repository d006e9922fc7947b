package io.bauplan.server.connection;

import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Schema;

/// What came of a statement.
public sealed interface Reply extends AutoCloseable {
  @Override
  void close();

  /// Rows to pull.
  non-sealed interface Rows extends Reply {
    Schema schema();

    /// Loads the next rows into `root`; false at the end.
    boolean next();

    /// The rows loaded last; they stay with the reply, and change with `next`.
    VectorSchemaRoot root();
  }

  /// Done.
  ///
  /// @param rows rows affected; 0 for DDL
  /// @param message one line for a person; may be empty
  record Updated(long rows, String message) implements Reply {
    @Override
    public void close() {}
  }
}
