package io.bauplan.udf.shm;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class Utf8Test {
  @Test
  void agreesWithTheJdkOnEverySequenceOfInterestingBytes() {
    int[] interesting = {
      0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1,
      0xEC, 0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFF
    };
    int count = interesting.length;
    for (int n = 0; n < count * count * count * count; n++) {
      byte[] bytes = {
        (byte) interesting[n % count],
        (byte) interesting[n / count % count],
        (byte) interesting[n / count / count % count],
        (byte) interesting[n / count / count / count]
      };
      for (int length = 1; length <= 4; length++) {
        assertThat(Utf8.isValid(MemorySegment.ofArray(bytes), 0, length))
            .isEqualTo(jdk(bytes, length));
      }
    }
  }

  private static boolean jdk(byte[] bytes, int length) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, 0, length));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }
}
