package io.bauplan.udf.shm;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;

/// Appends ranges of one column's vectors to the regions that its buffers have in a mapping.
///
/// A region is reserved at the largest size that its buffer can reach: the file is sparse, so that
/// a reservation costs address space only, and the number of rows need not be known beforehand.
final class ColumnAppender {
  /// Rows of a batch: below 2^31 with room for one more offset.
  static final long MAX_ROWS = Integer.MAX_VALUE - 1024L;

  private static final long MAX_SMALL_BYTES = Integer.MAX_VALUE - 1024L;

  private final Field field;
  private final ColumnKind kind;
  private final List<Region> regions = new ArrayList<>();
  private final List<ColumnAppender> children = new ArrayList<>();
  private long length;

  /// A buffer's place in the file.
  private static final class Region {
    final long offset;
    final long reserved;
    long used;

    Region(long offset, long reserved) {
      this.offset = offset;
      this.reserved = reserved;
    }
  }

  ColumnAppender(Field field, Reservation reservation) {
    this(field, reservation, MAX_ROWS);
  }

  /// @param most rows that will be appended, at most
  ColumnAppender(Field field, Reservation reservation, long most) {
    this.field = field;
    this.kind = ColumnKind.of(field);
    switch (kind) {
      case ColumnKind.Nothing _ -> {}
      case ColumnKind.Bits _ -> {
        add(reservation, most / 8 + 1);
        add(reservation, most / 8 + 1);
      }
      case ColumnKind.Fixed fixed -> {
        add(reservation, most / 8 + 1);
        add(reservation, most * fixed.width());
      }
      case ColumnKind.Variable variable -> {
        add(reservation, most / 8 + 1);
        add(reservation, (most + 1) * variable.offsetWidth());
        add(reservation, variable.offsetWidth() == 4 ? MAX_SMALL_BYTES : Reservation.LARGEST);
      }
      case ColumnKind.Listed listed -> {
        add(reservation, most / 8 + 1);
        add(reservation, (most + 1) * listed.offsetWidth());
      }
      case ColumnKind.FixedList _, ColumnKind.Structure _ -> add(reservation, most / 8 + 1);
    }
    long inner =
        switch (kind) {
          case ColumnKind.Structure _ -> most;
          case ColumnKind.FixedList list ->
              Math.min(MAX_ROWS, Math.multiplyExact(most, list.size()));
          default -> MAX_ROWS;
        };
    for (Field child : field.getChildren()) {
      children.add(new ColumnAppender(child, reservation, inner));
    }
  }

  private void add(Reservation reservation, long most) {
    long size = reservation.sizeFor(most);
    regions.add(new Region(reservation.take(size), size));
  }

  /// Whether that range still fits; if not, the batch must be finished first.
  boolean fits(FieldVector vector, long from, long count) {
    if (length + count > MAX_ROWS) {
      return false;
    }
    return switch (kind) {
      case ColumnKind.Nothing _ -> true;
      case ColumnKind.Bits _ -> true;
      case ColumnKind.Fixed fixed ->
          regions.get(1).used + count * fixed.width() <= regions.get(1).reserved;
      case ColumnKind.Variable variable ->
          regions.get(2).used + span(vector, from, count, variable.offsetWidth())
              <= regions.get(2).reserved;
      case ColumnKind.Listed listed ->
          children
              .getFirst()
              .fits(
                  child(vector, 0),
                  offset(vector, from, count, listed.offsetWidth()),
                  span(vector, from, count, listed.offsetWidth()));
      case ColumnKind.FixedList list ->
          children.getFirst().fits(child(vector, 0), from * list.size(), count * list.size());
      case ColumnKind.Structure _ -> {
        for (int i = 0; i < children.size(); i++) {
          if (!children.get(i).fits(child(vector, i), from, count)) {
            yield false;
          }
        }
        yield true;
      }
    };
  }

