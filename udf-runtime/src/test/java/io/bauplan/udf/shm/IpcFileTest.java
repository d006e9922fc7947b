package io.bauplan.udf.shm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowFileWriter;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;
import org.junit.jupiter.api.Test;

class IpcFileTest {
  private static final Schema SCHEMA =
      new Schema(
          List.of(
              new Field("n", FieldType.nullable(new ArrowType.Int(64, true)), null),
              new Field("s", FieldType.nullable(ArrowType.Utf8.INSTANCE), null)));
  private static final int ROWS = 100;

  /// What is done to the vectors before they are written.
  private interface Damage {
    void to(BigIntVector n, VarCharVector s);
  }

  private static byte[] file(Damage damage) {
    try (BufferAllocator allocator = new RootAllocator();
        VectorSchemaRoot root = VectorSchemaRoot.create(SCHEMA, allocator)) {
      BigIntVector n = (BigIntVector) root.getVector(0);
      VarCharVector s = (VarCharVector) root.getVector(1);
      root.allocateNew();
      for (int i = 0; i < ROWS; i++) {
        n.setSafe(i, i);
        if (i % 2 == 0) {
          s.setSafe(i, "añ".getBytes(StandardCharsets.UTF_8));
        }
      }
      root.setRowCount(ROWS);
      damage.to(n, s);
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try (ArrowFileWriter writer = new ArrowFileWriter(root, null, Channels.newChannel(bytes))) {
        writer.start();
        writer.writeBatch();
        writer.end();
      }
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static IpcFile verify(byte[] bytes) throws MalformedTableException {
    MemorySegment segment = Arena.ofAuto().allocate(Math.max(bytes.length, 1), 64);
    segment.asSlice(0, bytes.length).copyFrom(MemorySegment.ofArray(bytes));
    return IpcFile.verify(segment.asSlice(0, bytes.length));
  }

  private static void assertRefused(byte[] bytes, String why) {
    assertThatThrownBy(() -> verify(bytes))
        .isInstanceOf(MalformedTableException.class)
        .hasMessageContaining(why);
  }

  @Test
  void acceptsWhatArrowWrites() throws MalformedTableException {
    IpcFile parsed = verify(file((n, s) -> {}));

    assertThat(parsed.schema()).isEqualTo(SCHEMA);
    assertThat(parsed.batches().getFirst().rows()).isEqualTo(ROWS);
  }

  @Test
  void refusesOffsetsThatFall() {
    assertRefused(file((n, s) -> s.getOffsetBuffer().setInt(40, 0)), "out of order");
  }

  @Test
  void refusesOffsetsBeyondTheData() {
    assertRefused(
        file(
            (n, s) -> {
              // Lengthen the last string only after the writer's own size computation would see it.
              ArrowBuf offsets = s.getOffsetBuffer();
              offsets.setInt(0, -5);
            }),
        "out of order");
  }

  @Test
  void refusesTextThatIsNotUtf8() {
    assertRefused(file((n, s) -> s.getDataBuffer().setByte(1, 0xFF)), "UTF-8");
    assertRefused(file((n, s) -> s.getDataBuffer().setByte(2, 'x')), "UTF-8");
  }

  @Test
  void refusesAStringThatEndsInsideACharacter() {
    assertRefused(
        file(
            (n, s) -> {
              s.getOffsetBuffer().setInt(4, 2);
              s.getOffsetBuffer().setInt(8, 2);
            }),
        "UTF-8");
  }

  @Test
  void refusesCutFiles() {
    byte[] whole = file((n, s) -> {});
    for (int length = 0; length < whole.length; length += 7) {
      byte[] cut = java.util.Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> verify(cut)).isInstanceOf(MalformedTableException.class);
    }
  }

  @Test
  void neverReadsOutsideADamagedFile() {
    byte[] whole = file((n, s) -> {});
    long seed = 42;
    Random random = new Random(seed);
    int refused = 0;
    for (int round = 0; round < 20_000; round++) {
      byte[] damaged = whole.clone();
      int changes = 1 + random.nextInt(4);
      for (int i = 0; i < changes; i++) {
        int at = random.nextInt(damaged.length);
        damaged[at] = random.nextBoolean() ? (byte) random.nextInt() : (byte) 0xFF;
      }
      try {
        IpcFile parsed = verify(damaged);
        checkInside(parsed, damaged.length);
      } catch (MalformedTableException expected) {
        refused++;
      }
    }
    assertThat(refused).as("seed %d", seed).isGreaterThan(1000);
  }

  private static void checkInside(IpcFile parsed, long size) {
    for (BatchLayout batch : parsed.batches()) {
      for (int i = 0; i < batch.bufferOffsets().length; i++) {
        assertThat(batch.bufferOffsets()[i]).isBetween(0L, size);
        assertThat(batch.bufferOffsets()[i] + batch.bufferLengths()[i]).isLessThanOrEqualTo(size);
      }
    }
  }
}
