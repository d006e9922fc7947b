package io.bauplan.udf.shm;

import com.google.flatbuffers.FlatBufferBuilder;
import io.bauplan.udf.api.NoRoomException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Writes a stream of batches as one Arrow IPC file, coalesced into one record batch: with one
/// batch pandas wraps the columns where they lie, with ten it copies them all.
///
/// Every buffer has a page-aligned place of its own in a sparse file, and the record batch's header
/// is written into a hole left for it once its lengths are known; the format permits the gaps.
///
/// Where memory has no room for the next batch, the file goes on in a folder on disk.
final class TableWriter {
  private static final Logger LOG = LoggerFactory.getLogger(TableWriter.class);
  private static final byte[] MAGIC = "ARROW1".getBytes(StandardCharsets.US_ASCII);

  /// Pages that buffers of a field may begin, beyond what is in them.
  private static final long PAGES_PER_FIELD = 3;

  /// Header bytes per field: its node, and up to three buffers; twice over for safety.
  private static final long HEADER_BYTES_PER_FIELD = 160;

  private final Schema schema;
  private final long capacity;
  private SharedMemory memory;
  private Path path;
  private FileChannel channel;
  private long taken;
  private final List<BatchLayout> batches = new ArrayList<>();
  private final List<ArrowBlock> blocks = new ArrayList<>();
  private long headLength;
  private long end;

  private TableWriter(SharedMemory memory, Schema schema) throws IOException {
    this.memory = memory;
    this.schema = schema;
    this.path = memory.newPath("table");
    this.channel = create(path);
    this.capacity = Files.getFileStore(path).getTotalSpace();
  }

  private static FileChannel create(Path path) throws IOException {
    FileChannel channel =
        FileChannel.open(
            path, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
    Files.setPosixFilePermissions(path, SharedMemory.READABLE);
    return channel;
  }

  /// Borrows each root until the iterator's next call. On failure nothing is left.
  static MappedTable write(SharedMemory memory, Schema schema, Iterator<VectorSchemaRoot> roots) {
    TableWriter writer;
    try {
      writer = new TableWriter(memory, schema);
    } catch (IOException e) {
      throw new NoRoomException("cannot make a table in " + memory.folder() + ": " + e, e);
    }
    try {
      return writer.writeAll(roots);
    } catch (IOException e) {
      writer.drop(e);
      throw new NoRoomException("cannot write the table " + writer.path + ": " + e, e);
    } catch (RuntimeException | Error e) {
      writer.drop(e);
      throw e;
    } finally {
      writer.closeQuietly();
    }
  }

  private void drop(Throwable cause) {
    memory.place().giveBack(taken);
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  private void closeQuietly() {
    try {
      channel.close();
    } catch (IOException e) {
      LOG.debug("closing {}", path, e);
    }
  }

  /// Sees to room for the next batch.
  private void makeRoom(VectorSchemaRoot root, OpenBatch open) throws IOException {
    long bytes = 0;
    for (FieldVector vector : root.getFieldVectors()) {
      bytes += vector.getBufferSize();
    }
    if (open.rows == 0) {
      bytes += PAGES_PER_FIELD * Reservation.PAGE * countFields(schema.getFields());
    }
    if (!memory.place().take(bytes)) {
      moveToDisk(open);
      if (!memory.place().take(bytes)) {
        throw memory.noRoom();
      }
    }
    taken += bytes;
  }

  /// What has been written, at the same places of a file on disk.
  private void moveToDisk(OpenBatch open) throws IOException {
    SharedMemory disk = memory.disk().orElseThrow(memory::noRoom);
    if (!disk.place().take(taken)) {
      throw disk.noRoom();
    }
    Path there = disk.newPath("table");
    FileChannel next = create(there);
    try {
      for (long[] part : open.parts()) {
        next.position(part[0]);
        for (long done = 0; done < part[1]; ) {
          done += channel.transferTo(part[0] + done, part[1] - done, next);
        }
      }
      open.map(next);
    } catch (IOException | RuntimeException e) {
      next.close();
      Files.deleteIfExists(there);
      disk.place().giveBack(taken);
      throw e;
    }
    LOG.info("{} MB of a table go on in {}", taken >> 20, there);
    channel.close();
    Files.delete(path);
    memory.place().giveBack(taken);
    memory = disk;
    path = there;
    channel = next;
  }

  private MappedTable writeAll(Iterator<VectorSchemaRoot> roots) throws IOException {
    end = put(0, head());
    headLength = end;
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
        makeRoom(root, open);
        open.append(root);
      }
      if (open.rows > 0 || batches.isEmpty()) {
        open.finish();
      }
    } finally {
      open.close();
    }
    List<long[]> parts = finishedParts();
    long footer = end;
    writeFooter();
    parts.add(new long[] {footer, end - footer});
    long[] written = Extents.of(parts, end);
    Arena arena = Arena.ofShared();
    try {
      MemorySegment mapping = channel.map(FileChannel.MapMode.READ_WRITE, 0, channel.size(), arena);
      TablePlace place = memory.place();
      long bytes = taken;
      return new MappedTable(
          path,
          arena,
          mapping,
          schema,
          batches,
          MappedTable.AfterUse.DELETE,
          () -> place.giveBack(bytes),
          () -> written);
    } catch (IOException | RuntimeException e) {
      arena.close();
      throw e;
    }
  }

  /// One record batch under construction, with a mapping of its own part of the file.
  private final class OpenBatch implements AutoCloseable {
    private Arena arena = Arena.ofConfined();
    final long header = roundUp(end, 8);
    final long body;
    final List<ColumnAppender> columns = new ArrayList<>();
    private final long size;
    private MemorySegment file;
    long rows;

    OpenBatch() throws IOException {
      long fields = countFields(schema.getFields());
      Reservation places =
          new Reservation(header + 512 + fields * HEADER_BYTES_PER_FIELD, capacity);
      body = places.end();
      for (Field field : schema.getFields()) {
        columns.add(new ColumnAppender(field, places));
      }
      size = Math.max(places.end(), body + 8);
      file = channel.map(FileChannel.MapMode.READ_WRITE, 0, size, arena);
    }

    /// Goes on in another file, which has the same content.
    void map(FileChannel other) throws IOException {
      Arena next = Arena.ofConfined();
      try {
        file = other.map(FileChannel.MapMode.READ_WRITE, 0, size, next);
      } catch (IOException | RuntimeException e) {
        next.close();
        throw e;
      }
      arena.close();
      arena = next;
    }

    /// Where in the file there is something, from its first byte on.
    List<long[]> parts() {
      List<long[]> parts = finishedParts();
      columns.forEach(column -> column.parts(parts));
      return parts;
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

  /// Where in the file are its head and the batches that are finished.
  private List<long[]> finishedParts() {
    List<long[]> parts = new ArrayList<>();
    parts.add(new long[] {0, headLength});
    for (ArrowBlock block : blocks) {
      parts.add(new long[] {block.getOffset(), block.getMetadataLength()});
    }
    for (BatchLayout batch : batches) {
      for (int i = 0; i < batch.bufferOffsets().length; i++) {
        parts.add(new long[] {batch.bufferOffsets()[i], batch.bufferLengths()[i]});
      }
    }
    return parts;
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
