package io.bauplan.exec.scan.parquet;

import io.bauplan.exec.memory.Memory;
import org.apache.arrow.memory.util.MemoryUtil;

/// Decompresses raw [snappy](https://github.com/google/snappy/blob/main/format_description.txt),
/// as far as it is asked to: who wants a few rows of a page need not pay for those behind them.
///
/// A compressed element's length says where the next one begins, so the time goes to that chain of
/// dependent steps and not to moving bytes. This decoder keeps the chain short: the element after a
/// short literal comes out of the word that is in a register already, and the length of a copy
/// element out of its two lowest bits. Columns of numbers, whose bytes are short literals and
/// copies by turns, take half of the native library's time; texts three quarters.
///
/// Memory is accessed by Arrow's utility instead of [Memory], whose bounds, though those of all
/// memory, are compared with at each access: a tenth to a fifth of the time.
///
/// Used by one thread.
final class SnappyDecoder {
  /// Bytes that may be read and written beyond the end of either buffer.
  static final int PADDING_BYTES = 16;

  private static final int LITERAL = 0;
  private static final int COPY_OF_1_OFFSET_BYTE = 1;
  private static final int COPY_OF_4_OFFSET_BYTES = 3;

  /// The tag of a literal of 4 bytes, the longest after which 3 bytes, a copy with 2 bytes of
  /// offset, are left in a word.
  private static final int SHORT_LITERAL = 3 << 2;

  private static final int LONGEST_INLINE = 60;

  /// By the first byte of a copy: bits 0-7 its length, 8-10 the high bits of its offset where
  /// they are, 16-31 a mask of the bytes of the offset that follow.
  private static final int[] COPIES = copies();

  private long in;
  private long end;
  private long start;
  private long out;
  private long outEnd;

  private static int[] copies() {
    int[] copies = new int[256];
    for (int tag = 0; tag < 256; tag++) {
      copies[tag] =
          (tag & 3) == COPY_OF_1_OFFSET_BYTE
              ? (tag >>> 2 & 7) + 4 | tag >>> 5 << 8 | 0xff << 16
              : (tag >>> 2) + 1 | 0xffff << 16;
    }
    return copies;
  }

  /// Begins a stream of `toLength` bytes, without decompressing any. Both buffers have
  /// [#PADDING_BYTES] more bytes, and stay where they are while the stream is asked for more.
  ///
  /// @throws CorruptData if the stream says that it has another length
  void start(long from, int fromLength, long to, int toLength) {
    end = from + fromLength;
    in = from + preamble(from, end, toLength);
    start = to;
    out = to;
    outEnd = to + toLength;
  }

  /// Decompresses at least what goes before the address `wanted`, of the buffer given at the
  /// start. At the stream's end, that it ends there is proved as well.
  ///
  /// @return up to where bytes are good; those behind it may have been written to
  /// @throws CorruptData if the bytes up to there are no snappy stream
  long upTo(long wanted) {
    long stop = Math.min(wanted, outEnd);
    if (stop > out || stop == outEnd) {
      decode(stop);
    }
    return out;
  }

  private void decode(long stop) {
    long end = this.end;
    long to = start;
    long outEnd = this.outEnd;
    long in = this.in;
    long out = this.out;
    while (in < end & out < stop) {
      long word = MemoryUtil.getLong(in);
      if ((word & 3) == LITERAL) {
        int tag = (int) word & 0xff;
        int length = (tag >>> 2) + 1;
        if (tag <= SHORT_LITERAL) {
          MemoryUtil.putInt(out, (int) (word >>> 8));
          // By length + 1 bytes.
          word >>>= 2 * tag + 16;
          in += length + 1;
          out += length;
        } else {
          if (length > LONGEST_INLINE) {
            int bytes = length - LONGEST_INLINE;
            long stored = word >>> 8 & 0xffffffffL >>> 32 - 8 * bytes;
            in += bytes;
            if (stored >= outEnd - out) {
              throw broken();
            }
            length = (int) stored + 1;
          }
          in++;
          if (length > end - in | length > outEnd - out) {
            throw broken();
          }
          literal(in, out, length);
          in += length;
          out += length;
          word = MemoryUtil.getLong(in);
        }
        if (in >= end | out >= stop) {
          break;
        }
        if ((word & 3) == LITERAL) {
          continue;
        }
      }
      int kind = (int) word & 3;
      int copy = COPIES[(int) word & 0xff];
      int length = copy & 0xff;
      long offset = (word >>> 8 & copy >>> 16) + (copy & 0x700);
      in += kind + 1;
      if (kind == COPY_OF_4_OFFSET_BYTES) {
        in++;
        // The word may have held the first of them only.
        offset = MemoryUtil.getInt(in - 4) & 0xffffffffL;
      }
      if (offset > out - to | length > outEnd - out) {
        throw broken();
      }
      long source = out - offset;
      if (offset >= 8) {
        MemoryUtil.putLong(out, MemoryUtil.getLong(source));
        MemoryUtil.putLong(out + 8, MemoryUtil.getLong(source + 8));
        if (length > 16) {
          rest(source, out, length);
        }
      } else {
        pattern(source, out, length);
      }
      out += length;
    }
    if (in > end | out < stop | out > outEnd || out == outEnd && in != end) {
      throw broken();
    }
    this.in = in;
    this.out = out;
  }

  /// Its length in bytes.
  private static int preamble(long from, long end, int toLength) {
    long length = 0;
    for (int i = 0; i < 5 && from + i < end; i++) {
      byte b = MemoryUtil.getByte(from + i);
      length |= (b & 0x7fL) << 7 * i;
      if (b >= 0) {
        if (length != toLength) {
          throw new CorruptData("a page decompresses to " + length + " bytes, not " + toLength);
        }
        return i + 1;
      }
    }
    throw broken();
  }

  private static void literal(long in, long out, int length) {
    if (length <= 256) {
      for (int i = 0; i < length; i += 16) {
        MemoryUtil.putLong(out + i, MemoryUtil.getLong(in + i));
        MemoryUtil.putLong(out + i + 8, MemoryUtil.getLong(in + i + 8));
      }
    } else {
      Memory.copy(in, out, length);
    }
  }

  /// All but the first 16 bytes of a copy from at least 8 bytes back: a word may read what the one
  /// before it wrote.
  private static void rest(long source, long out, int length) {
    for (int i = 16; i < length; i += 16) {
      MemoryUtil.putLong(out + i, MemoryUtil.getLong(source + i));
      MemoryUtil.putLong(out + i + 8, MemoryUtil.getLong(source + i + 8));
    }
  }

  /// A copy from less than 8 bytes back. What is written doubles the distance, until a word may be
  /// copied at once.
  private static void pattern(long source, long out, int length) {
    if (source == out) {
      throw broken();
    }
    long end = out + length;
    long at = out;
    while (at - source < 8 && at < end) {
      MemoryUtil.putLong(at, MemoryUtil.getLong(source));
      at += at - source;
    }
    for (long from = source; at < end; at += 8, from += 8) {
      MemoryUtil.putLong(at, MemoryUtil.getLong(from));
    }
  }

  private static CorruptData broken() {
    return new CorruptData("a page does not decompress: its snappy stream is broken");
  }
}
