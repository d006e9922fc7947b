package io.bauplan.exec.scan.parquet;

import io.bauplan.exec.memory.Memory;
import java.util.Arrays;

/// Decodes the values of one page, NULLs left out. Fixed-width physical types (BOOLEAN as bytes of
/// 0 and 1) by `fixed`, BYTE_ARRAY by `bytes`.
abstract class ValueReader {
  /// The next `count` values in plain form, one after the other, at `out`.
  void fixed(int count, long out) {
    throw new CorruptData("a page's encoding does not fit its column's type");
  }

  /// Appends the next `count` values.
  void bytes(int count, ByteSink out) {
    throw new CorruptData("a page's encoding does not fit its column's type");
  }

  /// Passes over the next `count` values; false, and nothing done, where they must be decoded.
  boolean skip(int count) {
    return false;
  }

  /// @param body whose bytes from `address` to `limit` are the values, and are good as far as the
  ///     reader has asked
  static ValueReader of(
      SchemaNode leaf, int encoding, PageBody body, long address, long limit, int valueCount) {
    if (encoding != Encodings.PLAIN) {
      body.upTo(limit);
    }
    int width = leaf.width();
    SchemaNode.Physical physical = leaf.requirePhysical();
    boolean bytes = physical == SchemaNode.Physical.BYTE_ARRAY;
    return switch (encoding) {
      case Encodings.PLAIN ->
          switch (physical) {
            case BOOLEAN -> new PlainBooleans(address, body.upTo(limit));
            case BYTE_ARRAY -> new PlainBytes(body, address, limit);
            default -> new PlainFixed(width, body, address, limit);
          };
      case Encodings.RLE -> {
        if (physical != SchemaNode.Physical.BOOLEAN) {
          throw new CorruptData("run lengths of values that are no booleans");
        }
        yield new RleBooleans(address, limit);
      }
      case Encodings.DELTA_BINARY_PACKED -> {
        if (physical != SchemaNode.Physical.INT32 && physical != SchemaNode.Physical.INT64) {
          throw new CorruptData("deltas of values that are no integers");
        }
        yield new DeltaIntegers(width, new DeltaReader(address, limit));
      }
      case Encodings.DELTA_LENGTH_BYTE_ARRAY -> {
        if (!bytes) {
          throw new CorruptData("lengths of values that have none");
        }
        yield new DeltaLengthBytes(address, limit, valueCount);
      }
      case Encodings.DELTA_BYTE_ARRAY ->
          new DeltaBytes(address, limit, valueCount, bytes ? 0 : width);
      case Encodings.BYTE_STREAM_SPLIT -> {
        if (bytes || physical == SchemaNode.Physical.BOOLEAN) {
          throw new CorruptData("byte streams of values that have no fixed width");
        }
        yield new SplitStreams(width, address, limit);
      }
      default -> throw new CorruptData("values in the unknown encoding " + encoding);
    };
  }

  private static CorruptData early() {
    return new CorruptData("a page ends within its values");
  }

  private static final class PlainFixed extends ValueReader {
    private final int width;
    private final PageBody body;
    private final long limit;
    private long at;

    PlainFixed(int width, PageBody body, long at, long limit) {
      this.width = width;
      this.body = body;
      this.at = at;
      this.limit = limit;
    }

    @Override
    void fixed(int count, long out) {
      long from = at;
      skip(count);
      body.upTo(at);
      Memory.copy(from, out, at - from);
    }

    @Override
    boolean skip(int count) {
      long bytes = (long) count * width;
      if (bytes > limit - at) {
        throw early();
      }
      at += bytes;
      return true;
    }
  }

  private static final class PlainBooleans extends ValueReader {
    private final long address;
    private final long bits;
    private long bit;

    PlainBooleans(long address, long limit) {
      this.address = address;
      this.bits = (limit - address) * 8;
    }

    @Override
    void fixed(int count, long out) {
      if (count > bits - bit) {
        throw early();
      }
      for (int i = 0; i < count; i++) {
        long at = bit + i;
        Memory.putByte(out + i, (byte) (Memory.getByte(address + (at >>> 3)) >>> (at & 7) & 1));
      }
      bit += count;
    }
  }

  private static final class RleBooleans extends ValueReader {
    private final RleReader runs = new RleReader();

    RleBooleans(long address, long limit) {
      if (limit - address < 4) {
        throw early();
      }
      int bytes = Memory.getInt(address);
      if (bytes < 0 || bytes > limit - address - 4) {
        throw early();
      }
      runs.reset(address + 4, address + 4 + bytes, 1);
    }

    @Override
    void fixed(int count, long out) {
      runs.codes(out, 1, count);
    }
  }

  private static final class PlainBytes extends ValueReader {
    /// Bytes that are asked for at once, besides those that are needed.
    private static final int AHEAD = 4096;

    private final PageBody body;
    private final long limit;
    private long at;

    /// Up to where bytes are good.
    private long good;

    PlainBytes(PageBody body, long at, long limit) {
      this.body = body;
      this.at = at;
      this.good = at;
      this.limit = limit;
    }

