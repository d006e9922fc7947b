package io.bauplan.exec.scan.parquet;

import io.bauplan.exec.memory.Memory;
import java.nio.charset.StandardCharsets;

/// Thrift's compact protocol over off-heap bytes, every read checked against the end.
///
/// ```
/// reader.beginStruct();
/// while (reader.nextField()) {
///   switch (reader.fieldId()) {
///     case 1 -> x = reader.i32();
///     default -> reader.skip();
///   }
/// }
/// ```
final class ThriftReader {
  static final int TRUE = 1;
  static final int FALSE = 2;
  static final int I8 = 3;
  static final int I16 = 4;
  static final int I32 = 5;
  static final int I64 = 6;
  static final int DOUBLE = 7;
  static final int BINARY = 8;
  static final int LIST = 9;
  static final int SET = 10;
  static final int MAP = 11;
  static final int STRUCT = 12;
  static final int UUID = 13;

  private static final int MAX_DEPTH_LEVELS = 64;

  private final long limit;
  private final int[] lastFields = new int[MAX_DEPTH_LEVELS];
  private long at;
  private int depth = -1;
  private int fieldId;
  private int type;

  ThriftReader(long address, long limit) {
    this.at = address;
    this.limit = limit;
  }

  /// Address of the next byte.
  long position() {
    return at;
  }

  void beginStruct() {
    if (++depth >= MAX_DEPTH_LEVELS) {
      throw new CorruptData("metadata is nested deeper than " + MAX_DEPTH_LEVELS + " levels");
    }
    lastFields[depth] = 0;
  }

  /// Moves to the next field of the struct begun last; false at its end, which ends the struct.
  boolean nextField() {
    int header = next() & 0xff;
    if (header == 0) {
      depth--;
      return false;
    }
    type = header & 15;
    int delta = header >>> 4;
    fieldId = delta == 0 ? (int) zigzag(varint()) : lastFields[depth] + delta;
    lastFields[depth] = fieldId;
    return true;
  }

  int fieldId() {
    return fieldId;
  }

  /// Begins the struct that is the present field's value.
  void structField() {
    expect(STRUCT);
    beginStruct();
  }

  /// Whether the present field's value is a boolean.
  boolean isBoolean() {
    return type == TRUE || type == FALSE;
  }

  boolean bool() {
    if (type != TRUE && type != FALSE) {
      throw new CorruptData("metadata field " + fieldId + " is no boolean");
    }
    return type == TRUE;
  }

  int i32() {
    if (type == I8) {
      return next();
    }
    if (type != I32 && type != I16) {
      throw new CorruptData("metadata field " + fieldId + " is no integer");
    }
    return (int) zigzag(varint());
  }

  long i64() {
    if (type != I64 && type != I32) {
      throw new CorruptData("metadata field " + fieldId + " is no long");
    }
    return zigzag(varint());
  }

  byte[] binary() {
    expect(BINARY);
    return bytes();
  }

  String string() {
    expect(BINARY);
    return new String(bytes(), StandardCharsets.UTF_8);
  }

  /// Begins the list that is the present field's value: its length, checked against the bytes left.
  int list(int elementType) {
    expect(LIST);
    int header = next() & 0xff;
    int size = header >>> 4;
    if (size == 15) {
      size = length();
    }
    if (size > limit - at) {
      throw new CorruptData("metadata list of " + size + " entries passes its end");
    }
    if ((header & 15) != elementType && size > 0) {
      throw new CorruptData("metadata list holds other things than expected");
    }
    return size;
  }

  /// Begins a list of booleans, for whose kind there are two numbers.
  int listOfBooleans() {
    expect(LIST);
    long start = at;
    int kind = next() & 15;
    at = start;
    return list(kind == FALSE ? FALSE : TRUE);
  }

  boolean listBool() {
    return next() == TRUE;
  }

  long listI64() {
    return zigzag(varint());
  }

  byte[] listBinary() {
    return bytes();
  }

  int listI32() {
    return (int) zigzag(varint());
  }

  String listString() {
    return new String(bytes(), StandardCharsets.UTF_8);
  }

  void skip() {
    skip(type, 0);
  }

  private void skip(int kind, int level) {
    if (level > MAX_DEPTH_LEVELS) {
      throw new CorruptData("metadata is nested deeper than " + MAX_DEPTH_LEVELS + " levels");
    }
    switch (kind) {
      case TRUE, FALSE -> {}
      case I8 -> next();
      case I16, I32, I64 -> varint();
      case DOUBLE -> forward(8);
      case UUID -> forward(16);
      case BINARY -> forward(length());
      case LIST, SET -> {
        int header = next() & 0xff;
        int size = header >>> 4 == 15 ? length() : header >>> 4;
        int element = header & 15;
        for (int i = 0; i < size; i++) {
          skipElement(element, level);
        }
      }
      case MAP -> {
        int size = length();
        if (size > 0) {
          int header = next() & 0xff;
          for (int i = 0; i < size; i++) {
            skipElement(header >>> 4, level);
            skipElement(header & 15, level);
          }
        }
      }
      case STRUCT -> {
        beginStruct();
        while (nextField()) {
          skip(type, level + 1);
        }
      }
      default -> throw new CorruptData("metadata has a field of unknown kind " + kind);
    }
  }

  private void skipElement(int kind, int level) {
    if (kind == TRUE || kind == FALSE) {
      // Within a collection a boolean takes a byte.
      next();
    } else {
      skip(kind, level + 1);
    }
  }

  private void expect(int expected) {
    if (type != expected) {
      throw new CorruptData(
          "metadata field " + fieldId + " has kind " + type + ", not " + expected);
    }
  }

  private byte[] bytes() {
    int length = length();
    byte[] bytes = new byte[length];
    Memory.copy(at, bytes, 0, length);
    at += length;
    return bytes;
  }

  private int length() {
    long length = varint();
    if (length < 0 || length > limit - at) {
      throw new CorruptData("metadata of " + length + " bytes passes its end");
    }
    return (int) length;
  }

  private void forward(int bytes) {
    if (bytes > limit - at) {
      throw new CorruptData("metadata ends early");
    }
    at += bytes;
  }

  private byte next() {
    if (at >= limit) {
      throw new CorruptData("metadata ends early");
    }
    return Memory.getByte(at++);
  }

  private long varint() {
    long value = 0;
    for (int shift = 0; shift < 70; shift += 7) {
      byte b = next();
      value |= (long) (b & 0x7f) << shift;
      if (b >= 0) {
        return value;
      }
    }
    throw new CorruptData("metadata has a number of more than 10 bytes");
  }

  private static long zigzag(long value) {
    return value >>> 1 ^ -(value & 1);
  }
}
