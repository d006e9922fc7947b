package io.bauplan.udf.shm;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The socket over which a waiting program gets its call and the descriptors that belong to it;
/// `gate.py` is its other end. Java has no words for descriptors in messages.
public final class CallSocket {
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
  private static final int HEADER_BYTES = 12;
  private static final int PART_BYTES = 1 << 20;
  private static final int SOL_SOCKET = 1;
  private static final int SCM_RIGHTS = 1;
  private static final int CLOSE_ON_EXEC = 0x40000000;

  /// The kernel passes at most 253 at once.
  private static final int MOST_DESCRIPTORS = 253;

  private static final int CONTROL_HEADER = 16;

  /// `struct msghdr` where pointers have 64 bits.
  private static final int MESSAGE_BYTES = 56;

  private static final MethodHandle RECEIVE = bind();

  private CallSocket() {}

  private static MethodHandle bind() {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(
        linker.defaultLookup().findOrThrow("recvmsg"),
        FunctionDescriptor.of(LONG, INT, ValueLayout.ADDRESS, INT));
  }

  /// Gets ready to receive.
  public static void load() {
    if (RECEIVE == null || Linux.system().isEmpty()) {
      throw new IllegalStateException("this system has no recvmsg");
    }
  }

  /// What came; the caller closes the descriptors.
  public record Message(byte[] body, List<Integer> descriptors) {
    public Message {
      descriptors = List.copyOf(descriptors);
    }
  }

  /// Waits for the one message of a socket.
  public static Message receive(int socket) throws IOException {
    byte[] all = new byte[0];
    List<Integer> descriptors = new ArrayList<>();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment data = arena.allocate(PART_BYTES);
      MemorySegment control =
          arena.allocate(CONTROL_HEADER + MOST_DESCRIPTORS * INT.byteSize(), LONG.byteSize());
      while (all.length < HEADER_BYTES || all.length < HEADER_BYTES + bodyLength(all)) {
        int length = (int) receive(socket, data, control, descriptors, arena);
        if (length <= 0) {
          throw new IOException("no call came");
        }
        int before = all.length;
        all = Arrays.copyOf(all, before + length);
        MemorySegment.copy(data, ValueLayout.JAVA_BYTE, 0, all, before, length);
      }
    }
    int expected = header(all).get(ValueLayout.JAVA_INT_UNALIGNED, Long.BYTES);
    if (descriptors.size() != expected) {
      throw new IOException("descriptors of the call were lost");
    }
    return new Message(Arrays.copyOfRange(all, HEADER_BYTES, all.length), descriptors);
  }

  private static MemorySegment header(byte[] all) {
    return MemorySegment.ofArray(all);
  }

  private static long bodyLength(byte[] all) {
    return header(all).get(ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.nativeOrder()), 0);
  }

  private static long receive(
      int socket, MemorySegment data, MemorySegment control, List<Integer> descriptors, Arena arena)
      throws IOException {
    MemorySegment part = arena.allocate(2 * LONG.byteSize(), LONG.byteSize());
    part.set(LONG, 0, data.address());
    part.set(LONG, Long.BYTES, data.byteSize());
    MemorySegment message = arena.allocate(MESSAGE_BYTES, LONG.byteSize());
    message.set(LONG, 16, part.address());
    message.set(LONG, 24, 1);
    message.set(LONG, 32, control.address());
    message.set(LONG, 40, control.byteSize());
    long length;
    try {
      length = (long) RECEIVE.invokeExact(socket, message, CLOSE_ON_EXEC);
    } catch (Throwable e) {
      throw new IOException(e);
    }
    long told = message.get(LONG, 40);
    if (told >= CONTROL_HEADER
        && control.get(INT, 8) == SOL_SOCKET
        && control.get(INT, 12) == SCM_RIGHTS) {
      long end = Math.min(told, control.get(LONG, 0));
      for (long at = CONTROL_HEADER; at + INT.byteSize() <= end; at += INT.byteSize()) {
        descriptors.add(control.get(INT, at));
      }
    }
    return length;
  }
}
