package io.bauplan.exec.batch;

import io.bauplan.exec.memory.Memory;
import io.bauplan.sql.plan.DataType;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/// A column as codes into a dictionary: a small one, as Parquet stores columns of few values, or
/// the rows of a join's build side, which the columns from there share the codes into. Codes are
/// unsigned and below the dictionary's length for every row that is not NULL (0 for NULL rows);
/// dictionary entries are never NULL, and may be alike. Vectors with the same buffer of codes point
/// to the same rows: they differ in validity only where an entry itself stands for NULL.
public final class DictionaryVector implements Vector {
  private final int start;
  private final int length;
  private final int codeBytes;
  private final @Nullable ArrowBuf validity;
  private final ArrowBuf codes;
  private final FlatVector dictionary;

  /// Takes ownership of one reference to each buffer and of the dictionary.
  ///
  /// @param codeBytes width of a code: 1, 2 or 4
  public DictionaryVector(
      int length,
      int codeBytes,
      @Nullable ArrowBuf validity,
      ArrowBuf codes,
      FlatVector dictionary) {
    this(0, length, codeBytes, validity, codes, dictionary);
  }

  private DictionaryVector(
      int start,
      int length,
      int codeBytes,
      @Nullable ArrowBuf validity,
      ArrowBuf codes,
      FlatVector dictionary) {
    this.start = start;
    this.length = length;
    this.codeBytes = codeBytes;
    this.validity = validity;
    this.codes = codes;
    this.dictionary = dictionary;
  }

  @Override
  public DataType type() {
    return dictionary.type();
  }

  @Override
  public int length() {
    return length;
  }

  @Override
  public boolean mayHaveNulls() {
    return validity != null;
  }

  public FlatVector dictionary() {
    return dictionary;
  }

  public int codeBytes() {
    return codeBytes;
  }

  /// First row within the buffers.
  public int start() {
    return start;
  }

  public ArrowBuf codes() {
    return codes;
  }

  public @Nullable ArrowBuf validity() {
    return validity;
  }

  public long codesAddress() {
    return codes.memoryAddress() + (long) start * codeBytes;
  }

  public long validityAddress() {
    return validity == null ? 0 : validity.memoryAddress() + (start >>> 3);
  }

  /// Whether every row of both has the same code, and is NULL in both or in neither.
  public boolean sharesRowsWith(DictionaryVector other) {
    return sharesCodesWith(other) && validity == other.validity;
  }

  /// Whether every row of both that is NULL in neither has the same code.
  public boolean sharesCodesWith(DictionaryVector other) {
    return codes == other.codes && start == other.start && codeBytes == other.codeBytes;
  }

  /// The same codes into another dictionary, which is borrowed. The caller owns the result.
  public DictionaryVector over(FlatVector other) {
    if (validity != null) {
      validity.getReferenceManager().retain();
    }
    codes.getReferenceManager().retain();
    return new DictionaryVector(start, length, codeBytes, validity, codes, other.retain());
  }

  public int code(int row) {
    long address = codesAddress() + (long) row * codeBytes;
    return switch (codeBytes) {
      case 1 -> Memory.getByte(address) & 0xff;
      case 2 -> Memory.getShort(address) & 0xffff;
      default -> Memory.getInt(address);
    };
  }

  @Override
  public DictionaryVector retain() {
    return slice(0, length);
  }

  @Override
  public DictionaryVector slice(int offset, int sliceLength) {
    if ((offset & 63) != 0 || offset < 0 || sliceLength < 0 || offset + sliceLength > length) {
      throw new IllegalArgumentException(
          "slice " + offset + " + " + sliceLength + " of " + length + " rows");
    }
    if (validity != null) {
      validity.getReferenceManager().retain();
    }
    codes.getReferenceManager().retain();
    return new DictionaryVector(
        start + offset, sliceLength, codeBytes, validity, codes, dictionary.retain());
  }

  @Override
  public FlatVector flatten(BufferAllocator allocator) {
    int[] rows = new int[length];
    for (int i = 0; i < length; i++) {
      rows[i] = code(i);
    }
    return Gather.gather(dictionary, rows, length, validityAddress(), allocator);
  }

  @Override
  public void close() {
    if (validity != null) {
      validity.getReferenceManager().release();
    }
    codes.getReferenceManager().release();
    dictionary.close();
  }
}
