package io.bauplan.udf.shm;

import com.google.flatbuffers.FlatBufferBuilder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.WriteChannel;
import org.apache.arrow.vector.ipc.message.ArrowBlock;
import org.apache.arrow.vector.ipc.message.ArrowBuffer;
import org.apache.arrow.vector.ipc.message.ArrowFieldNode;
import org.apache.arrow.vector.ipc.message.ArrowFooter;
import org.apache.arrow.vector.ipc.message.IpcOption;
import org.apache.arrow.vector.ipc.message.MessageSerializer;
import org.apache.arrow.vector.types.MetadataVersion;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;

/// Writes a stream of batches as one Arrow IPC file, coalesced into one record batch: with one
/// batch pandas wraps the columns where they lie, with ten it copies them all.
///
/// Every buffer has a page-aligned place of its own in a sparse file, and the record batch's header
/// is written into a hole left for it once its lengths are known; the format permits the gaps.
final class TableWriter {
  private static final byte[] MAGIC = "ARROW1".getBytes(StandardCharsets.US_ASCII);

  /// Header bytes per field: its node, and up to three buffers; twice over for safety.
  private static final long HEADER_BYTES_PER_FIELD = 160;

  private final Path path;
  private final Schema schema;
  private final FileChannel channel;
  private final long capacity;
  private final List<BatchLayout> batches = new ArrayList<>();
  private final List<ArrowBlock> blocks = new ArrayList<>();
  private long end;

  private TableWriter(Path path, Schema schema, FileChannel channel, long capacity) {
    this.path = path;
    this.schema = schema;
    this.channel = channel;
    this.capacity = capacity;
  }

  /// Borrows each root until the iterator's next call. On failure nothing is left.
  static MappedTable write(Path path, Schema schema, Iterator<VectorSchemaRoot> roots) {
    try (FileChannel channel =
        FileChannel.open(
            path,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE)) {
      long space = Files.getFileStore(path).getTotalSpace();
      Files.setPosixFilePermissions(path, SharedMemory.READABLE);
      return new TableWriter(path, schema, channel, space).writeAll(roots);
    } catch (IOException e) {
      deleteQuietly(path, e);
      throw new UncheckedIOException("cannot write a table into shared memory: " + path, e);
    } catch (RuntimeException | Error e) {
      deleteQuietly(path, e);
      throw e;
    }
  }

