package io.bauplan.exec.memory;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Lets the C library keep the memory that buffers gave back, for the next ones.
///
/// By its own rules glibc gives blocks of some megabytes back to the kernel as soon as they are
/// free, and gets them anew, page by page and each filled with zeros, when the next batch, page of
/// Parquet or hash table needs them: up to a third of the time of a scan of many columns. A
/// thread's heap has 64 MB and goes to the kernel when it is empty, which bounds what is kept.
public final class FreedMemory {
  private static final Logger LOG = LoggerFactory.getLogger(FreedMemory.class);

  /// Parameters of `mallopt`, as malloc.h numbers them.
  private static final int M_TRIM_THRESHOLD = -1;

  private static final int M_MMAP_THRESHOLD = -3;

  /// The most that glibc takes: half of a thread's heap.
  private static final int LARGEST_KEPT_BYTES = 32 << 20;

  /// More than a thread's heap has at its end.
  private static final int KEPT_AT_END_BYTES = 256 << 20;

  /// By which users set the same: theirs counts.
  private static final String VARIABLE = "MALLOC_TRIM_THRESHOLD_";

  private static final boolean KEPT = tell();

  private FreedMemory() {}

  /// Asks for it, once per process; whether the C library is one that knows of it.
  public static boolean keep() {
    return KEPT;
  }

  private static boolean tell() {
    if (System.getenv(VARIABLE) != null) {
      return false;
    }
    try {
      Linker linker = Linker.nativeLinker();
      Optional<MemorySegment> symbol = linker.defaultLookup().find("mallopt");
      if (symbol.isEmpty()) {
        return false;
      }
      FunctionDescriptor type =
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
      var mallopt = linker.downcallHandle(symbol.get(), type);
      return (int) mallopt.invokeExact(M_MMAP_THRESHOLD, LARGEST_KEPT_BYTES) == 1
          && (int) mallopt.invokeExact(M_TRIM_THRESHOLD, KEPT_AT_END_BYTES) == 1;
    } catch (Throwable e) {
      LOG.warn("freed memory goes back to the system at once", e);
      return false;
    }
  }
}