  /// Appends values `from` to `from + count` of the vector.
  void append(FieldVector vector, long from, long count, ShareTarget target) {
    if (count == 0) {
      return;
    }
    MemorySegment file = target.memory();
    if (!(kind instanceof ColumnKind.Nothing)) {
      Region validity = regions.getFirst();
      appendBits(vector.getValidityBuffer(), from, count, validity, file);
    }
    switch (kind) {
      case ColumnKind.Nothing _ -> {}
      case ColumnKind.Bits _ ->
          appendBits(vector.getDataBuffer(), from, count, regions.get(1), file);
      case ColumnKind.Fixed fixed -> {
        Region data = regions.get(1);
        copy(vector.getDataBuffer(), from * fixed.width(), count * fixed.width(), data, target);
      }
      case ColumnKind.Variable variable -> {
        int width = variable.offsetWidth();
        long start = offset(vector, from, count, width);
        long bytes = span(vector, from, count, width);
        appendOffsets(vector, from, count, width, regions.get(2).used - start, file);
        copy(vector.getDataBuffer(), start, bytes, regions.get(2), target);
      }
      case ColumnKind.Listed listed -> {
        int width = listed.offsetWidth();
        long start = offset(vector, from, count, width);
        long values = span(vector, from, count, width);
        appendOffsets(vector, from, count, width, children.getFirst().length - start, file);
        children.getFirst().append(child(vector, 0), start, values, target);
      }
      case ColumnKind.FixedList list ->
          children
              .getFirst()
              .append(child(vector, 0), from * list.size(), count * list.size(), target);
      case ColumnKind.Structure _ -> {
        for (int i = 0; i < children.size(); i++) {
          children.get(i).append(child(vector, i), from, count, target);
        }
      }
    }
    length += count;
  }

  /// Writes what an empty column still needs, and tells where everything lies.
  void finish(MemorySegment file, List<Long> lengths, List<Long> nulls, List<long[]> buffers) {
    long nullCount = nullCount(file);
    lengths.add(length);
    nulls.add(nullCount);
    for (int i = 0; i < regions.size(); i++) {
      Region region = regions.get(i);
      boolean validity = i == 0;
      int offsetWidth = offsetWidth();
      long used = region.used;
      if (validity) {
        used = nullCount == 0 ? 0 : (length + 7) / 8;
      } else if (i == 1 && kind instanceof ColumnKind.Bits) {
        used = (length + 7) / 8;
      } else if (i == 1 && offsetWidth > 0) {
        used = (length + 1) * offsetWidth; // a fresh region holds the zero that an empty one needs
      }
      buffers.add(new long[] {region.offset, used});
    }
    for (ColumnAppender child : children) {
      child.finish(file, lengths, nulls, buffers);
    }
  }

  private int offsetWidth() {
    return switch (kind) {
      case ColumnKind.Variable variable -> variable.offsetWidth();
      case ColumnKind.Listed listed -> listed.offsetWidth();
      case ColumnKind.Nothing _,
          ColumnKind.Bits _,
          ColumnKind.Fixed _,
          ColumnKind.FixedList _,
          ColumnKind.Structure _ ->
          0;
    };
  }

  /// Where in the file there is something so far: offset and length of each part.
  void parts(List<long[]> into) {
    for (int i = 0; i < regions.size(); i++) {
      Region region = regions.get(i);
      long used = region.used;
      if (i == 0 || kind instanceof ColumnKind.Bits) {
        used = (length + 7) / 8;
      } else if (i == 1 && offsetWidth() > 0) {
        used = (length + 1) * offsetWidth();
      }
      into.add(new long[] {region.offset, used});
    }
    children.forEach(child -> child.parts(into));
  }

  private long nullCount(MemorySegment file) {
    if (kind instanceof ColumnKind.Nothing) {
      return length;
    }
    long address = regions.getFirst().offset;
    long set = 0;
    long words = length / 64;
    for (long i = 0; i < words; i++) {
      set += Long.bitCount(file.get(ValueLayout.JAVA_LONG_UNALIGNED, address + i * 8));
    }
    for (long bit = words * 64; bit < length; bit++) {
      set += (file.get(ValueLayout.JAVA_BYTE, address + bit / 8) >> (bit & 7)) & 1;
    }
    return length - set;
  }

  // -- copying
  // -------------------------------------------------------------------------------------

