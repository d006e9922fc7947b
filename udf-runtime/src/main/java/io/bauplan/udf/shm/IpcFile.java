package io.bauplan.udf.shm;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.arrow.flatbuf.Block;
import org.apache.arrow.flatbuf.Field;
import org.apache.arrow.flatbuf.Footer;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.arrow.vector.types.pojo.Schema;

/// An Arrow IPC file from an untrusted hand, taken apart and checked. Nothing in it is used before
/// it is known to lie inside the file: the footer and every header are copied out of the mapping
/// first.
///
/// @param schema the table's schema
/// @param batches where the record batches lie
record IpcFile(Schema schema, List<BatchLayout> batches) {
  private static final byte[] MAGIC = "ARROW1".getBytes(StandardCharsets.US_ASCII);
  private static final int MAX_METADATA_BYTES = 16 << 20;
  private static final int MAX_FIELDS = 20_000;
  private static final int MAX_DEPTH = 32;
  private static final int MAX_BATCHES = 100_000;
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  static IpcFile verify(MemorySegment file) throws MalformedTableException {
    try {
      return parse(file);
    } catch (RuntimeException e) {
      // flatbuffers reads through checked buffers: what points outside ends here
      throw new MalformedTableException(
          e instanceof IllegalArgumentException && e.getMessage() != null
              ? e.getMessage()
              : "its headers point outside the file",
          e);
    }
  }

  private static IpcFile parse(MemorySegment file) throws MalformedTableException {
    long size = file.byteSize();
    require(size >= 26, "the file is empty or cut off");
    require(Arrays.equals(slice(file, 0, 6), MAGIC), "it does not begin as an Arrow file");
    require(Arrays.equals(slice(file, size - 6, 6), MAGIC), "it does not end as an Arrow file");
    int footerLength = file.get(INT, size - 10);
    require(footerLength > 0 && footerLength <= MAX_METADATA_BYTES, "its footer's length is wrong");
    long footerStart = size - 10 - footerLength;
    require(footerStart >= 8, "its footer is longer than the file");
    Footer footer = Footer.getRootAsFooter(buffer(file, footerStart, footerLength));
    require(footer.schema() != null, "it has no schema");
    require(footer.dictionariesLength() == 0, "it has dictionary-encoded columns");
    int[] seen = {0};
    for (int i = 0; i < footer.schema().fieldsLength(); i++) {
      countFields(footer.schema().fields(i), 1, seen);
    }
    require(footer.schema().endianness() == 0, "it is not little-endian");
    Schema schema = Schema.convertSchema(footer.schema());
    int count = footer.recordBatchesLength();
    require(count <= MAX_BATCHES, "it has too many batches");
    List<BatchLayout> batches = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      batches.add(batch(file, footer.recordBatches(i), footerStart, schema));
    }
    return new IpcFile(schema, batches);
  }

  /// Nested fields may share parts of the message, so a small one can unfold into a huge tree.
  private static void countFields(Field field, int depth, int[] seen)
      throws MalformedTableException {
    require(depth <= MAX_DEPTH, "its columns are nested too deeply");
    require(++seen[0] <= MAX_FIELDS, "it has too many columns");
    for (int i = 0; i < field.childrenLength(); i++) {
      countFields(field.children(i), depth + 1, seen);
    }
  }

  private static BatchLayout batch(MemorySegment file, Block block, long limit, Schema schema)
      throws MalformedTableException {
    long offset = block.offset();
    int headerLength = block.metaDataLength();
    long bodyLength = block.bodyLength();
    require(
        offset >= 8
            && offset % 8 == 0
            && headerLength > 8
            && headerLength <= MAX_METADATA_BYTES
            && bodyLength >= 0
            && offset <= limit - headerLength
            && bodyLength <= limit - headerLength - offset,
        "a batch lies outside the file");
    require(file.get(INT, offset) == -1, "a batch has no header");
    int messageLength = file.get(INT, offset + 4);
    require(messageLength > 0 && messageLength <= headerLength - 8, "a batch's header is cut off");
    Message message = Message.getRootAsMessage(buffer(file, offset + 8, messageLength));
    require(message.headerType() == MessageHeader.RecordBatch, "a batch is something else");
    RecordBatch batch = (RecordBatch) message.header(new RecordBatch());
    require(batch != null, "a batch is empty");
    require(batch.compression() == null, "it is compressed");
    require(batch.variadicBufferCountsLength() == 0, "it has views");
    require(batch.length() >= 0 && batch.length() <= Integer.MAX_VALUE - 8, "a batch is too long");
    long body = offset + headerLength;
    require(body % 8 == 0, "a batch is not aligned");
    return new BatchVerifier(file, body, bodyLength, batch).verify(schema);
  }

  static void require(boolean condition, String message) throws MalformedTableException {
    if (!condition) {
      throw new MalformedTableException(message);
    }
  }

  private static byte[] slice(MemorySegment file, long offset, long length) {
    return file.asSlice(offset, length).toArray(ValueLayout.JAVA_BYTE);
  }

  private static ByteBuffer buffer(MemorySegment file, long offset, long length) {
    return ByteBuffer.wrap(slice(file, offset, length)).order(ByteOrder.LITTLE_ENDIAN);
  }
}
