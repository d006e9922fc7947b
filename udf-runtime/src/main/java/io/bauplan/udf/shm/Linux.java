package io.bauplan.udf.shm;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The system calls behind [Segment], where this system has them.
final class Linux {
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
  private static final String ERRNO = "errno";

  private static final int MFD_CLOEXEC = 1;
  private static final int MFD_ALLOW_SEALING = 2;
  private static final int F_ADD_SEALS = 1033;

  /// No more seals, no other length, no writing.
  private static final int ALL_SEALS = 1 | 2 | 4 | 8;

  private static final int O_CLOEXEC = 0x80000;
  private static final int PROT_READ = 1;
  private static final int PROT_WRITE = 2;
  private static final int MAP_SHARED = 1;
  private static final int MAP_PRIVATE = 2;
  private static final int MAP_FIXED = 0x10;
  private static final int MAP_ANONYMOUS = 0x20;
  private static final int MAP_NORESERVE = 0x4000;
  private static final int SEEK_DATA = 3;
  private static final int SEEK_HOLE = 4;
  private static final int ENXIO = 6;

  private static final @Nullable Linux SYSTEM = load();

  private final StructLayout stateLayout;
  private final VarHandle errno;
  private final MethodHandle create;
  private final MethodHandle truncate;
  private final MethodHandle map;
  private final MethodHandle unmap;
  private final MethodHandle control;
  private final MethodHandle close;
  private final MethodHandle pipe;
  private final MethodHandle open;
  private final MethodHandle seek;

