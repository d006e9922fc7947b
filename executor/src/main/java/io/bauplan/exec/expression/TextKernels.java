package io.bauplan.exec.expression;

import io.bauplan.exec.expression.StrictNode.Kernel;
import io.bauplan.exec.expression.StrictNode.Output;
import io.bauplan.exec.memory.Memory;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Functions of text. Positions and lengths count code points.
final class TextKernels {
  /// A function may not make a longer text of one row.
  private static final int MAX_RESULT_BYTES = 64 << 20;

  private TextKernels() {}

  static @Nullable Kernel find(String function, int arguments) {
    return switch (function) {
      case "upper" -> TextKernels::upper;
      case "lower" -> TextKernels::lower;
      case "char_length", "character_length", "length", "len" ->
          arguments == 1
              ? (in, row, out) -> out.set(row, points(in[0].longs[row], in[0].lengths[row]))
              : null;
      case "octet_length" -> (in, row, out) -> out.set(row, (long) in[0].lengths[row]);
      case "concat" -> TextKernels::concat;
      case "substring" -> arguments <= 3 ? TextKernels::substring : null;
      case "trim" -> arguments == 3 ? TextKernels::trim : null;
      case "ltrim" ->
          arguments == 1 ? (in, row, out) -> trim(in[0], row, " ", true, false, out) : null;
      case "rtrim" ->
          arguments == 1 ? (in, row, out) -> trim(in[0], row, " ", false, true, out) : null;
      case "position" -> arguments == 2 ? TextKernels::position : null;
      case "replace" -> TextKernels::replace;
      case "left" -> TextKernels::left;
      case "right" -> TextKernels::right;
      case "starts_with", "startswith" ->
          (in, row, out) -> out.set(row, at(in[0], in[1], row, 0) ? 1L : 0L);
      case "ends_with", "endswith" ->
          (in, row, out) ->
              out.set(
                  row, at(in[0], in[1], row, in[0].lengths[row] - in[1].lengths[row]) ? 1L : 0L);
      case "reverse" ->
          (in, row, out) -> out.set(row, new StringBuilder(text(in[0], row)).reverse().toString());
      case "initcap" -> (in, row, out) -> out.set(row, initcap(text(in[0], row)));
      case "repeat" -> TextKernels::repeat;
      case "lpad" -> (in, row, out) -> pad(in, row, out, true);
      case "rpad" -> (in, row, out) -> pad(in, row, out, false);
      case "split_part" -> TextKernels::splitPart;
      case "ascii" ->
          (in, row, out) ->
              out.set(row, in[0].lengths[row] == 0 ? 0L : (long) text(in[0], row).codePointAt(0));
      default -> null;
    };
  }

  static String text(Register register, int row) {
    return Bytes.string(register.longs[row], register.lengths[row]);
  }

  /// Code points of UTF-8 text: bytes that do not continue one.
  static long points(long address, int length) {
    long points = 0;
    int i = 0;
    for (; i + 8 <= length; i += 8) {
      long word = Memory.getLong(address + i);
      long continues = (word >>> 7) & ~(word >>> 6) & 0x0101010101010101L;
      points += 8 - Long.bitCount(continues);
    }
    for (; i < length; i++) {
      points += (Memory.getByte(address + i) & 0xc0) != 0x80 ? 1 : 0;
    }
    return points;
  }

  private static boolean isAscii(long address, int length) {
    int i = 0;
    for (; i + 8 <= length; i += 8) {
      if ((Memory.getLong(address + i) & 0x8080808080808080L) != 0) {
        return false;
      }
    }
    for (; i < length; i++) {
      if (Memory.getByte(address + i) < 0) {
        return false;
      }
    }
    return true;
  }

