package io.bauplan.udf.shm;

import io.bauplan.udf.api.NoRoomException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/// A file of shared memory that is being filled: mapped for small changes, written to for much. A
/// write makes fresh pages in half the time that first touches of a mapping take, and says so where
/// there is no room instead of ending the process.
///
/// @param memory the file's mapping
record ShareTarget(MemorySegment memory, FileChannel channel) {
  /// Fewer bytes are not worth a system call.
  private static final int MIN_WRITE_BYTES = 4096;

  /// Most bytes of one call.
  private static final int MAX_WRITE_BYTES = 1 << 30;

  void copy(MemorySegment from, long to) {
    long length = from.byteSize();
    if (length < MIN_WRITE_BYTES) {
      MemorySegment.copy(from, 0, memory, to, length);
      return;
    }
    try {
      for (long done = 0; done < length; ) {
        ByteBuffer part =
            from.asSlice(done, Math.min(length - done, MAX_WRITE_BYTES)).asByteBuffer();
        done += channel.write(part, to + done);
      }
    } catch (IOException e) {
      throw new NoRoomException("cannot write to shared memory: " + e.getMessage(), e);
    }
  }
}