  private Linux(Linker linker) {
    stateLayout = Linker.Option.captureStateLayout();
    errno = stateLayout.varHandle(MemoryLayout.PathElement.groupElement(ERRNO));
    create = bind(linker, "memfd_create", FunctionDescriptor.of(INT, ValueLayout.ADDRESS, INT));
    truncate = bind(linker, "ftruncate", FunctionDescriptor.of(INT, INT, LONG));
    map = bind(linker, "mmap", FunctionDescriptor.of(LONG, LONG, LONG, INT, INT, INT, LONG));
    unmap = bind(linker, "munmap", FunctionDescriptor.of(INT, LONG, LONG));
    Linker.Option errors = Linker.Option.captureCallState(ERRNO);
    control =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("fcntl"),
            FunctionDescriptor.of(INT, INT, INT, INT),
            errors,
            Linker.Option.firstVariadicArg(2));
    close = bind(linker, "close", FunctionDescriptor.of(INT, INT));
    pipe = bind(linker, "pipe2", FunctionDescriptor.of(INT, ValueLayout.ADDRESS, INT));
    open =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("open"),
            FunctionDescriptor.of(INT, ValueLayout.ADDRESS, INT),
            errors,
            Linker.Option.firstVariadicArg(2));
    seek = bind(linker, "lseek", FunctionDescriptor.of(LONG, INT, LONG, INT));
  }

  private static MethodHandle bind(Linker linker, String name, FunctionDescriptor type) {
    return linker.downcallHandle(
        linker.defaultLookup().findOrThrow(name), type, Linker.Option.captureCallState(ERRNO));
  }

  private static @Nullable Linux load() {
    if (!System.getProperty("os.name", "").equals("Linux")) {
      return null;
    }
    try {
      return new Linux(Linker.nativeLinker());
    } catch (RuntimeException noSuchCalls) {
      return null;
    }
  }

  /// Empty where the system is another one.
  static Optional<Linux> system() {
    return Optional.ofNullable(SYSTEM);
  }

  /// A file without a name, in memory; returns its descriptor.
  int createFile(String name) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment text = arena.allocateFrom(name);
      MemorySegment state = arena.allocate(stateLayout);
      int flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
      return checked((int) create.invokeExact(state, text, flags), "memfd_create", state);
    } catch (Throwable e) {
      throw asFailure(e);
    }
  }

  void truncate(int file, long bytes) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(stateLayout);
      checked((int) truncate.invokeExact(state, file, bytes), "ftruncate", state);
    } catch (Throwable e) {
      throw asFailure(e);
    }
  }

  /// The descriptors of a new pipe's ends: the one to read from, the one to write to.
  int[] pipe() throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment ends = arena.allocate(INT, 2);
      MemorySegment state = arena.allocate(stateLayout);
      checked((int) pipe.invokeExact(state, ends, O_CLOEXEC), "pipe2", state);
      return ends.toArray(INT);
    } catch (Throwable e) {
      throw asFailure(e);
    }
  }

  /// Address of the first byte.
  long map(int file, long bytes, boolean writable) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(stateLayout);
      int protection = writable ? PROT_READ | PROT_WRITE : PROT_READ;
      int flags = MAP_SHARED | MAP_NORESERVE;
      long address = (long) map.invokeExact(state, 0L, bytes, protection, flags, file, 0L);
      if (address == -1) {
        checked(-1, "mmap", state);
      }
      return address;
    } catch (Throwable e) {
      throw asFailure(e);
    }
  }

  /// Address of the first byte of a file of which only some parts are mapped, for reading; zeros
  /// lie between them.
  ///
  /// @param parts begin and end of each, in whole pages
  long map(int file, long bytes, long[] parts) throws IOException {
    int holes = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    long address = mapAt(0L, bytes, holes, -1, 0L);
    try {
      for (int i = 0; i < parts.length; i += 2) {
        long begin = parts[i];
        mapAt(address + begin, parts[i + 1] - begin, MAP_SHARED | MAP_FIXED, file, begin);
      }
    } catch (IOException e) {
      unmap(address, bytes);
      throw e;
    }
    return address;
  }

  private long mapAt(long where, long bytes, int flags, int file, long from) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(stateLayout);
      long address = (long) map.invokeExact(state, where, bytes, PROT_READ, flags, file, from);
      if (address == -1) {
        checked(-1, "mmap", state);
      }
      return address;
    } catch (Throwable e) {
      throw asFailure(e);
    }
  }

  /// Offset and length of each part of a file that is not a hole.
  List<long[]> written(Path path, long length) throws IOException {
    int file = open(path);
    try {
      List<long[]> parts = new ArrayList<>();
      long end = 0;
      while (end < length) {
        long start = seek(file, end, SEEK_DATA);
        if (start < 0) {
          break;
        }
        end = seek(file, start, SEEK_HOLE);
        parts.add(new long[] {start, end - start});
      }
      return parts;
    } finally {
      close(file);
    }
  }

  private int open(Path path) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(stateLayout);
      MemorySegment name = arena.allocateFrom(path.toString());
      return checked((int) open.invokeExact(state, name, O_CLOEXEC), "open", state);
    } catch (Throwable e) {
      throw asFailure(e);
    }
  }

  /// -1 where there is nothing more.
  private long seek(int file, long from, int what) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(stateLayout);
      long found = (long) seek.invokeExact(state, file, from, what);
      if (found < 0 && (int) errno.get(state, 0L) != ENXIO) {
        checked(-1, "lseek", state);
      }
      return found;
    } catch (Throwable e) {
      throw asFailure(e);
    }
  }

  void unmap(long address, long bytes) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(stateLayout);
      checked((int) unmap.invokeExact(state, address, bytes), "munmap", state);
    } catch (Throwable e) {
      throw asFailure(e);
    }
  }

  /// From now on nobody can change the file, not even its owner. Fails while somebody has it mapped
  /// for writing.
  void seal(int file) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(stateLayout);
      checked((int) control.invokeExact(state, file, F_ADD_SEALS, ALL_SEALS), "F_ADD_SEALS", state);
    } catch (Throwable e) {
      throw asFailure(e);
    }
  }

  void close(int file) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(stateLayout);
      checked((int) close.invokeExact(state, file), "close", state);
    } catch (Throwable e) {
      throw asFailure(e);
    }
  }

  private int checked(int result, String call, MemorySegment state) throws IOException {
    if (result < 0) {
      throw new IOException(call + " failed with errno " + (int) errno.get(state, 0L));
    }
    return result;
  }

  private static IOException asFailure(Throwable e) {
    return switch (e) {
      case IOException failure -> failure;
      case RuntimeException bug -> throw bug;
      case Error error -> throw error;
      default -> new IOException(e);
    };
  }
}
