package io.bauplan.exec.cache;

import io.bauplan.exec.batch.DictionaryVector;
import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.batch.Vector;
import io.bauplan.exec.memory.Memory;
import io.bauplan.sql.plan.DataType;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/// A cached column as a file of this machine: magic, length of the header, header (key, then the
/// shape of every vector with the lengths of its buffers), the buffers as they are in memory, each
/// at a multiple of 64, and a checksum of all of it.
final class ColumnFileFormat {
  /// Of the format; another one is for vectors of another layout.
  private static final long MAGIC = 0x324c4f434e4c5042L;
  private static final int FIXED_BYTES = 12;
  private static final int CHECKSUM_BYTES = 4;
  private static final int ALIGNMENT = 64;
  private static final int MAX_HEADER_BYTES = 64 << 20;
  private static final int MAX_DEPTH_LEVELS = 64;
  private static final int FLAT = 0;
  private static final int DICTIONARY = 1;

  private ColumnFileFormat() {}

  /// A file that is not what it should be: cut short, changed, of another version or key.
  static final class Damaged extends IOException {
    private static final long serialVersionUID = 1L;

    Damaged(String message) {
      super(message);
    }
  }

  /// A vector that has no form in a file: a slice, or a constant.
  static final class Unsupported extends IOException {
    private static final long serialVersionUID = 1L;
  }

  // ---- writing

