package io.bauplan.server.cli.render;

import java.io.IOException;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Schema;

/// Takes a result's rows and writes them in some format.
public interface RowSink {
  /// Comes first, once.
  void start(Schema schema) throws IOException;

  /// One row of a batch, which it borrows.
  void row(VectorSchemaRoot batch, int row) throws IOException;

  /// Comes last, once; afterwards everything is written.
  void end() throws IOException;
}
