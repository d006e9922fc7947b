package io.bauplan.udf.python;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bauplan.udf.api.NoRoomException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.LongFunction;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/// The engine's side of the socket over which a function's process takes rows and gives tables;
/// `calls.py` is the other. What comes is copied into files of the engine's own: the process,
/// which lives on, cannot change it while it is checked or after.
final class Exchange implements AutoCloseable {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final int BUFFER_BYTES = 1 << 18;

  private final Path path;
  private final ServerSocketChannel server;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
  private final long started = System.nanoTime();
  private @Nullable SocketChannel connection;
  private @Nullable RowStream output;
  private boolean over;

  /// When the call that is under way began; 0 between calls.
  private volatile long busySince = started;

  private Exchange(Path path, ServerSocketChannel server) {
    this.path = path;
    this.server = server;
  }

  static Exchange open(Path path) throws IOException {
    ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      server.bind(UnixDomainSocketAddress.of(path));
      return new Exchange(path, server);
    } catch (IOException | RuntimeException e) {
      server.close();
      throw e;
    }
  }

  Path path() {
    return path;
  }

  /// For how long the process has been at its call, or began; 0 while it waits for one.
  long busyNanos() {
    long since = busySince;
    return since == 0 ? 0 : Math.max(1, System.nanoTime() - since);
  }

  void begins() {
    busySince = System.nanoTime();
  }

  void rests() {
    busySince = 0;
  }

  /// The process is gone: nobody will connect any more.
  void ended() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The connection of the process that says it runs; one that was given up before has said
  /// nothing. Empty where there is none.
  private synchronized Optional<SocketChannel> connection() {
    while (connection == null && !over) {
      try {
        SocketChannel channel = server.accept();
        ByteBuffer hello = ByteBuffer.allocate(1);
        if (channel.read(hello) == 1) {
          connection = channel;
        } else {
          channel.close();
        }
      } catch (IOException closed) {
        over = true;
      }
    }
    return Optional.ofNullable(connection);
  }

  /// Sends a part. Of a process that has ended, or wants no more, nothing is said here.
  void send(List<Integer> calls, Schema schema, Iterator<VectorSchemaRoot> rows) {
    Optional<SocketChannel> channel = connection();
    if (channel.isEmpty()) {
      return;
    }
    ObjectNode head = JSON.createObjectNode();
    ArrayNode list = head.putArray("calls");
    calls.forEach(list::add);
    byte[] line = (head + "\n").getBytes(StandardCharsets.UTF_8);
    RowStream stream = output == null ? new RowStream(channel.get()) : output;
    output = stream;
    try {
      stream.write(line, schema, rows);
    } catch (IOException gone) {
      // who receives is told
    }
  }

  void finish() {
    Optional<SocketChannel> channel = connection();
    if (channel.isPresent()) {
      try {
        channel.get().shutdownOutput();
      } catch (IOException gone) {
        // it has ended by itself
      }
    }
  }

  /// Receives a table into a new file, which the caller owns; empty where the process gives no
  /// more.
  ///
  /// @param most bytes that all tables may have together from here on
  /// @param place names the file for so many bytes
  Optional<Path> receive(long most, LongFunction<Path> place) throws TooLarge {
    Optional<SocketChannel> channel = connection();
    if (channel.isEmpty()) {
      return Optional.empty();
    }
    ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    if (!fill(channel.get(), length)) {
      return Optional.empty();
    }
    long bytes = length.getLong(0);
    if (bytes < 0 || bytes > most) {
      throw new TooLarge();
    }
    Path file = place.apply(bytes);
    boolean whole = false;
    try (FileChannel out =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      whole = copy(channel.get(), bytes, out);
    } catch (IOException e) {
      throw new NoRoomException("cannot write a function's answer to " + file + ": " + e, e);
    } finally {
      if (!whole) {
        delete(file);
      }
    }
    return whole ? Optional.of(file) : Optional.empty();
  }

  private boolean copy(SocketChannel from, long bytes, FileChannel to) throws IOException {
    for (long left = bytes; left > 0; left -= buffer.limit()) {
      buffer.clear().limit((int) Math.min(left, buffer.capacity()));
      if (!fill(from, buffer)) {
        return false;
      }
      buffer.flip();
      while (buffer.hasRemaining()) {
        to.write(buffer);
      }
    }
    return true;
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The answer is longer than the limit of the function's results.
  static final class TooLarge extends Exception {
    private static final long serialVersionUID = 1;
  }

  private static boolean fill(SocketChannel from, ByteBuffer buffer) {
    try {
      while (buffer.hasRemaining()) {
        if (from.read(buffer) < 0) {
          return false;
        }
      }
      return true;
    } catch (IOException gone) {
      return false;
    }
  }

  @Override
  public void close() {
    ended();
    synchronized (this) {
      over = true;
      try {
        if (connection != null) {
          connection.close();
        }
        Files.deleteIfExists(path);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