  private static void deleteQuietly(Path path, Throwable cause) {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  private MappedTable writeAll(Iterator<VectorSchemaRoot> roots) throws IOException {
    end = put(0, head());
    OpenBatch open = new OpenBatch();
    try {
      while (roots.hasNext()) {
        VectorSchemaRoot root = roots.next();
        if (root.getRowCount() == 0) {
          continue;
        }
        if (!open.fits(root)) {
          if (open.rows == 0) {
            throw new IllegalArgumentException("one batch alone is too large to be shared");
          }
          open.finish();
          open = new OpenBatch();
        }
        open.append(root);
      }
      if (open.rows > 0 || batches.isEmpty()) {
        open.finish();
      }
    } finally {
      open.close();
    }
    writeFooter();
    Arena arena = Arena.ofShared();
    try {
      MemorySegment mapping = channel.map(FileChannel.MapMode.READ_WRITE, 0, channel.size(), arena);
      return new MappedTable(path, arena, mapping, schema, batches, MappedTable.AfterUse.DELETE);
    } catch (IOException | RuntimeException e) {
      arena.close();
      throw e;
    }
  }

  /// One record batch under construction, with a mapping of its own part of the file.
  private final class OpenBatch implements AutoCloseable {
    final Arena arena = Arena.ofConfined();
    final long header = roundUp(end, 8);
    final long body;
    final List<ColumnAppender> columns = new ArrayList<>();
    final MemorySegment file;
    long rows;

    OpenBatch() throws IOException {
      long fields = countFields(schema.getFields());
      Reservation places =
          new Reservation(header + 512 + fields * HEADER_BYTES_PER_FIELD, capacity);
      body = places.end();
      for (Field field : schema.getFields()) {
        columns.add(new ColumnAppender(field, places));
      }
      file =
          channel.map(FileChannel.MapMode.READ_WRITE, 0, Math.max(places.end(), body + 8), arena);
    }

    boolean fits(VectorSchemaRoot root) {
      for (int i = 0; i < columns.size(); i++) {
        if (!columns.get(i).fits(root.getVector(i), 0, root.getRowCount())) {
          return false;
        }
      }
      return rows + root.getRowCount() <= ColumnAppender.MAX_ROWS;
    }

    void append(VectorSchemaRoot root) {
      if (root.getFieldVectors().size() != columns.size()) {
        throw new IllegalArgumentException(
            "a batch has %d columns, its schema %d"
                .formatted(root.getFieldVectors().size(), columns.size()));
      }
      for (int i = 0; i < columns.size(); i++) {
        FieldVector vector = root.getVector(i);
        if (!vector.getField().getType().equals(schema.getFields().get(i).getType())) {
          throw new IllegalArgumentException(
              "%s arrives as %s".formatted(columns.get(i).inWords(), vector.getField().getType()));
        }
        columns.get(i).append(vector, 0, root.getRowCount(), new ShareTarget(file, channel));
      }
      rows += root.getRowCount();
    }

    void finish() throws IOException {
      List<Long> lengths = new ArrayList<>();
      List<Long> nulls = new ArrayList<>();
      List<long[]> buffers = new ArrayList<>();
      for (ColumnAppender column : columns) {
        column.finish(file, lengths, nulls, buffers);
      }
      long last = body;
      for (long[] buffer : buffers) {
        last = Math.max(last, buffer[0] + buffer[1]);
      }
      long bodyLength = roundUp(last - body, 64);
      byte[] message = header(rows, lengths, nulls, buffers, body, bodyLength);
      put(header, ByteBuffer.wrap(message));
      blocks.add(new ArrowBlock(header, (int) (body - header), bodyLength));
      end = body + bodyLength;
      batches.add(
          new BatchLayout(
              (int) rows,
              lengths.stream().mapToLong(Long::longValue).toArray(),
              nulls.stream().mapToLong(Long::longValue).toArray(),
              buffers.stream().mapToLong(b -> b[0]).toArray(),
              buffers.stream().mapToLong(b -> b[1]).toArray()));
      close();
    }

    private byte[] header(
        long rowCount,
        List<Long> lengths,
        List<Long> nulls,
        List<long[]> buffers,
        long bodyStart,
        long bodyLength) {
      FlatBufferBuilder builder = new FlatBufferBuilder();
      RecordBatch.startNodesVector(builder, lengths.size());
      for (int i = lengths.size() - 1; i >= 0; i--) {
        new ArrowFieldNode(lengths.get(i), nulls.get(i)).writeTo(builder);
      }
      int nodes = builder.endVector();
      RecordBatch.startBuffersVector(builder, buffers.size());
      for (int i = buffers.size() - 1; i >= 0; i--) {
        long[] buffer = buffers.get(i);
        new ArrowBuffer(buffer[0] - bodyStart, buffer[1]).writeTo(builder);
      }
      int places = builder.endVector();
      RecordBatch.startRecordBatch(builder);
      RecordBatch.addLength(builder, rowCount);
      RecordBatch.addNodes(builder, nodes);
      RecordBatch.addBuffers(builder, places);
      ByteBuffer message =
          MessageSerializer.serializeMessage(
              builder,
              MessageHeader.RecordBatch,
              RecordBatch.endRecordBatch(builder),
              bodyLength,
              IpcOption.DEFAULT);
      int room = (int) (bodyStart - header);
      if (message.remaining() + 8 > room) {
        throw new IllegalStateException("the header outgrew the hole left for it");
      }
      ByteBuffer out = ByteBuffer.allocate(room).order(java.nio.ByteOrder.LITTLE_ENDIAN);
      out.putInt(MessageSerializer.IPC_CONTINUATION_TOKEN).putInt(room - 8).put(message);
      return out.array();
    }

    @Override
    public void close() {
      if (arena.scope().isAlive()) {
        arena.close();
      }
    }
  }

  private ByteBuffer head() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    WriteChannel out = new WriteChannel(Channels.newChannel(bytes));
    out.write(MAGIC);
    out.align();
    MessageSerializer.serialize(out, schema);
    return ByteBuffer.wrap(bytes.toByteArray());
  }

  private void writeFooter() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    WriteChannel out = new WriteChannel(Channels.newChannel(bytes));
    out.writeIntLittleEndian(MessageSerializer.IPC_CONTINUATION_TOKEN);
    out.writeIntLittleEndian(0);
    long before = out.getCurrentPosition();
    out.write(
        new ArrowFooter(schema, List.of(), blocks, schema.getCustomMetadata(), MetadataVersion.V5),
        false);
    out.writeIntLittleEndian((int) (out.getCurrentPosition() - before));
    out.write(MAGIC);
    end = put(end, ByteBuffer.wrap(bytes.toByteArray()));
    channel.truncate(end);
  }

  private long put(long position, ByteBuffer bytes) throws IOException {
    long at = position;
    while (bytes.hasRemaining()) {
      at += channel.write(bytes, at);
    }
    return at;
  }

  private static long countFields(List<Field> fields) {
    long count = 0;
    for (Field field : fields) {
      count += 1 + countFields(field.getChildren());
    }
    return count;
  }

  private static long roundUp(long value, long unit) {
    return (value + unit - 1) / unit * unit;
  }
}
