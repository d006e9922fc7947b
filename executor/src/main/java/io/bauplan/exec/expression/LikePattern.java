package io.bauplan.exec.expression;

import io.bauplan.exec.memory.Memory;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// A LIKE pattern over UTF-8 bytes: segments between `%`, the first anchored at the start, the last
/// at the end, those between found leftmost.
final class LikePattern {
  /// A segment's bytes; `wild[i]` marks a `_` at byte i.
  private record Segment(byte[] bytes, boolean[] wild, boolean anyWild) {}

  private final List<Segment> segments;

  private LikePattern(List<Segment> segments) {
    this.segments = segments;
  }

  /// @param escape a single character, or empty for none
  static LikePattern parse(String pattern, String escape) {
    if (escape.codePointCount(0, escape.length()) > 1) {
      throw Errors.invalidArgument(
          "the escape of LIKE must be a single character, not '" + Errors.shorten(escape) + "'");
    }
    int escapePoint = escape.isEmpty() ? -1 : escape.codePointAt(0);
    List<Segment> segments = new ArrayList<>();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    List<Integer> wild = new ArrayList<>();
    for (int i = 0; i < pattern.length(); ) {
      int point = pattern.codePointAt(i);
      i += Character.charCount(point);
      if (point == escapePoint) {
        if (i >= pattern.length()) {
          throw Errors.invalidArgument("the LIKE pattern ends with its escape character");
        }
        point = pattern.codePointAt(i);
        i += Character.charCount(point);
        bytes.writeBytes(Character.toString(point).getBytes(StandardCharsets.UTF_8));
      } else if (point == '%') {
        segments.add(segment(bytes, wild));
      } else if (point == '_') {
        wild.add(bytes.size());
        bytes.write('_');
      } else {
        bytes.writeBytes(Character.toString(point).getBytes(StandardCharsets.UTF_8));
      }
    }
    segments.add(segment(bytes, wild));
    return new LikePattern(List.copyOf(segments));
  }

  private static Segment segment(ByteArrayOutputStream bytes, List<Integer> wild) {
    boolean[] marks = new boolean[bytes.size()];
    wild.forEach(at -> marks[at] = true);
    Segment segment = new Segment(bytes.toByteArray(), marks, !wild.isEmpty());
    bytes.reset();
    wild.clear();
    return segment;
  }

  boolean matches(long text, int length) {
    Segment first = segments.getFirst();
    int at = matchAt(first, text, length, 0);
    if (at < 0) {
      return false;
    }
    if (segments.size() == 1) {
      return at == length;
    }
    for (int i = 1; i < segments.size() - 1; i++) {
      at = find(segments.get(i), text, length, at);
      if (at < 0) {
        return false;
      }
    }
    return endsWith(segments.getLast(), text, length, at);
  }

  /// Where the segment ends if it matches at `at`; -1 = it does not.
  private static int matchAt(Segment segment, long text, int length, int at) {
    byte[] bytes = segment.bytes;
    if (!segment.anyWild) {
      return at + bytes.length <= length && Bytes.matchesAt(text + at, bytes)
          ? at + bytes.length
          : -1;
    }
    int position = at;
    for (int i = 0; i < bytes.length; i++) {
      if (position >= length) {
        return -1;
      }
      if (segment.wild[i]) {
        position++;
        while (position < length && continues(text + position)) {
          position++;
        }
      } else if (Memory.getByte(text + position) == bytes[i]) {
        position++;
      } else {
        return -1;
      }
    }
    return position;
  }

  private static boolean continues(long address) {
    return (Memory.getByte(address) & 0xc0) == 0x80;
  }

  /// The end of the leftmost match at or after `from`; -1 = none.
  private static int find(Segment segment, long text, int length, int from) {
    if (!segment.anyWild) {
      int found = Bytes.indexOf(text, length, segment.bytes, from);
      return found < 0 ? -1 : found + segment.bytes.length;
    }
    for (int at = from; at <= length; at++) {
      if (at < length && continues(text + at)) {
        continue;
      }
      int end = matchAt(segment, text, length, at);
      if (end >= 0) {
        return end;
      }
    }
    return -1;
  }

  private static boolean endsWith(Segment segment, long text, int length, int from) {
    if (!segment.anyWild) {
      int at = length - segment.bytes.length;
      return at >= from && Bytes.matchesAt(text + at, segment.bytes);
    }
    for (int at = from; at <= length; at++) {
      if (at < length && continues(text + at)) {
        continue;
      }
      if (matchAt(segment, text, length, at) == length) {
        return true;
      }
    }
    return false;
  }
}
