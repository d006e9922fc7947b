package io.bauplan.tests.bench;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/// Time that all threads of this process took on all cores. The JVM's own figure goes by ticks of
/// 10 ms, which tell nothing of a short query.
final class CoreTime {
  private static final Path THREADS = Path.of("/proc/self/task");

  private CoreTime() {}

  /// Where the system does not tell, the JVM's figure. A thread that ends takes its time along.
  static long nanos() {
    try (Stream<Path> threads = Files.list(THREADS)) {
      return threads.mapToLong(CoreTime::nanos).sum();
    } catch (IOException e) {
      return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
          .getProcessCpuTime();
    }
  }

  private static long nanos(Path thread) {
    try {
      return Long.parseLong(Files.readString(thread.resolve("schedstat")).split(" ", 2)[0]);
    } catch (IOException e) {
      // It has ended since it was listed.
      return 0;
    }
  }
}
