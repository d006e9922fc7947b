package io.bauplan.jdbc.wire;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Writes one protobuf message into a growing byte array.
///
/// Only the wire types that Flight and Flight SQL messages use are here: varint and
/// length-delimited.
final class ProtoWriter {
  private static final int WIRE_VARINT = 0;
  private static final int WIRE_BYTES = 2;
  private static final int INITIAL_BYTES = 64;

  private byte[] buffer = new byte[INITIAL_BYTES];
  private int size;

  ProtoWriter varint(int field, long value) {
    raw((long) field << 3 | WIRE_VARINT);
    raw(value);
    return this;
  }

  ProtoWriter bool(int field, boolean value) {
    return varint(field, value ? 1 : 0);
  }

  ProtoWriter bytes(int field, byte[] value) {
    header(field, value.length);
    return append(value, value.length);
  }

  ProtoWriter string(int field, String value) {
    return bytes(field, value.getBytes(StandardCharsets.UTF_8));
  }

  /// Writes tag and length of a field whose `length` bytes the caller sends behind this message.
  ProtoWriter header(int field, int length) {
    raw((long) field << 3 | WIRE_BYTES);
    raw(length);
    return this;
  }

  byte[] toByteArray() {
    return Arrays.copyOf(buffer, size);
  }

  private void raw(long value) {
    reserve(10);
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      buffer[size++] = (byte) (rest & 0x7F | 0x80);
      rest >>>= 7;
    }
    buffer[size++] = (byte) rest;
  }

  private ProtoWriter append(byte[] value, int length) {
    reserve(length);
    System.arraycopy(value, 0, buffer, size, length);
    size += length;
    return this;
  }

  private void reserve(int more) {
    int needed = Math.addExact(size, more);
    if (needed > buffer.length) {
      buffer = Arrays.copyOf(buffer, Math.max(needed, buffer.length * 2));
    }
  }
}