  private static void upper(Register[] in, int row, Output out) {
    long from = in[0].longs[row];
    int length = in[0].lengths[row];
    if (!isAscii(from, length)) {
      out.set(row, text(in[0], row).toUpperCase(Locale.ROOT));
      return;
    }
    long to = out.room(row, length);
    for (int i = 0; i < length; i++) {
      byte b = Memory.getByte(from + i);
      Memory.putByte(to + i, b >= 'a' && b <= 'z' ? (byte) (b - 32) : b);
    }
  }

  private static void lower(Register[] in, int row, Output out) {
    long from = in[0].longs[row];
    int length = in[0].lengths[row];
    if (!isAscii(from, length)) {
      out.set(row, text(in[0], row).toLowerCase(Locale.ROOT));
      return;
    }
    long to = out.room(row, length);
    for (int i = 0; i < length; i++) {
      byte b = Memory.getByte(from + i);
      Memory.putByte(to + i, b >= 'A' && b <= 'Z' ? (byte) (b + 32) : b);
    }
  }

  private static void concat(Register[] in, int row, Output out) {
    long total = 0;
    for (Register part : in) {
      total += part.lengths[row];
    }
    checkSize(total);
    long to = out.room(row, (int) total);
    for (Register part : in) {
      Memory.copy(part.longs[row], to, part.lengths[row]);
      to += part.lengths[row];
    }
  }

  private static void checkSize(long bytes) {
    if (bytes > MAX_RESULT_BYTES) {
      throw Errors.invalidArgument(
          "a text of "
              + bytes
              + " bytes is longer than the "
              + (MAX_RESULT_BYTES >> 20)
              + " MB that a function may return");
    }
  }

  /// Byte offset of code point `index`, at most the length.
  private static int offset(long address, int length, long index) {
    if (index <= 0) {
      return 0;
    }
    long left = index;
    int i = 0;
    while (i < length) {
      if ((Memory.getByte(address + i) & 0xc0) != 0x80 && left-- == 0) {
        return i;
      }
      i++;
    }
    return length;
  }

  /// The standard's SUBSTRING: positions before the first count, but hold nothing.
  private static void substring(Register[] in, int row, Output out) {
    long from = in[1].longs[row];
    long end = Long.MAX_VALUE;
    if (in.length == 3) {
      long count = in[2].longs[row];
      if (count < 0) {
        throw Errors.invalidArgument("negative length in SUBSTRING");
      }
      end = count > Long.MAX_VALUE - Math.max(from, 0) ? Long.MAX_VALUE : from + count;
    }
    slice(in[0], row, Math.max(from, 1) - 1, Math.max(end, 1) - 1, out);
  }

  /// Code points `begin` to `end`.
  private static void slice(Register text, int row, long begin, long end, Output out) {
    long address = text.longs[row];
    int length = text.lengths[row];
    int first = offset(address, length, begin);
    int last = end >= length ? length : offset(address, length, end);
    out.set(row, address + first, Math.max(0, last - first));
  }

  private static void left(Register[] in, int row, Output out) {
    long count = in[1].longs[row];
    long all = points(in[0].longs[row], in[0].lengths[row]);
    slice(in[0], row, 0, count < 0 ? Math.max(0, all + count) : count, out);
  }

  private static void right(Register[] in, int row, Output out) {
    long count = in[1].longs[row];
    long all = points(in[0].longs[row], in[0].lengths[row]);
    long begin = count < 0 ? Math.min(all, -count) : Math.max(0, all - count);
    slice(in[0], row, begin, all, out);
  }

  /// `TRIM(flag characters FROM text)`.
  private static void trim(Register[] in, int row, Output out) {
    String flag = text(in[0], row);
    trim(in[2], row, text(in[1], row), !flag.equals("TRAILING"), !flag.equals("LEADING"), out);
  }

