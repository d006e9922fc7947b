package io.bauplan.exec.scan.parquet;

import io.bauplan.exec.memory.Memory;

/// Decompresses raw [snappy](https://github.com/google/snappy/blob/main/format_description.txt).
///
/// A compressed element's length says where the next one begins, so the time goes to that chain of
/// dependent steps and not to moving bytes. This decoder keeps the chain short: the element after a
/// short literal comes out of the word that is in a register already, and the length of a copy
/// element out of its two lowest bits. Columns of numbers, whose bytes are short literals and
/// copies by turns, take about two thirds of the native library's time; texts the same.
final class SnappyDecoder {
  /// Bytes that may be read and written beyond the end of either buffer.
  static final int PADDING_BYTES = 16;

  private static final int LITERAL = 0;
  private static final int COPY_OF_4_OFFSET_BYTES = 3;

  /// Longest literal after which 3 bytes, a copy with 2 bytes of offset, are left in a word.
  private static final int SHORT_LITERAL = 4;

  private static final int LONGEST_INLINE = 60;

  /// By the first byte of a copy: bits 0-7 its length, 8-23 the high bits of its offset, 24-31 how
  /// far to shift left and right so that only the bytes of the offset stay of a word.
  private static final int[] COPIES = copies();

  private SnappyDecoder() {}

  private static int[] copies() {
    int[] copies = new int[256];
    for (int tag = 0; tag < 256; tag++) {
      int offsetBytes = (1 << (tag & 3)) >> 1;
      boolean shortest = offsetBytes == 1;
      int length = shortest ? (tag >>> 2 & 7) + 4 : (tag >>> 2) + 1;
      int high = shortest ? tag >>> 5 << 8 : 0;
      copies[tag] = length | high << 8 | (64 - 8 * offsetBytes & 63) << 24;
    }
    return copies;
  }

  /// Decompresses to exactly `toLength` bytes. Both buffers have [#PADDING_BYTES] more bytes.
  ///
  /// @throws CorruptData if the bytes are not a whole snappy stream of that length
  static void decode(long from, int fromLength, long to, int toLength) {
    long end = from + fromLength;
    long in = from + preamble(from, end, toLength);
    long out = to;
    long outEnd = to + toLength;
    while (in < end) {
      long word = Memory.getLong(in);
      int tag = (int) word & 0xff;
      if ((tag & 3) == LITERAL) {
        int length = (tag >>> 2) + 1;
        if (length <= SHORT_LITERAL) {
          Memory.putInt(out, (int) (word >>> 8));
          word >>>= (length << 3) + 8;
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
          word = Memory.getLong(in);
        }
        if (in >= end | out > outEnd) {
          break;
        }
        tag = (int) word & 0xff;
        int kind = tag & 3;
        if (kind == LITERAL | kind == COPY_OF_4_OFFSET_BYTES) {
          if (kind == LITERAL) {
            continue;
          }
          word = Memory.getLong(in);
        }
      }
      int copy = COPIES[tag];
      int length = copy & 0xff;
      int cut = copy >>> 24;
      long offset = (word >>> 8 << cut >>> cut) + (copy >>> 8 & 0xff00);
      in += 1 + ((1 << (tag & 3)) >> 1);
      if (offset > out - to | length > outEnd - out) {
        throw broken();
      }
      long source = out - offset;
      if (offset >= 8) {
        Memory.putLong(out, Memory.getLong(source));
        Memory.putLong(out + 8, Memory.getLong(source + 8));
        if (length > 16) {
          rest(source, out, length);
        }
      } else {
        pattern(source, out, length);
      }
      out += length;
    }
    if (in != end || out != outEnd) {
      throw broken();
    }
  }

  /// Its length in bytes.
  private static int preamble(long from, long end, int toLength) {
    long length = 0;
    for (int i = 0; i < 5 && from + i < end; i++) {
      byte b = Memory.getByte(from + i);
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
        Memory.putLong(out + i, Memory.getLong(in + i));
        Memory.putLong(out + i + 8, Memory.getLong(in + i + 8));
      }
    } else {
      Memory.copy(in, out, length);
    }
  }

  /// All but the first 16 bytes of a copy from at least 8 bytes back: a word may read what the one
  /// before it wrote.
  private static void rest(long source, long out, int length) {
    for (int i = 16; i < length; i += 16) {
      Memory.putLong(out + i, Memory.getLong(source + i));
      Memory.putLong(out + i + 8, Memory.getLong(source + i + 8));
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
      Memory.putLong(at, Memory.getLong(source));
      at += at - source;
    }
    for (long from = source; at < end; at += 8, from += 8) {
      Memory.putLong(at, Memory.getLong(from));
    }
  }

  private static CorruptData broken() {
    return new CorruptData("a page does not decompress: its snappy stream is broken");
  }
}
