package io.bauplan.udf.api;

import java.nio.file.Path;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Schema;

/// A table in shared memory, laid out as one Arrow IPC file that any process can map. Reference
/// counted: `retain` and `close` pair up; the last `close` frees the memory.
public interface SharedTable extends AutoCloseable {
  Schema schema();

  long rowCount();

  /// Bytes of shared memory held.
  long byteSize();

  /// The file a process of this user can map (`/proc/self/fd/...` or a tmpfs file).
  Path path();

  /// Where that file was written to: begin, end, begin, end and so on, in whole pages. The rest are
  /// holes, which nobody may be given to read: they would become memory.
  long[] written();

  int batchCount();

  /// A zero-copy view of one record batch, whose buffers keep this table alive. The caller owns the
  /// returned root.
  VectorSchemaRoot batch(int index, BufferAllocator allocator);

  SharedTable retain();

  @Override
  void close();
}
