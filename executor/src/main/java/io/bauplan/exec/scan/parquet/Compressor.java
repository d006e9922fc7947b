package io.bauplan.exec.scan.parquet;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import io.bauplan.exec.memory.Memory;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.xerial.snappy.Snappy;

/// Compresses pages. Used by one thread.
///
/// A page that zstd makes hardly smaller is kept as it is, in a frame of raw blocks: whoever reads
/// it copies the bytes instead of decoding them, which takes a tenth of the time.
final class Compressor implements AutoCloseable {
  /// What zstd must save at least, as a share of the page: one part of these.
  private static final int MIN_SAVING = 8;

  private static final int FRAME_MAGIC = 0xFD2FB528;

  /// Its length follows in four bytes; no window, no checksum.
  private static final byte FRAME_DESCRIPTOR = (byte) 0xA0;

  private static final int FRAME_HEADER_BYTES = 9;
  private static final int BLOCK_HEADER_BYTES = 3;
  private static final int MAX_BLOCK_BYTES = 128 << 10;

  private final int codec;
  private final @Nullable ZstdCompressCtx zstd;

  private Compressor(int codec, int level) {
    this.codec = codec;
    if (codec == Codec.ZSTD) {
      ZstdCompressCtx context = new ZstdCompressCtx();
      context.setLevel(level);
      zstd = context;
    } else {
      zstd = null;
    }
  }

  /// By the name that table properties use: `zstd`, `snappy`, `uncompressed`.
  static Compressor of(String name, int level) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "zstd" -> new Compressor(Codec.ZSTD, level);
      case "snappy" -> new Compressor(Codec.SNAPPY, level);
      case "uncompressed", "none" -> new Compressor(Codec.UNCOMPRESSED, level);
      default ->
          throw new EngineException(
              ErrorCode.NOT_SUPPORTED,
              "Parquet files cannot be written with compression \"" + name + "\"",
              null,
              "use zstd, snappy or none",
              null);
    };
  }

  int codec() {
    return codec;
  }

  /// Appends the compressed bytes at `used` of `out`; how many they are.
  int compress(long from, int length, NativeBuffer out, long used) {
    int most =
        switch (codec) {
          case Codec.ZSTD -> Math.max((int) Zstd.compressBound(length), storedBytes(length));
          case Codec.SNAPPY -> Snappy.maxCompressedLength(length);
          default -> length;
        };
    long to = out.reserve(used + most, used) + used;
    if (zstd != null) {
      int compressed =
          zstd.compressDirectByteBuffer(
              Codec.view(to, most), 0, most, Codec.view(from, length), 0, length);
      return length - compressed < length / MIN_SAVING ? store(from, length, to) : compressed;
    }
    if (codec == Codec.SNAPPY) {
      try {
        return Snappy.compress(Codec.view(from, length), Codec.view(to, most));
      } catch (IOException e) {
        throw new IllegalStateException("snappy failed", e);
      }
    }
    Memory.copy(from, to, length);
    return length;
  }

  private static int storedBytes(int length) {
    int blocks = length / MAX_BLOCK_BYTES + 1;
    return FRAME_HEADER_BYTES + blocks * BLOCK_HEADER_BYTES + length;
  }

  /// Writes the bytes as a zstd frame of raw blocks.
  private static int store(long from, int length, long to) {
    Memory.putInt(to, FRAME_MAGIC);
    Memory.putByte(to + 4, FRAME_DESCRIPTOR);
    Memory.putInt(to + 5, length);
    long out = to + FRAME_HEADER_BYTES;
    int at = 0;
    do {
      int size = Math.min(MAX_BLOCK_BYTES, length - at);
      int header = size << 3 | (at + size == length ? 1 : 0);
      Memory.putByte(out, (byte) header);
      Memory.putByte(out + 1, (byte) (header >> 8));
      Memory.putByte(out + 2, (byte) (header >> 16));
      Memory.copy(from + at, out + BLOCK_HEADER_BYTES, size);
      out += BLOCK_HEADER_BYTES + size;
      at += size;
    } while (at < length);
    return (int) (out - to);
  }

  @Override
  public void close() {
    if (zstd != null) {
      zstd.close();
    }
  }
}
