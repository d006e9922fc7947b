package io.bauplan.exec.scan.parquet;

import org.jspecify.annotations.Nullable;

/// What stands before a page.
///
/// @param type 0 = data, 1 = index, 2 = dictionary, 3 = data of the second version
record PageHeader(
    int type,
    int uncompressed,
    int compressed,
    boolean hasChecksum,
    int checksum,
    @Nullable Data data,
    @Nullable Data dataV2,
    @Nullable Data dictionary) {
  /// What is particular to pages of values.
  record Data(
      int values,
      int encoding,
      int definitionEncoding,
      int repetitionEncoding,
      int definitionBytes,
      int repetitionBytes,
      boolean compressed) {}

  static PageHeader read(ThriftReader in) {
    int type = -1;
    int uncompressed = -1;
    int compressed = -1;
    boolean hasChecksum = false;
    int checksum = 0;
    Data data = null;
    Data dataV2 = null;
    Data dictionary = null;
    in.beginStruct();
    while (in.nextField()) {
      switch (in.fieldId()) {
        case 1 -> type = in.i32();
        case 2 -> uncompressed = in.i32();
        case 3 -> compressed = in.i32();
        case 4 -> {
          hasChecksum = true;
          checksum = in.i32();
        }
        case 5 -> data = dataHeader(in);
        case 7 -> dictionary = dataHeader(in);
        case 8 -> dataV2 = dataHeaderV2(in);
        default -> in.skip();
      }
    }
    return new PageHeader(
        type, uncompressed, compressed, hasChecksum, checksum, data, dataV2, dictionary);
  }

  /// Also a dictionary page's header, whose first two fields are the same.
  private static Data dataHeader(ThriftReader in) {
    int count = -1;
    int encoding = -1;
    int definition = Encodings.RLE;
    int repetition = Encodings.RLE;
    in.structField();
    while (in.nextField()) {
      switch (in.fieldId()) {
        case 1 -> count = in.i32();
        case 2 -> encoding = in.i32();
        case 3 -> definition = levelEncoding(in, definition);
        case 4 -> repetition = levelEncoding(in, repetition);
        default -> in.skip();
      }
    }
    return new Data(count, encoding, definition, repetition, 0, 0, true);
  }

  private static int levelEncoding(ThriftReader in, int otherwise) {
    if (in.isBoolean()) {
      // `is_sorted` of a dictionary page.
      in.skip();
      return otherwise;
    }
    return in.i32();
  }

  private static Data dataHeaderV2(ThriftReader in) {
    int count = -1;
    int encoding = -1;
    int definitionBytes = 0;
    int repetitionBytes = 0;
    boolean compressed = true;
    in.structField();
    while (in.nextField()) {
      switch (in.fieldId()) {
        case 1 -> count = in.i32();
        case 4 -> encoding = in.i32();
        case 5 -> definitionBytes = in.i32();
        case 6 -> repetitionBytes = in.i32();
        case 7 -> compressed = in.bool();
        default -> in.skip();
      }
    }
    return new Data(
        count,
        encoding,
        Encodings.RLE,
        Encodings.RLE,
        definitionBytes,
        repetitionBytes,
        compressed);
  }
}
