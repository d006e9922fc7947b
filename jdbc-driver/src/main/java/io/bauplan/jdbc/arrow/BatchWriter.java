package io.bauplan.jdbc.arrow;

import com.google.flatbuffers.FlatBufferBuilder;
import io.bauplan.jdbc.wire.IpcBatch;
import java.util.List;
import org.apache.arrow.flatbuf.Buffer;
import org.apache.arrow.flatbuf.FieldNode;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.MetadataVersion;
import org.apache.arrow.flatbuf.RecordBatch;
import org.jspecify.annotations.Nullable;

/// Writes rows of Java objects as an Arrow record batch: statement parameters on their way to the
/// server, and the driver's own small result sets.
///
/// Values must be of the class that [ColumnBuffers] names for the field's kind; null is allowed.
public final class BatchWriter {
  private BatchWriter() {}

  /// Writes one batch. Each row has one value for each field.
  public static IpcBatch write(List<ArrowField> fields, List<@Nullable Object[]> rows) {
    ColumnBuffers buffers = new ColumnBuffers();
    int[] nullCounts = new int[fields.size()];
    for (int i = 0; i < nullCounts.length; i++) {
      nullCounts[i] = buffers.append(fields.get(i), rows, i);
    }
    return new IpcBatch(
        SchemaWriter.schemaMessage(fields),
        new IpcBatch.Part(header(rows.size(), nullCounts, buffers), buffers.body()));
  }

  private static byte[] header(int rows, int[] nullCounts, ColumnBuffers buffers) {
    FlatBufferBuilder builder = new FlatBufferBuilder();
    RecordBatch.startNodesVector(builder, nullCounts.length);
    for (int i = nullCounts.length - 1; i >= 0; i--) {
      FieldNode.createFieldNode(builder, rows, nullCounts[i]);
    }
    int nodes = builder.endVector();
    int count = buffers.count();
    RecordBatch.startBuffersVector(builder, count);
    for (int i = count - 1; i >= 0; i--) {
      Buffer.createBuffer(builder, buffers.offset(i), buffers.length(i));
    }
    int bufferVector = builder.endVector();
    RecordBatch.startRecordBatch(builder);
    RecordBatch.addLength(builder, rows);
    RecordBatch.addNodes(builder, nodes);
    RecordBatch.addBuffers(builder, bufferVector);
    int batch = RecordBatch.endRecordBatch(builder);
    return message(builder, MessageHeader.RecordBatch, batch, buffers.size());
  }

  static byte[] message(FlatBufferBuilder builder, byte type, int header, long bodyLength) {
    Message.startMessage(builder);
    Message.addVersion(builder, MetadataVersion.V5);
    Message.addHeaderType(builder, type);
    Message.addHeader(builder, header);
    Message.addBodyLength(builder, bodyLength);
    builder.finish(Message.endMessage(builder));
    return builder.sizedByteArray();
  }
}