  private static MemorySegment bytes(ArrowBuf buffer, long offset, long count) {
    if (offset + count > buffer.capacity()) {
      throw new IllegalArgumentException(
          "a vector's buffer of %d bytes is too short for bytes %d to %d"
              .formatted(buffer.capacity(), offset, offset + count));
    }
    return MemorySegment.ofAddress(buffer.memoryAddress() + offset).reinterpret(count);
  }

  private static void copy(ArrowBuf from, long offset, long count, Region to, ShareTarget target) {
    if (count > 0) {
      target.copy(bytes(from, offset, count), to.offset + to.used);
      to.used += count;
    }
  }

  private void appendBits(ArrowBuf from, long fromBit, long count, Region to, MemorySegment file) {
    long firstByte = fromBit / 8;
    long lastByte = (fromBit + count + 7) / 8;
    MemorySegment source = bytes(from, firstByte, lastByte - firstByte);
    int shift = (int) (fromBit & 7);
    long target = to.offset + length / 8;
    int place = (int) (length & 7);
    if (shift == 0 && place == 0) {
      MemorySegment.copy(source, 0, file, target, count / 8);
      if ((count & 7) != 0) {
        int rest = source.get(ValueLayout.JAVA_BYTE, count / 8) & ((1 << (count & 7)) - 1);
        file.set(ValueLayout.JAVA_BYTE, target + count / 8, (byte) rest);
      }
      return;
    }
    long available = source.byteSize();
    for (long done = 0; done < count; done += 8) {
      long index = done / 8;
      int two = source.get(ValueLayout.JAVA_BYTE, index) & 0xFF;
      if (shift != 0 && index + 1 < available) {
        two |= (source.get(ValueLayout.JAVA_BYTE, index + 1) & 0xFF) << 8;
      }
      int bits = (two >> shift) & 0xFF;
      long left = count - done;
      if (left < 8) {
        bits &= (1 << left) - 1;
      }
      int low = file.get(ValueLayout.JAVA_BYTE, target + index) & 0xFF;
      file.set(ValueLayout.JAVA_BYTE, target + index, (byte) (low | (bits << place)));
      int carried = bits >> (8 - place);
      if (carried != 0) {
        file.set(ValueLayout.JAVA_BYTE, target + index + 1, (byte) carried);
      }
    }
  }

  private void appendOffsets(
      FieldVector vector, long from, long count, int width, long delta, MemorySegment file) {
    MemorySegment source = bytes(vector.getOffsetBuffer(), from * width, (count + 1) * width);
    long target = regions.get(1).offset + length * width;
    if (width == 4) {
      if (delta == 0) {
        MemorySegment.copy(source, 0, file, target, (count + 1) * 4);
        return;
      }
      for (long i = 0; i <= count; i++) {
        int value = source.get(ValueLayout.JAVA_INT_UNALIGNED, i * 4);
        file.set(ValueLayout.JAVA_INT_UNALIGNED, target + i * 4, (int) (value + delta));
      }
    } else {
      for (long i = 0; i <= count; i++) {
        long value = source.get(ValueLayout.JAVA_LONG_UNALIGNED, i * 8);
        file.set(ValueLayout.JAVA_LONG_UNALIGNED, target + i * 8, value + delta);
      }
    }
  }

  // -- vectors
  // -------------------------------------------------------------------------------------

  private static FieldVector child(FieldVector vector, int index) {
    return vector instanceof FixedSizeListVector list
        ? list.getDataVector()
        : vector.getChildrenFromFields().get(index);
  }

  private static long offset(FieldVector vector, long index, long count, int width) {
    if (count == 0) {
      return 0;
    }
    ArrowBuf offsets = vector.getOffsetBuffer();
    return width == 4 ? offsets.getInt(index * 4) : offsets.getLong(index * 8);
  }

  private static long span(FieldVector vector, long from, long count, int width) {
    if (count == 0) {
      return 0;
    }
    return offset(vector, from + count, count, width) - offset(vector, from, count, width);
  }

  /// The name and type, for messages.
  String inWords() {
    ArrowType type = field.getType();
    return "column '%s' of type %s".formatted(field.getName(), type);
  }
}
