package io.bauplan.exec.scan.parquet;

import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import io.bauplan.exec.memory.Memory;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.zip.GZIPInputStream;
import net.jpountz.lz4.LZ4Exception;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4SafeDecompressor;
import org.brotli.dec.BrotliInputStream;
import org.jspecify.annotations.Nullable;

/// Decompresses pages. Used by one thread.
final class Codec implements AutoCloseable {
  static final int UNCOMPRESSED = 0;
  static final int SNAPPY = 1;
  static final int GZIP = 2;
  static final int LZO = 3;
  static final int BROTLI = 4;
  static final int LZ4 = 5;
  static final int ZSTD = 6;
  static final int LZ4_RAW = 7;

  private final int kind;
  private @Nullable ZstdDecompressCtx zstd;

  Codec(int kind) {
    this.kind = kind;
    switch (kind) {
      case UNCOMPRESSED, SNAPPY, GZIP, BROTLI, LZ4, ZSTD, LZ4_RAW -> {}
      case LZO -> throw unsupported("LZO");
      default -> throw new CorruptData("an unknown compression codec " + kind);
    }
  }

  private static EngineException unsupported(String name) {
    return new EngineException(
        ErrorCode.NOT_SUPPORTED,
        name + " compression in Parquet files cannot be read",
        null,
        "write the file with zstd, snappy, gzip or lz4_raw",
        null);
  }

  int kind() {
    return kind;
  }

  static ByteBuffer view(long address, int length) {
    return Memory.all().asSlice(address, length).asByteBuffer();
  }

  /// Bytes that one byte can become at most; more is a lie about the length.
  private int maxRatio() {
    return switch (kind) {
      case UNCOMPRESSED -> 1;
      case SNAPPY -> 32;
      case LZ4, LZ4_RAW -> 300;
      case GZIP -> 1_100;
      default -> 40_000;
    };
  }

  /// Whether `plain` bytes can come of `compressed` ones at all: asked before memory is taken for
  /// them. Brotli knows no bound, so there what looks like a lie is tried.
  void checkLength(long from, int compressed, int plain) {
    boolean lie =
        kind == UNCOMPRESSED ? compressed != plain : plain > (compressed + 1L) * maxRatio();
    if (lie && kind == BROTLI) {
      try {
        lie = streamed(from, compressed, 0, plain) != plain;
      } catch (IOException e) {
        throw undecodable(e);
      }
    }
    if (lie) {
      throw new CorruptData(
          "a page of "
              + compressed
              + " bytes claims to be "
              + plain
              + " bytes without compression");
    }
  }

  private static CorruptData undecodable(Exception e) {
    return new CorruptData("a page does not decompress: " + e.getMessage());
  }

  /// Fills exactly `toLength` bytes, those of snappy when `body` is asked for them. Both buffers
  /// have the padding of [NativeBuffer].
  void decompress(long from, int fromLength, long to, int toLength, PageBody body) {
    if (kind == SNAPPY && toLength > 0) {
      body.compressed(from, fromLength, to, toLength);
    } else {
      decompress(from, fromLength, to, toLength);
      body.whole(to + toLength);
    }
  }

  private void decompress(long from, int fromLength, long to, int toLength) {
    if (toLength == 0) {
      return;
    }
    int made;
    try {
      made =
          switch (kind) {
            case ZSTD -> zstd(from, fromLength, to, toLength);
            case GZIP, BROTLI -> streamed(from, fromLength, to, toLength);
            case LZ4_RAW -> lz4(from, fromLength, to, toLength);
            case LZ4 -> hadoopLz4(from, fromLength, to, toLength);
            default -> {
              Memory.copy(from, to, Math.min(fromLength, toLength));
              yield fromLength;
            }
          };
    } catch (IOException | LZ4Exception | ZstdException e) {
      throw undecodable(e);
    }
    if (made != toLength) {
      throw new CorruptData("a page decompresses to " + made + " bytes, not " + toLength);
    }
  }

  private int zstd(long from, int fromLength, long to, int toLength) {
    ZstdDecompressCtx context = zstd;
    if (context == null) {
      context = new ZstdDecompressCtx();
      zstd = context;
    }
    return context.decompressDirectByteBuffer(
        view(to, toLength), 0, toLength, view(from, fromLength), 0, fromLength);
  }

  private InputStream stream(byte[] compressed) throws IOException {
    InputStream bytes = new ByteArrayInputStream(compressed);
    return kind == GZIP ? new GZIPInputStream(bytes, 1 << 16) : new BrotliInputStream(bytes);
  }

  /// @param to 0 = what is made is only counted
  private int streamed(long from, int fromLength, long to, int toLength) throws IOException {
    byte[] compressed = new byte[fromLength];
    Memory.copy(from, compressed, 0, fromLength);
    byte[] buffer = new byte[1 << 16];
    int made = 0;
    try (InputStream in = stream(compressed)) {
      while (true) {
        int count = in.read(buffer);
        if (count < 0) {
          return made;
        }
        if (count > toLength - made) {
          throw new CorruptData("a page decompresses to more than its length");
        }
        if (to != 0) {
          Memory.copy(buffer, 0, to + made, count);
        }
        made += count;
      }
    }
  }

  private static int lz4(long from, int fromLength, long to, int toLength) {
    LZ4SafeDecompressor lz4 = LZ4Factory.fastestInstance().safeDecompressor();
    return lz4.decompress(view(from, fromLength), 0, fromLength, view(to, toLength), 0, toLength);
  }

  /// Blocks of big-endian (plain length, compressed length, bytes), as Hadoop frames them; some
  /// writers under the same codec number left the frame out.
  private static int hadoopLz4(long from, int fromLength, long to, int toLength) {
    int at = 0;
    int made = 0;
    while (fromLength - at >= 8) {
      int plain = Integer.reverseBytes(Memory.getInt(from + at));
      int compressed = Integer.reverseBytes(Memory.getInt(from + at + 4));
      if (plain < 0
          || compressed <= 0
          || plain > toLength - made
          || compressed > fromLength - at - 8) {
        return lz4(from, fromLength, to, toLength);
      }
      try {
        if (lz4(from + at + 8, compressed, to + made, plain) != plain) {
          return lz4(from, fromLength, to, toLength);
        }
      } catch (LZ4Exception e) {
        return lz4(from, fromLength, to, toLength);
      }
      at += 8 + compressed;
      made += plain;
    }
    return made;
  }

  @Override
  public void close() {
    ZstdDecompressCtx context = zstd;
    zstd = null;
    if (context != null) {
      context.close();
    }
  }
}
