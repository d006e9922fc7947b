package io.bauplan.exec.scan.parquet;

import com.github.luben.zstd.ZstdCompressCtx;
import io.bauplan.exec.memory.Memory;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.xerial.snappy.Snappy;

/// Compresses pages. Used by one thread.
final class Compressor implements AutoCloseable {
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
          case Codec.ZSTD -> (int) com.github.luben.zstd.Zstd.compressBound(length);
          case Codec.SNAPPY -> Snappy.maxCompressedLength(length);
          default -> length;
        };
    long to = out.reserve(used + most, used) + used;
    if (zstd != null) {
      return zstd.compressDirectByteBuffer(
          Codec.view(to, most), 0, most, Codec.view(from, length), 0, length);
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

  @Override
  public void close() {
    if (zstd != null) {
      zstd.close();
    }
  }
}