  static void write(FileChannel channel, ColumnKey key, List<Vector> vectors) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    List<ArrowBuf> buffers = new ArrayList<>();
    List<Long> lengths = new ArrayList<>();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      writeKey(out, key);
      Map<FlatVector, Integer> numbers = new IdentityHashMap<>();
      List<FlatVector> dictionaries = new ArrayList<>();
      for (Vector vector : vectors) {
        if (vector instanceof DictionaryVector coded) {
          // Vectors of one chunk hold the same dictionary, each by a reference of its own.
          numbers.computeIfAbsent(coded.dictionary(), each -> number(each, dictionaries));
        }
      }
      out.writeInt(dictionaries.size());
      for (FlatVector dictionary : dictionaries) {
        writeFlat(out, dictionary, buffers, lengths);
      }
      out.writeInt(vectors.size());
      for (Vector vector : vectors) {
        switch (vector) {
          case FlatVector flat -> {
            out.writeByte(FLAT);
            writeFlat(out, flat, buffers, lengths);
          }
          case DictionaryVector coded -> {
            if (coded.start() != 0) {
              throw new Unsupported();
            }
            out.writeByte(DICTIONARY);
            out.writeInt(coded.length());
            out.writeByte(coded.codeBytes());
            Integer number = numbers.get(coded.dictionary());
            out.writeInt(number == null ? 0 : number);
            buffer(out, coded.validity(), coded.length() + 7L >>> 3, buffers, lengths);
            buffer(out, coded.codes(), (long) coded.length() * coded.codeBytes(), buffers, lengths);
          }
          default -> throw new Unsupported();
        }
      }
    }
    byte[] header = bytes.toByteArray();
    CRC32C checksum = new CRC32C();
    int first = align(FIXED_BYTES + header.length);
    ByteBuffer start = ByteBuffer.allocate(first);
    start.putLong(MAGIC).putInt(header.length).put(header).rewind();
    writeAll(channel, start, checksum);
    for (int i = 0; i < buffers.size(); i++) {
      long length = lengths.get(i);
      writeAll(channel, buffers.get(i).nioBuffer(0, Math.toIntExact(length)), checksum);
      int padding = (int) (alignLong(length) - length);
      if (padding > 0) {
        writeAll(channel, ByteBuffer.allocate(padding), checksum);
      }
    }
    ByteBuffer end = ByteBuffer.allocate(CHECKSUM_BYTES).putInt((int) checksum.getValue()).flip();
    while (end.hasRemaining()) {
      channel.write(end);
    }
  }

  private static int number(FlatVector dictionary, List<FlatVector> dictionaries) {
    for (int i = 0; i < dictionaries.size(); i++) {
      FlatVector known = dictionaries.get(i);
      if (known.length() == dictionary.length()
          && known.dataAddress() == dictionary.dataAddress()
          && known.offsetsAddress() == dictionary.offsetsAddress()) {
        return i;
      }
    }
    dictionaries.add(dictionary);
    return dictionaries.size() - 1;
  }

  private static void writeKey(DataOutputStream out, ColumnKey key) throws IOException {
    out.writeUTF(key.file());
    out.writeUTF(key.version());
    out.writeLong(key.firstRow());
    out.writeUTF(key.column());
  }

  private static void writeFlat(
      DataOutputStream out, FlatVector flat, List<ArrowBuf> buffers, List<Long> lengths)
      throws IOException {
    if (flat.start() != 0) {
      throw new Unsupported();
    }
    int rows = flat.length();
    out.writeInt(rows);
    buffer(out, flat.validity(), rows + 7L >>> 3, buffers, lengths);
    ArrowBuf offsets = flat.offsets();
    buffer(out, offsets, 4L * (rows + 1), buffers, lengths);
    long data =
        offsets == null
            ? rows * FlatVector.bitsPerValue(flat.type()) + 7 >>> 3
            : Memory.getInt(flat.offsetsAddress() + 4L * rows);
    buffer(out, flat.data(), data, buffers, lengths);
    for (FlatVector child : flat.children()) {
      writeFlat(out, child, buffers, lengths);
    }
  }

  private static void buffer(
      DataOutputStream out,
      @Nullable ArrowBuf buffer,
      long length,
      List<ArrowBuf> buffers,
      List<Long> lengths)
      throws IOException {
    if (buffer == null) {
      out.writeLong(-1);
      return;
    }
    out.writeLong(length);
    buffers.add(buffer);
    lengths.add(length);
  }

  private static void writeAll(FileChannel channel, ByteBuffer bytes, CRC32C checksum)
      throws IOException {
    checksum.update(bytes.duplicate());
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  private static int align(int value) {
    return value + ALIGNMENT - 1 & -ALIGNMENT;
  }

  private static long alignLong(long value) {
    return value + ALIGNMENT - 1 & -ALIGNMENT;
  }

  // ---- reading

  /// The key of a file, without a look at the rest.
  static ColumnKey key(FileChannel channel) throws IOException {
    return readKey(new DataInputStream(new ByteArrayInputStream(header(channel))));
  }

  private static byte[] header(FileChannel channel) throws IOException {
    ByteBuffer fixed = ByteBuffer.allocate(FIXED_BYTES);
    readAll(channel, fixed, 0);
    if (fixed.getLong(0) != MAGIC) {
      throw new Damaged("another format");
    }
    int length = fixed.getInt(8);
    if (length < 0 || length > MAX_HEADER_BYTES || length > channel.size()) {
      throw new Damaged("a header of " + length + " bytes");
    }
    ByteBuffer header = ByteBuffer.allocate(length);
    readAll(channel, header, FIXED_BYTES);
    return header.array();
  }

  private static void readAll(FileChannel channel, ByteBuffer into, long at) throws IOException {
    long position = at;
    while (into.hasRemaining()) {
      int count = channel.read(into, position);
      if (count < 0) {
        throw new Damaged("it is cut short");
      }
      position += count;
    }
  }

  private static ColumnKey readKey(DataInputStream in) throws IOException {
    return new ColumnKey(in.readUTF(), in.readUTF(), in.readLong(), in.readUTF());
  }

  /// The vectors, in memory of the given allocator; the caller owns them.
  static List<Vector> read(
      FileChannel channel, ColumnKey key, DataType type, BufferAllocator allocator)
      throws IOException {
    byte[] header = header(channel);
    long first = align(FIXED_BYTES + header.length);
    long length = channel.size() - CHECKSUM_BYTES - first;
    if (length < 0) {
      throw new Damaged("it is cut short");
    }
    try (ArrowBuf body = allocator.buffer(length + Vector.TAIL_PADDING_BYTES)) {
      check(channel, header, body, first, length);
      Reader reader =
          new Reader(new DataInputStream(new ByteArrayInputStream(header)), body, length);
      return reader.vectors(key, type);
    }
  }

  private static void check(
      FileChannel channel, byte[] header, ArrowBuf body, long first, long length)
      throws IOException {
    CRC32C checksum = new CRC32C();
    ByteBuffer start = ByteBuffer.allocate((int) first);
    start.putLong(MAGIC).putInt(header.length).put(header).rewind();
    checksum.update(start);
    for (long done = 0; done < length; ) {
      int count = (int) Math.min(1 << 24, length - done);
      ByteBuffer part = body.nioBuffer(done, count);
      readAll(channel, part.duplicate(), first + done);
      checksum.update(part);
      done += count;
    }
    ByteBuffer stored = ByteBuffer.allocate(CHECKSUM_BYTES);
    readAll(channel, stored, first + length);
    if (stored.getInt(0) != (int) checksum.getValue()) {
      throw new Damaged("its checksum does not fit");
    }
  }

  private static final class Reader {
    private final DataInputStream in;
    private final ArrowBuf body;
    private final long length;
    private final List<FlatVector> dictionaries = new ArrayList<>();
    private final List<Vector> vectors = new ArrayList<>();
    private long at;

    Reader(DataInputStream in, ArrowBuf body, long length) {
      this.in = in;
      this.body = body;
      this.length = length;
    }

    List<Vector> vectors(ColumnKey key, DataType type) throws IOException {
      try {
        if (!readKey(in).equals(key)) {
          throw new Damaged("it is another column");
        }
        int coded = in.readInt();
        for (int i = 0; i < coded; i++) {
          dictionaries.add(flat(type, 0));
        }
        int count = in.readInt();
        for (int i = 0; i < count; i++) {
          vectors.add(in.readByte() == FLAT ? flat(type, 0) : dictionary());
        }
        return vectors;
      } catch (IOException | RuntimeException e) {
        vectors.forEach(Vector::close);
        throw e;
      } finally {
        dictionaries.forEach(Vector::close);
      }
    }

    private FlatVector flat(DataType type, int depth) throws IOException {
      if (depth > MAX_DEPTH_LEVELS) {
        throw new Damaged("it is nested too deeply");
      }
      int rows = in.readInt();
      ArrowBuf validity = buffer();
      ArrowBuf offsets = buffer();
      ArrowBuf data = buffer();
      List<FlatVector> children = new ArrayList<>();
      for (DataType child : FlatVector.childTypes(type)) {
        children.add(flat(child, depth + 1));
      }
      return new FlatVector(type, rows, validity, offsets, data, children);
    }

    private DictionaryVector dictionary() throws IOException {
      int rows = in.readInt();
      int width = in.readByte();
      FlatVector entries = dictionaries.get(in.readInt());
      ArrowBuf validity = buffer();
      ArrowBuf codes = buffer();
      if (codes == null) {
        throw new Damaged("codes are missing");
      }
      return new DictionaryVector(rows, width, validity, codes, entries.retain());
    }

    private @Nullable ArrowBuf buffer() throws IOException {
      long bytes = in.readLong();
      if (bytes < 0) {
        return null;
      }
      if (bytes > length - at) {
        throw new Damaged("a buffer of " + bytes + " bytes");
      }
      ArrowBuf part = body.slice(at, bytes);
      part.getReferenceManager().retain();
      at += alignLong(bytes);
      return part;
    }
  }
}
