package io.bauplan.exec.scan.parquet;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/// Thrift's compact protocol, written. Fields must come in ascending order of their ids.
final class ThriftWriter {
  private static final int MAX_DEPTH_LEVELS = 64;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final int[] lastFields = new int[MAX_DEPTH_LEVELS];
  private int depth = -1;

  byte[] toBytes() {
    return out.toByteArray();
  }

  ThriftWriter begin() {
    lastFields[++depth] = 0;
    return this;
  }

  ThriftWriter end() {
    out.write(0);
    depth--;
    return this;
  }

  private void header(int id, int type) {
    int delta = id - lastFields[depth];
    if (delta > 0 && delta < 16) {
      out.write(delta << 4 | type);
    } else {
      out.write(type);
      varint(zigzag(id));
    }
    lastFields[depth] = id;
  }

  ThriftWriter bool(int id, boolean value) {
    header(id, value ? ThriftReader.TRUE : ThriftReader.FALSE);
    return this;
  }

  ThriftWriter i8(int id, int value) {
    header(id, ThriftReader.I8);
    out.write(value);
    return this;
  }

  ThriftWriter i16(int id, int value) {
    header(id, ThriftReader.I16);
    varint(zigzag(value));
    return this;
  }

  ThriftWriter i32(int id, int value) {
    header(id, ThriftReader.I32);
    varint(zigzag(value));
    return this;
  }

  ThriftWriter i64(int id, long value) {
    header(id, ThriftReader.I64);
    varint(zigzag(value));
    return this;
  }

  ThriftWriter binary(int id, byte[] value) {
    header(id, ThriftReader.BINARY);
    varint(value.length);
    out.writeBytes(value);
    return this;
  }

  ThriftWriter string(int id, String value) {
    return binary(id, value.getBytes(StandardCharsets.UTF_8));
  }

  ThriftWriter struct(int id) {
    header(id, ThriftReader.STRUCT);
    return begin();
  }

  /// An empty struct, as Thrift unions of markers have.
  ThriftWriter marker(int id) {
    return struct(id).end();
  }

  ThriftWriter list(int id, int elementType, int size) {
    header(id, ThriftReader.LIST);
    if (size < 15) {
      out.write(size << 4 | elementType);
    } else {
      out.write(0xf0 | elementType);
      varint(size);
    }
    return this;
  }

  ThriftWriter listI32(int value) {
    varint(zigzag(value));
    return this;
  }

  ThriftWriter listString(String value) {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    varint(bytes.length);
    out.writeBytes(bytes);
    return this;
  }

  ThriftWriter listBinary(byte[] value) {
    varint(value.length);
    out.writeBytes(value);
    return this;
  }

  ThriftWriter listI64(long value) {
    varint(zigzag(value));
    return this;
  }

  ThriftWriter listBool(boolean value) {
    out.write(value ? ThriftReader.TRUE : ThriftReader.FALSE);
    return this;
  }

  private void varint(long value) {
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      out.write((int) (rest & 0x7f | 0x80));
      rest >>>= 7;
    }
    out.write((int) rest);
  }

  private static long zigzag(long value) {
    return value << 1 ^ value >> 63;
  }
}
