package io.bauplan.udf.shm;

import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.ForeignAllocation;
import org.apache.arrow.vector.VectorLoader;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.compression.NoCompressionCodec;
import org.apache.arrow.vector.ipc.message.ArrowFieldNode;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.types.pojo.Schema;

/// Mapped memory as Arrow vectors, without a copy. Each buffer of a view is a hold on the memory.
///
/// @param address of the first byte that the layout's offsets count from
/// @param retain takes a hold on the memory
/// @param release lets one go
record LayoutView(
    Schema schema, BatchLayout layout, long address, Runnable retain, Runnable release) {

  /// The caller owns the root.
  VectorSchemaRoot root(BufferAllocator allocator) {
    List<ArrowFieldNode> nodes = new ArrayList<>();
    for (int i = 0; i < layout.nodeLengths().length; i++) {
      nodes.add(new ArrowFieldNode(layout.nodeLengths()[i], layout.nodeNulls()[i]));
    }
    List<ArrowBuf> buffers = new ArrayList<>();
    try {
      for (int i = 0; i < layout.bufferOffsets().length; i++) {
        buffers.add(wrap(layout.bufferOffsets()[i], layout.bufferLengths()[i], allocator));
      }
      try (ArrowRecordBatch batch =
          new ArrowRecordBatch(
              layout.rows(),
              nodes,
              buffers,
              NoCompressionCodec.DEFAULT_BODY_COMPRESSION,
              List.of(),
              false,
              true)) {
        VectorSchemaRoot root = VectorSchemaRoot.create(schema, allocator);
        try {
          new VectorLoader(root).load(batch);
          return root;
        } catch (RuntimeException e) {
          root.close();
          throw e;
        }
      }
    } finally {
      buffers.forEach(ArrowBuf::close);
    }
  }

  private ArrowBuf wrap(long offset, long length, BufferAllocator allocator) {
    if (length == 0) {
      return allocator.getEmpty();
    }
    retain.run();
    try {
      ArrowBuf buffer =
          allocator.wrapForeignAllocation(
              new ForeignAllocation(length, address + offset) {
                @Override
                protected void release0() {
                  release.run();
                }
              });
      buffer.writerIndex(length);
      return buffer;
    } catch (RuntimeException refused) {
      release.run();
      throw refused;
    }
  }
}
