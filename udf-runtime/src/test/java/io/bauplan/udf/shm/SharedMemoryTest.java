package io.bauplan.udf.shm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bauplan.udf.api.NoRoomException;
import io.bauplan.udf.api.SharedTable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.DecimalVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.arrow.vector.complex.impl.UnionListWriter;
import org.apache.arrow.vector.ipc.ArrowFileReader;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SharedMemoryTest {
  private static final Schema SCHEMA =
      new Schema(
          List.of(
              nullable("id", new ArrowType.Int(64, true)),
              nullable("flag", ArrowType.Bool.INSTANCE),
              nullable("text", ArrowType.Utf8.INSTANCE),
              nullable("amount", new ArrowType.Decimal(18, 2, 128)),
              new Field(
                  "list",
                  FieldType.nullable(ArrowType.List.INSTANCE),
                  List.of(nullable("$data$", new ArrowType.Int(64, true)))),
              new Field(
                  "pair",
                  FieldType.nullable(ArrowType.Struct.INSTANCE),
                  List.of(nullable("left", ArrowType.Utf8.INSTANCE)))));

  @TempDir Path folder;
  private SharedMemory memory;
  private BufferAllocator allocator;

  @BeforeEach
  void open() throws IOException {
    memory = SharedMemory.open(folder);
    allocator = new RootAllocator();
  }

  @AfterEach
  void close() {
    memory.close();
    allocator.close();
  }

  private static Field nullable(String name, ArrowType type) {
    return new Field(name, FieldType.nullable(type), null);
  }

  private VectorSchemaRoot batch(int first, int rows) {
    VectorSchemaRoot root = VectorSchemaRoot.create(SCHEMA, allocator);
    root.allocateNew();
    BigIntVector id = (BigIntVector) root.getVector(0);
    BitVector flag = (BitVector) root.getVector(1);
    VarCharVector text = (VarCharVector) root.getVector(2);
    DecimalVector amount = (DecimalVector) root.getVector(3);
    UnionListWriter list = ((ListVector) root.getVector(4)).getWriter();
    StructVector pair = (StructVector) root.getVector(5);
    VarCharVector left = (VarCharVector) pair.getChild("left");
    for (int i = 0; i < rows; i++) {
      int n = first + i;
      id.setSafe(i, n);
      if (n % 3 != 0) {
        flag.setSafe(i, n % 2);
      }
      if (n % 4 != 0) {
        text.setSafe(i, ("t" + n + "é").getBytes(java.nio.charset.StandardCharsets.UTF_8));
      }
      amount.setSafe(i, n * 100L + 1);
      list.setPosition(i);
      if (n % 5 != 0) {
        list.startList();
        for (int k = 0; k < n % 3; k++) {
          list.bigInt().writeBigInt(n + k);
        }
        list.endList();
      }
      if (n % 7 != 0) {
        pair.setIndexDefined(i);
        left.setSafe(i, ("l" + n).getBytes(java.nio.charset.StandardCharsets.UTF_8));
      }
    }
    root.setRowCount(rows);
    return root;
  }

  private Iterator<VectorSchemaRoot> batches(int... sizes) {
    List<VectorSchemaRoot> roots = new ArrayList<>();
    int first = 0;
    for (int size : sizes) {
      roots.add(batch(first, size));
      first += size;
    }
    return closing(roots);
  }

  private static Iterator<VectorSchemaRoot> closing(List<VectorSchemaRoot> roots) {
    List<VectorSchemaRoot> left = new ArrayList<>(roots);
    return new Iterator<>() {
      private @Nullable VectorSchemaRoot last;

      @Override
      public boolean hasNext() {
        if (last != null) {
          last.close();
          last = null;
        }
        return !left.isEmpty();
      }

      @Override
      public VectorSchemaRoot next() {
        VectorSchemaRoot next = left.removeFirst();
        last = next;
        return next;
      }
    };
  }

  private List<String> rows(VectorSchemaRoot root) {
    List<String> out = new ArrayList<>();
    for (int i = 0; i < root.getRowCount(); i++) {
      StringBuilder line = new StringBuilder();
      for (FieldVector vector : root.getFieldVectors()) {
        line.append(vector.getObject(i)).append('|');
      }
      out.add(line.toString());
    }
    return out;
  }

  /// A function may leave a file with holes, so the kernel is asked of one that others wrote.
  @Test
  void aTableKnowsWhereItWasWritten() throws Exception {
    try (MappedTable table = memory.write(SCHEMA, batches(50_000, 20_000))) {
      long[] written = table.written();
      Path copy = memory.newPath("copy");
      try (FileChannel from = FileChannel.open(table.path(), StandardOpenOption.READ);
          FileChannel to =
              FileChannel.open(copy, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        for (int i = 0; i < written.length; i += 2) {
          to.position(written[i]);
          from.transferTo(written[i], written[i + 1] - written[i], to);
        }
        assertThat(to.size()).isEqualTo(from.size());
      }
      try (MappedTable other = memory.adopt(copy)) {
        assertThat(other.rowCount()).isEqualTo(70_000);
        assertThat(other.written()).isEqualTo(written);
        assertThat(pages(written)).isLessThan(2 * table.byteSize()).isLessThan(other.mappedBytes());
      }
    }
  }

  private static long pages(long[] written) {
    long sum = 0;
    for (int i = 0; i < written.length; i += 2) {
      sum += written[i + 1] - written[i];
    }
    return sum;
  }

  @Test
  void manyPartsAreJoinedUntilTheyCanBeMapped() {
    List<long[]> parts = new ArrayList<>();
    for (long i = 0; i < 30_000; i++) {
      parts.add(new long[] {i * 16384 + 100, 10});
    }
    long[] joined = Extents.of(parts, 30_000 * 16384L);
    assertThat(joined.length).isBetween(2, 20_000);
    assertThat(joined[0]).isZero();
    assertThat(Extents.of(List.of(new long[] {9000, 4}, new long[] {3, 0}), 9004))
        .containsExactly(8192, 12288);
  }

  @Test
  void coalescesManyBatchesIntoOneThatReadsTheSame() {
    long seed = 20_261_121;
    Random random = new Random(seed);
    int[] sizes = random.ints(40, 0, 50).toArray();
    int total = java.util.Arrays.stream(sizes).sum();

    try (SharedTable table = memory.write(SCHEMA, batches(sizes));
        VectorSchemaRoot found = table.batch(0, allocator);
        VectorSchemaRoot expected = batch(0, total)) {
      assertThat(table.batchCount()).isEqualTo(1);
      assertThat(table.rowCount()).isEqualTo(total);
      assertThat(rows(found)).as("seed %d", seed).isEqualTo(rows(expected));
      for (FieldVector vector : found.getFieldVectors()) {
        vector.validateFull();
      }
    }
  }

  @Test
  void writesWhatArrowsOwnReaderReads() throws IOException {
    try (SharedTable table = memory.write(SCHEMA, batches(10, 21));
        java.nio.channels.FileChannel channel = java.nio.channels.FileChannel.open(table.path());
        VectorSchemaRoot expected = batch(0, 31)) {
      // The gaps of the file are too wide for a reader that copies the body: cut to what is used.
      IpcFile parsed = IpcFile.verify(map(table.path()));
      assertThat(parsed.schema()).isEqualTo(SCHEMA);
      assertThat(parsed.batches()).hasSize(1);
      assertThat(parsed.batches().getFirst().rows()).isEqualTo(expected.getRowCount());
      try (ArrowFileReader reader = new ArrowFileReader(channel, allocator)) {
        assertThat(reader.getVectorSchemaRoot().getSchema()).isEqualTo(SCHEMA);
        assertThat(reader.getRecordBlocks()).hasSize(1);
      }
    } catch (MalformedTableException e) {
      throw new AssertionError(e);
    }
  }

  private static java.lang.foreign.MemorySegment map(Path path) throws IOException {
    try (java.nio.channels.FileChannel channel = java.nio.channels.FileChannel.open(path)) {
      return channel.map(
          java.nio.channels.FileChannel.MapMode.READ_ONLY,
          0,
          channel.size(),
          java.lang.foreign.Arena.ofAuto());
    }
  }

  @Test
  void sharesAnEmptyTable() {
    try (SharedTable table = memory.write(SCHEMA, batches());
        VectorSchemaRoot root = table.batch(0, allocator)) {
      assertThat(table.rowCount()).isZero();
      assertThat(root.getRowCount()).isZero();
      assertThat(root.getSchema()).isEqualTo(SCHEMA);
    }
  }

  @Test
  void keepsTheMappingWhileAViewIsOpen() {
    SharedTable table = memory.write(SCHEMA, batches(5));
    VectorSchemaRoot view = table.batch(0, allocator);
    table.close();

    assertThat(Files.exists(table.path())).isTrue();
    assertThat(rows(view)).hasSize(5);
    view.close();
    assertThat(Files.exists(table.path())).isFalse();
    assertThatThrownBy(table::retain).isInstanceOf(IllegalStateException.class);
  }

  /// A table goes on in a file on disk from any batch on.
  @Test
  void movesToDiskWhereThereIsNoRoom(@TempDir Path other) throws IOException {
    int[] sizes = {500, 1, 700, 300, 8, 2000, 491};
    List<Path> places = new ArrayList<>();
    for (long budget = 1 << 10; budget < 1 << 20; budget += 40_000) {
      try (SharedMemory small = SharedMemory.open(folder, budget, other)) {
        Path there;
        try (SharedTable table = small.write(SCHEMA, batches(sizes));
            VectorSchemaRoot found = table.batch(0, allocator);
            VectorSchemaRoot expected = batch(0, 4000)) {
          there = table.path();
          places.add(there);
          assertThat(table.batchCount()).isEqualTo(1);
          assertThat(rows(found)).as("budget %d", budget).isEqualTo(rows(expected));
          for (FieldVector vector : found.getFieldVectors()) {
            vector.validateFull();
          }
          try (VectorSchemaRoot read = SharedMemory.view(there, allocator)) {
            assertThat(rows(read)).isEqualTo(rows(expected));
          } catch (MalformedTableException e) {
            throw new AssertionError(e);
          }
        }
        assertThat(there).doesNotExist();
        assertThat(small.place().held()).isZero();
        assertThat(small.disk().orElseThrow().place().held()).isZero();
        assertThat(small.newResult(budget + 1).startsWith(other)).isTrue();
        assertThat(small.newResult(budget).startsWith(folder)).isTrue();
        try (var files = Files.list(small.folder())) {
          assertThat(files.map(p -> p.getFileName().toString())).containsExactly(".owner");
        }
      }
    }
    assertThat(places).anyMatch(p -> p.startsWith(other)).anyMatch(p -> p.startsWith(folder));
    try (var left = Files.list(other)) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void tellsThatThereIsNoRoomAnywhere(@TempDir Path other) throws IOException {
    try (SharedMemory disk = SharedMemory.open(other, 150_000, Optional.empty());
        SharedMemory small = SharedMemory.open(folder, 120_000, Optional.of(disk))) {
      Iterator<VectorSchemaRoot> input = batches(300, 300, 5000);
      assertThatThrownBy(() -> small.write(SCHEMA, input))
          .isInstanceOf(NoRoomException.class)
          .hasMessageContaining("there is no room for a function's table in " + disk.folder());
      input.forEachRemaining(ignored -> {});
      assertThat(small.place().held()).isZero();
      assertThat(disk.place().held()).isZero();
      for (Path place : List.of(small.folder(), disk.folder())) {
        try (var files = Files.list(place)) {
          assertThat(files.map(p -> p.getFileName().toString())).containsExactly(".owner");
        }
      }
    }
  }

  @Test
  void leavesNothingWhereAnInputFails() throws IOException {
    Iterator<VectorSchemaRoot> failing =
        new Iterator<>() {
          @Override
          public boolean hasNext() {
            throw new IllegalStateException("the scan failed");
          }

          @Override
          public VectorSchemaRoot next() {
            throw new AssertionError();
          }
        };

    assertThatThrownBy(() -> memory.write(SCHEMA, failing)).hasMessage("the scan failed");
    try (var files = Files.list(memory.folder())) {
      assertThat(files.map(p -> p.getFileName().toString())).containsExactly(".owner");
    }
  }

  @Test
  void sweepsOnlyWhatACrashedEngineLeft() throws IOException {
    Object uid = Files.getAttribute(folder, "unix:uid");
    Path crashed = Files.createDirectory(folder.resolve("bauplan-" + uid + "-999999999-1"));
    Files.createFile(crashed.resolve(".owner"));
    Files.createFile(crashed.resolve("table-1"));
    Path foreign = Files.createDirectory(folder.resolve("bauplan-12345-1-1"));

    try (SharedMemory other = SharedMemory.open(folder)) {
      assertThat(Files.exists(crashed)).isFalse();
      assertThat(Files.exists(foreign)).isTrue();
      assertThat(Files.exists(memory.folder())).isTrue();
      assertThat(other.folder()).isNotEqualTo(memory.folder());
    }
  }

  @Test
  void aSecondEngineInAProcessLeavesTheFirstOneItsLock() throws IOException {
    Object file = Files.getAttribute(memory.folder().resolve(".owner"), "unix:ino");
    String lock = ":" + file + " ";
    assertThat(Files.readString(Path.of("/proc/locks"))).contains(lock);

    SharedMemory.open(folder).close();

    // Without it, the next engine of another process would take the folder for a crashed one's.
    assertThat(Files.readString(Path.of("/proc/locks"))).contains(lock);
  }
}
