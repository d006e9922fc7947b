package io.bauplan.exec.scan.parquet;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bauplan.exec.scan.store.FileSink;
import io.bauplan.sql.plan.ScanColumn;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32;
import org.roaringbitmap.RoaringBitmap;
import org.roaringbitmap.longlong.Roaring64Bitmap;

/// Writes deletion vectors as blobs of one Puffin file, as Iceberg's specification lays both out.
final class PuffinFile implements AutoCloseable {
  private static final byte[] MAGIC = "PFA1".getBytes(StandardCharsets.US_ASCII);

  /// Of a deletion vector; its bytes as a little-endian number.
  static final int VECTOR_MAGIC = 0x6439D3D1;

  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final FileSink sink;
  private final ArrayNode blobs = JSON.createArrayNode();

  /// Where a blob is.
  record Blob(long offset, long sizeBytes) {}

  /// Takes ownership of the sink.
  PuffinFile(FileSink sink) {
    this.sink = sink;
    sink.write(ByteBuffer.wrap(MAGIC));
  }

  Blob add(String dataFile, Roaring64Bitmap positions) {
    byte[] bytes = vector(positions);
    Blob blob = new Blob(sink.position(), bytes.length);
    sink.write(ByteBuffer.wrap(bytes));
    ObjectNode entry = blobs.addObject();
    entry.put("type", "deletion-vector-v1");
    entry.putArray("fields").add(ScanColumn.POSITION_ID);
    entry.put("snapshot-id", -1).put("sequence-number", -1);
    entry.put("offset", blob.offset()).put("length", blob.sizeBytes());
    entry
        .putObject("properties")
        .put("referenced-data-file", dataFile)
        .put("cardinality", Long.toString(positions.getLongCardinality()));
    return blob;
  }

  /// Length, magic, bitmaps by their upper 32 bits in Roaring's portable form, checksum.
  private static byte[] vector(Roaring64Bitmap positions) {
    Map<Integer, RoaringBitmap> byHigh = new TreeMap<>();
    positions.forEach(
        position ->
            byHigh
                .computeIfAbsent((int) (position >>> 32), high -> new RoaringBitmap())
                .add((int) position));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeInt(Integer.reverseBytes(VECTOR_MAGIC));
      out.writeLong(Long.reverseBytes(byHigh.size()));
      for (Map.Entry<Integer, RoaringBitmap> entry : byHigh.entrySet()) {
        out.writeInt(Integer.reverseBytes(entry.getKey()));
        entry.getValue().runOptimize();
        entry.getValue().serialize(out);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    CRC32 checksum = new CRC32();
    checksum.update(bytes.toByteArray());
    return ByteBuffer.allocate(bytes.size() + 8)
        .putInt(bytes.size())
        .put(bytes.toByteArray())
        .putInt((int) checksum.getValue())
        .array();
  }

  /// Ends the file and makes it visible; returns its size.
  long finish() {
    ObjectNode footer = JSON.createObjectNode();
    footer.set("blobs", blobs);
    footer.putObject("properties").put("created-by", ParquetFileWriter.CREATED_BY);
    byte[] payload = footer.toString().getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes = ByteBuffer.allocate(payload.length + 16).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put(MAGIC).put(payload).putInt(payload.length).putInt(0).put(MAGIC).flip();
    sink.write(bytes);
    long size = sink.position();
    sink.finish();
    return size;
  }

  @Override
  public void close() {
    sink.close();
  }
}