    private long more(long from, int bytes) {
      if (bytes > limit - from) {
        throw early();
      }
      return body.upTo(Math.min(limit, from + bytes + AHEAD));
    }

    @Override
    void bytes(int count, ByteSink out) {
      // What is left of the page bounds what these values need.
      out.room(limit - at, count);
      long next = at;
      long end = good;
      for (int i = 0; i < count; i++) {
        if (end - next < 4) {
          end = more(next, 4);
        }
        int length = Memory.getInt(next);
        next += 4;
        if (length < 0) {
          throw early();
        }
        if (end - next < length) {
          end = more(next, length);
        }
        out.add(next, length);
        next += length;
      }
      at = next;
      good = end;
    }

    @Override
    boolean skip(int count) {
      long next = at;
      long end = good;
      for (int i = 0; i < count; i++) {
        if (end - next < 4) {
          end = more(next, 4);
        }
        int length = Memory.getInt(next);
        if (length < 0 || length > limit - next - 4) {
          throw early();
        }
        next += 4 + (long) length;
      }
      at = next;
      good = end;
      return true;
    }
  }

  private static final class DeltaIntegers extends ValueReader {
    private final int width;
    private final DeltaReader deltas;

    DeltaIntegers(int width, DeltaReader deltas) {
      this.width = width;
      this.deltas = deltas;
    }

    @Override
    void fixed(int count, long out) {
      if (width == 4) {
        deltas.ints(count, out);
      } else {
        deltas.longs(count, out);
      }
    }
  }

  private static final class DeltaLengthBytes extends ValueReader {
    private final int[] lengths;
    private final long limit;
    private int next;
    private long at;

    DeltaLengthBytes(long address, long limit, int valueCount) {
      DeltaReader deltas = new DeltaReader(address, limit);
      this.lengths = deltas.all(valueCount);
      this.at = deltas.end();
      this.limit = limit;
    }

    @Override
    void bytes(int count, ByteSink out) {
      if (count > lengths.length - next) {
        throw early();
      }
      out.room(limit - at, count);
      for (int i = 0; i < count; i++) {
        int length = lengths[next++];
        if (length < 0 || length > limit - at) {
          throw early();
        }
        out.add(at, length);
        at += length;
      }
    }

    @Override
    boolean skip(int count) {
      if (count > lengths.length - next) {
        throw early();
      }
      for (int i = 0; i < count; i++) {
        int length = lengths[next++];
        if (length < 0 || length > limit - at) {
          throw early();
        }
        at += length;
      }
      return true;
    }
  }

  private static final class DeltaBytes extends ValueReader {
    private final int[] prefixes;
    private final int[] suffixes;
    private final long limit;
    private final int width;
    private byte[] last = new byte[64];
    private int lastLength;
    private int next;
    private long at;

    DeltaBytes(long address, long limit, int valueCount, int width) {
      DeltaReader first = new DeltaReader(address, limit);
      this.prefixes = first.all(valueCount);
      DeltaReader second = new DeltaReader(first.end(), limit);
      this.suffixes = second.all(valueCount);
      this.at = second.end();
      this.limit = limit;
      this.width = width;
      if (prefixes.length != suffixes.length) {
        throw new CorruptData("a page has other numbers of prefixes and of suffixes");
      }
    }

    private void advance() {
      if (next >= prefixes.length) {
        throw early();
      }
      int prefix = prefixes[next];
      int suffix = suffixes[next++];
      if (prefix < 0 || prefix > lastLength || suffix < 0 || suffix > limit - at) {
        throw early();
      }
      if (prefix + suffix > last.length) {
        last = Arrays.copyOf(last, Math.max(prefix + suffix, last.length * 2));
      }
      Memory.copy(at, last, prefix, suffix);
      at += suffix;
      lastLength = prefix + suffix;
    }

    @Override
    void bytes(int count, ByteSink out) {
      for (int i = 0; i < count; i++) {
        advance();
        out.add(last, lastLength);
      }
    }

    @Override
    void fixed(int count, long out) {
      for (int i = 0; i < count; i++) {
        advance();
        if (lastLength != width) {
          throw new CorruptData("a value of " + lastLength + " bytes where all have " + width);
        }
        Memory.copy(last, 0, out + (long) i * width, width);
      }
    }
  }

  private static final class SplitStreams extends ValueReader {
    private final int width;
    private final long address;
    private final long total;
    private long next;

    SplitStreams(int width, long address, long limit) {
      this.width = width;
      this.address = address;
      this.total = (limit - address) / width;
    }

    @Override
    void fixed(int count, long out) {
      if (count > total - next) {
        throw early();
      }
      for (int b = 0; b < width; b++) {
        long from = address + b * total + next;
        long to = out + b;
        for (int i = 0; i < count; i++) {
          Memory.putByte(to + (long) i * width, Memory.getByte(from + i));
        }
      }
      next += count;
    }

    @Override
    boolean skip(int count) {
      if (count > total - next) {
        throw early();
      }
      next += count;
      return true;
    }
  }
}
