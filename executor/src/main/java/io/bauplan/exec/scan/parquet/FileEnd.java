package io.bauplan.exec.scan.parquet;

import java.nio.ByteBuffer;
import java.util.Arrays;

/// The end of a file that is behind a network: its metadata, and as much of the page index before
/// them as came with them, which saves a round trip for each row group.
///
/// @param index bytes of the file up to the metadata
record FileEnd(byte[] index, byte[] metadata) {
  /// The index from `offset` of the file on, as far as it is here.
  Footer.Known from(long offset, long fileBytes) {
    long start = fileBytes - FooterReader.TAIL_BYTES - metadata.length - index.length;
    long unused = Math.clamp(offset - start, 0L, (long) index.length);
    return new Footer.Known(start + unused, Arrays.copyOfRange(index, (int) unused, index.length));
  }

  byte[] pack() {
    return ByteBuffer.allocate(Integer.BYTES + index.length + metadata.length)
        .putInt(index.length)
        .put(index)
        .put(metadata)
        .array();
  }

  static FileEnd unpack(byte[] bytes) {
    int end = Integer.BYTES + ByteBuffer.wrap(bytes).getInt();
    return new FileEnd(
        Arrays.copyOfRange(bytes, Integer.BYTES, end),
        Arrays.copyOfRange(bytes, end, bytes.length));
  }
}