  private static void trim(
      Register text, int row, String characters, boolean leading, boolean trailing, Output out) {
    long address = text.longs[row];
    int begin = 0;
    int end = text.lengths[row];
    if (characters.length() == 1 && characters.charAt(0) < 128) {
      byte character = (byte) characters.charAt(0);
      while (leading && begin < end && Memory.getByte(address + begin) == character) {
        begin++;
      }
      while (trailing && end > begin && Memory.getByte(address + end - 1) == character) {
        end--;
      }
      out.set(row, address + begin, end - begin);
      return;
    }
    String value = text(text, row);
    int first = 0;
    int last = value.length();
    while (leading && first < last && characters.indexOf(value.codePointAt(first)) >= 0) {
      first += Character.charCount(value.codePointAt(first));
    }
    while (trailing && last > first && characters.indexOf(value.codePointBefore(last)) >= 0) {
      last -= Character.charCount(value.codePointBefore(last));
    }
    out.set(row, value.substring(first, last));
  }

  private static void position(Register[] in, int row, Output out) {
    byte[] needle = Bytes.array(in[0].longs[row], in[0].lengths[row]);
    long address = in[1].longs[row];
    int found = Bytes.indexOf(address, in[1].lengths[row], needle, 0);
    out.set(row, found < 0 ? 0 : points(address, found) + 1);
  }

  private static void replace(Register[] in, int row, Output out) {
    String needle = text(in[1], row);
    if (needle.isEmpty()) {
      out.set(row, in[0].longs[row], in[0].lengths[row]);
      return;
    }
    out.set(row, text(in[0], row).replace(needle, text(in[2], row)));
  }

  private static boolean at(Register text, Register part, int row, int offset) {
    return offset >= 0
        && part.lengths[row] + offset <= text.lengths[row]
        && Bytes.sameBytes(text.longs[row] + offset, part.longs[row], part.lengths[row]);
  }

  private static String initcap(String text) {
    StringBuilder result = new StringBuilder(text.length());
    boolean start = true;
    for (int i = 0; i < text.length(); ) {
      int point = text.codePointAt(i);
      i += Character.charCount(point);
      boolean word = Character.isLetterOrDigit(point);
      result.appendCodePoint(
          start && word ? Character.toUpperCase(point) : Character.toLowerCase(point));
      start = !word;
    }
    return result.toString();
  }

  private static void repeat(Register[] in, int row, Output out) {
    long count = Math.max(0, in[1].longs[row]);
    long bytes = Math.min(count, Integer.MAX_VALUE) * in[0].lengths[row];
    checkSize(bytes);
    long to = out.room(row, (int) bytes);
    for (long at = 0; at < bytes; at += in[0].lengths[row]) {
      Memory.copy(in[0].longs[row], to + at, in[0].lengths[row]);
    }
  }

  private static void pad(Register[] in, int row, Output out, boolean left) {
    long wanted = Math.max(0, in[1].longs[row]);
    checkSize(wanted);
    String text = text(in[0], row);
    String fill = in.length > 2 ? text(in[2], row) : " ";
    int points = text.codePointCount(0, text.length());
    if (points >= wanted || fill.isEmpty()) {
      int end = text.offsetByCodePoints(0, (int) Math.min(points, wanted));
      out.set(row, text.substring(0, end));
      return;
    }
    StringBuilder padding = new StringBuilder();
    int[] fillPoints = fill.codePoints().toArray();
    for (int i = 0; i < wanted - points; i++) {
      padding.appendCodePoint(fillPoints[i % fillPoints.length]);
    }
    out.set(row, left ? padding + text : text + padding);
  }

  private static void splitPart(Register[] in, int row, Output out) {
    String text = text(in[0], row);
    String delimiter = text(in[1], row);
    long index = in[2].longs[row];
    if (index == 0) {
      throw Errors.invalidArgument("SPLIT_PART counts parts from 1; there is no part 0");
    }
    if (delimiter.isEmpty()) {
      out.set(row, index == 1 || index == -1 ? text : "");
      return;
    }
    String[] parts = text.split(java.util.regex.Pattern.quote(delimiter), -1);
    long at = index > 0 ? index - 1 : parts.length + index;
    out.set(row, at >= 0 && at < parts.length ? parts[(int) at] : "");
  }
}
