package io.bauplan.udf.shm;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.apache.arrow.vector.util.VectorSchemaRootAppender;

/// What a waiting program is given, as Arrow where it lies. Its mappings stay to its end.
public final class MappedArguments {
  private static final Runnable NOTHING = () -> {};

  private MappedArguments() {}

  /// Maps what was written of a file for reading and closes its descriptor: nobody can open it
  /// again for writing.
  ///
  /// @param described `bytes` and `written`, as `FunctionRequest` tells them
  public static MemorySegment map(int descriptor, JsonNode described) throws IOException {
    Linux linux = Linux.system().orElseThrow(() -> new IOException("this system has no mmap"));
    long bytes = described.path("bytes").asLong();
    JsonNode ends = described.path("written");
    long[] written = IntStream.range(0, ends.size()).mapToLong(i -> ends.get(i).asLong()).toArray();
    try {
      return MemorySegment.ofAddress(linux.map(descriptor, bytes, written)).reinterpret(bytes);
    } finally {
      linux.close(descriptor);
    }
  }

  /// A table in a mapped Arrow file, as one batch; it is copied only where it has several. The
  /// caller owns the root.
  public static VectorSchemaRoot table(MemorySegment file, BufferAllocator allocator)
      throws MalformedTableException {
    IpcFile parsed = IpcFile.verify(file);
    List<VectorSchemaRoot> batches = new ArrayList<>();
    for (BatchLayout layout : parsed.batches()) {
      batches.add(
          new LayoutView(parsed.schema(), layout, file.address(), NOTHING, NOTHING)
              .root(allocator));
    }
    return whole(parsed.schema(), batches, allocator);
  }

  /// A table of mapped columns, as one batch; it is copied only where it has several. The caller
  /// owns the root.
  ///
  /// @param batches as `FunctionRequest` describes them
  public static VectorSchemaRoot columns(
      Schema schema, JsonNode batches, List<MemorySegment> segments, BufferAllocator allocator) {
    List<VectorSchemaRoot> roots = new ArrayList<>();
    for (JsonNode batch : batches) {
      List<FieldVector> vectors = new ArrayList<>();
      int rows = 0;
      for (int i = 0; i < batch.size(); i++) {
        Field field = schema.getFields().get(i);
        BatchLayout layout = layout(batch.get(i));
        rows = layout.rows();
        long address = segments.get(batch.get(i).path("segment").asInt()).address();
        vectors.addAll(
            new LayoutView(new Schema(List.of(field)), layout, address, NOTHING, NOTHING)
                .root(allocator)
                .getFieldVectors());
      }
      roots.add(new VectorSchemaRoot(schema.getFields(), vectors, rows));
    }
    return whole(schema, roots, allocator);
  }

  private static BatchLayout layout(JsonNode column) {
    long[][] nodes = pairs(column.path("nodes"));
    long[][] buffers = pairs(column.path("buffers"));
    return new BatchLayout((int) nodes[0][0], nodes[0], nodes[1], buffers[0], buffers[1]);
  }

  /// The first and the second of each pair.
  private static long[][] pairs(JsonNode pairs) {
    long[][] sides = new long[2][pairs.size()];
    for (int i = 0; i < pairs.size(); i++) {
      sides[0][i] = pairs.get(i).path(0).asLong();
      sides[1][i] = pairs.get(i).path(1).asLong();
    }
    return sides;
  }

  private static VectorSchemaRoot whole(
      Schema schema, List<VectorSchemaRoot> batches, BufferAllocator allocator) {
    if (batches.size() == 1) {
      return batches.getFirst();
    }
    VectorSchemaRoot all = VectorSchemaRoot.create(schema, allocator);
    all.allocateNew();
    for (VectorSchemaRoot batch : batches) {
      try (batch) {
        VectorSchemaRootAppender.append(all, batch);
      }
    }
    return all;
  }
}
