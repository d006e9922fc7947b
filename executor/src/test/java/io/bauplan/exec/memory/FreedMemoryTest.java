package io.bauplan.exec.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/// In processes of their own: what the C library does depends on all that a process freed before.
class FreedMemoryTest {
  private static final String VARIABLE = "MALLOC_TRIM_THRESHOLD_";
  private static final int ROUNDS = 20;
  private static final int BUFFERS = 5;
  private static final int BYTES = 8 << 20;
  private static final int PAGE_BYTES = 4096;
  private static final long PAGES = (long) ROUNDS * BUFFERS * BYTES / PAGE_BYTES;

  static boolean glibc() {
    return Files.exists(Path.of("/lib64/ld-linux-x86-64.so.2"));
  }

  @Test
  @EnabledIf("glibc")
  void memoryThatWasFreedIsNotFetchedFromTheKernelAgain() throws Exception {
    assertThat(faults(Map.of())).isLessThan(PAGES / 4);
  }

  @Test
  @EnabledIf("glibc")
  void whatTheEnvironmentSaysCounts() throws Exception {
    assertThat(faults(Map.of(VARIABLE, "131072"))).isGreaterThan(PAGES / 2);
  }

  private static long faults(Map<String, String> environment) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "--add-opens=java.base/java.nio=ALL-UNNAMED",
            "-Darrow.allocation.manager.type=Unsafe",
            "-cp",
            System.getProperty("java.class.path"),
            Faults.class.getName());
    builder.environment().remove(VARIABLE);
    builder.environment().putAll(environment);
    Process process = builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
    String printed = process.inputReader().readLine();
    assertThat(process.waitFor()).isZero();
    return Long.parseLong(printed);
  }

  /// Prints how many pages were fetched by a thread that takes and frees the same again and again.
  static final class Faults {
    public static void main(String[] arguments) throws Exception {
      FreedMemory.keep();
      Thread thread =
          new Thread(
              () -> {
                try (BufferAllocator allocator = new RootAllocator()) {
                  touch(allocator, 3);
                  long before = minorFaults();
                  touch(allocator, ROUNDS);
                  System.out.println(minorFaults() - before);
                }
              });
      thread.start();
      thread.join();
    }

    private static void touch(BufferAllocator allocator, int rounds) {
      for (int i = 0; i < rounds; i++) {
        List<ArrowBuf> held = new ArrayList<>();
        for (int j = 0; j < BUFFERS; j++) {
          ArrowBuf buffer = allocator.buffer(BYTES);
          held.add(buffer);
          for (int at = 0; at < BYTES; at += PAGE_BYTES) {
            Memory.putByte(buffer.memoryAddress() + at, (byte) i);
          }
        }
        held.forEach(ArrowBuf::close);
      }
    }

    /// Of this process, as proc(5) counts them.
    private static long minorFaults() {
      try {
        String stat = Files.readString(Path.of("/proc/self/stat"));
        return Long.parseLong(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[7]);
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    }
  }
}
