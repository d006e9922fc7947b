package io.bauplan.exec.operator.aggregate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.yahoo.memory.NativeMemory;
import com.yahoo.sketches.hash.MurmurHash3;
import com.yahoo.sketches.theta.Intersection;
import com.yahoo.sketches.theta.Sketch;
import com.yahoo.sketches.theta.Sketches;
import com.yahoo.sketches.theta.UpdateSketch;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Our sketches beside those of the DataSketches library, which Calcite brings along.
class ThetaSketchTest {
  @Test
  void hashesAreThoseOfTheLibrary() {
    Random random = new Random(20260101);
    try (Arena arena = Arena.ofConfined()) {
      for (int length = 1; length < 70; length++) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        long expected = MurmurHash3.hash(bytes, 9001)[0] >>> 1;
        MemorySegment memory = arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes);
        assertThat(ThetaHash.of(memory.address(), (long) length)).isEqualTo(expected);
        if (length <= Long.BYTES) {
          byte[] padded = new byte[Long.BYTES];
          System.arraycopy(bytes, 0, padded, 0, length);
          long value = ByteBuffer.wrap(padded).order(ByteOrder.LITTLE_ENDIAN).getLong();
          assertThat(ThetaHash.of(value, length)).isEqualTo(expected);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 100, 4096, 4097, 8192, 8193, 50_000, 1_000_000})
  void theLibraryReadsWhatIsWrittenAndEstimatesTheSame(int values) {
    ThetaSketch ours = new ThetaSketch();
    UpdateSketch theirs = UpdateSketch.builder().build(ThetaSketch.NOMINAL);
    for (int round = 0; round < 2; round++) {
      for (long i = 0; i < values; i++) {
        ours.add(ThetaHash.of(i, Long.BYTES));
        theirs.update(bytes(i));
      }
    }
    Sketch read = read(ours.compact());
    assertThat(read.getEstimate()).isCloseTo(values, within(values * 0.05));
    assertThat(read.isEstimationMode()).isEqualTo(values > ThetaSketch.NOMINAL);
    if (values <= ThetaSketch.NOMINAL) {
      assertThat(read.getEstimate()).isEqualTo(theirs.getEstimate());
    }
    Intersection common = Sketches.setOperationBuilder().buildIntersection();
    common.update(read);
    common.update(theirs);
    assertThat(common.getResult().getEstimate()).isCloseTo(values, within(values * 0.05));
  }

  @Test
  void partsMergeToTheWhole() {
    ThetaSketch whole = new ThetaSketch();
    ThetaSketch[] parts = {new ThetaSketch(), new ThetaSketch(), new ThetaSketch()};
    int[] ends = {200_000, 60_000, 10};
    for (int part = 0; part < parts.length; part++) {
      for (long i = 0; i < ends[part]; i++) {
        long hash = ThetaHash.of(i * (part + 1), Long.BYTES);
        whole.add(hash);
        parts[part].add(hash);
      }
    }
    parts[2].merge(parts[1]);
    parts[2].merge(parts[0]);
    double merged = read(parts[2].compact()).getEstimate();
    // Multiples of 2 below 120,000 are among the first 200,000.
    assertThat(merged).isCloseTo(200_000, within(8_000.0));
    assertThat(merged).isCloseTo(read(whole.compact()).getEstimate(), within(8_000.0));
  }

  private static byte[] bytes(long value) {
    return ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array();
  }

  private static Sketch read(byte[] compact) {
    return Sketches.heapifySketch(new NativeMemory(compact));
  }
}
