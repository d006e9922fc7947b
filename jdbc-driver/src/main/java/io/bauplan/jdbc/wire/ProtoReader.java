package io.bauplan.jdbc.wire;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Walks the fields of one protobuf message held in a byte array.
///
/// The bytes come from outside: every length is checked against what is left, and a violation is an
/// [IllegalArgumentException] that the caller reports as a protocol error.
final class ProtoReader {
  private final byte[] bytes;
  private final int end;
  private int position;
  private int wireType;

  ProtoReader(byte[] bytes) {
    this.bytes = bytes;
    this.end = bytes.length;
  }

  /// Moves to the next field and returns its number, or 0 at the end of the message. Each field
  /// must be consumed by one of the value methods or by [#skip()].
  int nextField() {
    if (position >= end) {
      return 0;
    }
    long tag = rawVarint();
    wireType = (int) (tag & 7);
    int field = (int) (tag >>> 3);
    if (field <= 0) {
      throw new IllegalArgumentException("a protobuf field number is not positive");
    }
    return field;
  }

  long varint() {
    require(0);
    return rawVarint();
  }

  byte[] bytes() {
    require(2);
    int length = length();
    byte[] value = Arrays.copyOfRange(bytes, position, position + length);
    position += length;
    return value;
  }

  String string() {
    require(2);
    int length = length();
    String value = new String(bytes, position, length, StandardCharsets.UTF_8);
    position += length;
    return value;
  }

  void skip() {
    switch (wireType) {
      case 0 -> rawVarint();
      case 1 -> advance(8);
      case 2 -> advance(length());
      case 5 -> advance(4);
      default -> throw new IllegalArgumentException("unknown protobuf wire type " + wireType);
    }
  }

  private void require(int expected) {
    if (wireType != expected) {
      throw new IllegalArgumentException("unexpected protobuf wire type " + wireType);
    }
  }

  private int length() {
    long length = rawVarint();
    if (length < 0 || length > end - position) {
      throw new IllegalArgumentException("a protobuf field is longer than its message");
    }
    return (int) length;
  }

  private void advance(int count) {
    if (count > end - position) {
      throw new IllegalArgumentException("a protobuf field is longer than its message");
    }
    position += count;
  }

  private long rawVarint() {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (position >= end) {
        throw new IllegalArgumentException("a protobuf message ends inside a number");
      }
      byte b = bytes[position++];
      value |= (long) (b & 0x7F) << shift;
      if (b >= 0) {
        return value;
      }
    }
    throw new IllegalArgumentException("a protobuf number is longer than ten bytes");
  }
}
