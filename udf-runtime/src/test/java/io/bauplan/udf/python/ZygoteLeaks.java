package io.bauplan.udf.python;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// What the engine and a zygote hold, to compare later: descriptors, processes, mounts, memory.
final class ZygoteLeaks {
  private static final long MEMORY_SLACK_KB = 4096;

  private final RuntimeFixture fixture;
  private final Counts before;

  record Counts(
      int ownDescriptors,
      List<Integer> descriptors,
      int processes,
      int mounts,
      long kilobytes,
      int files) {}

  ZygoteLeaks(RuntimeFixture fixture) throws IOException {
    this.fixture = fixture;
    this.before = count();
  }

  private static int entries(Path folder) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return (int) all.count();
    }
  }

  private static Path proc(long pid, String name) {
    return Path.of("/proc", Long.toString(pid), name);
  }

  Counts before() {
    return before;
  }

  Counts count() throws IOException {
    Zygote zygote = fixture.runtime.zygotes().getFirst();
    List<ProcessHandle> processes =
        Stream.concat(
                Stream.of(ProcessHandle.of(zygote.pid()).orElseThrow()),
                ProcessHandle.of(zygote.pid()).orElseThrow().descendants())
            .toList();
    int[] descriptors = new int[processes.size()];
    long kilobytes = 0;
    for (int i = 0; i < descriptors.length; i++) {
      descriptors[i] = entries(proc(processes.get(i).pid(), "fd"));
      try (Stream<String> lines = Files.lines(proc(processes.get(i).pid(), "smaps_rollup"))) {
        kilobytes +=
            lines
                .filter(line -> line.startsWith("Private_Dirty:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .sum();
      }
    }
    return new Counts(
        entries(Path.of("/proc/self/fd")),
        java.util.Arrays.stream(descriptors).boxed().toList(),
        processes.size(),
        Files.readAllLines(Path.of("/proc/self/mounts")).size()
            + Files.readAllLines(proc(processes.getLast().pid(), "mounts")).size(),
        kilobytes,
        entries(fixture.runtime.sharedMemoryFolder()));
  }

  void assertNothingLeft() throws IOException {
    Counts after = count();
    assertThat(after.descriptors()).isEqualTo(before.descriptors());
    assertThat(after.ownDescriptors()).isLessThanOrEqualTo(before.ownDescriptors() + 2);
    assertThat(after.processes()).isEqualTo(before.processes());
    assertThat(after.mounts()).isEqualTo(before.mounts());
    assertThat(after.files()).isEqualTo(before.files());
    assertThat(after.kilobytes()).isLessThan(before.kilobytes() + MEMORY_SLACK_KB);
  }
}
