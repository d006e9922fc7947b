package io.bauplan.tests.s3;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Stands on loopback before an S3 endpoint: passes requests on, keeps a record of them, makes them
/// wait and lets some go wrong. Hosts are passed on as they were sent, because they are signed.
public final class S3Proxy implements AutoCloseable {
  private static final int BUFFER_BYTES = 1 << 16;
  private static final long PACE_NANOS = 1_000_000;

  /// A request that was made.
  ///
  /// @param object path with the bucket, without a query
  /// @param range as asked for (`bytes=0-99`), or empty
  /// @param bodyBytes of the answer that were passed on
  /// @param arrived when its head was read, by `System.nanoTime`
  /// @param ended when all but the last bytes of its answer were passed on
  public record Request(
      String method,
      String object,
      String query,
      String range,
      int status,
      long bodyBytes,
      long arrived,
      long ended) {
    /// A read of a table's data file.
    public boolean ofData() {
      return method.equals("GET") && object.endsWith(".parquet");
    }
  }

  private final ServerSocket server;
  private final int upstream;
  private final List<Request> requests = new ArrayList<>();
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private volatile Duration latency = Duration.ZERO;

  /// Of all answers together; 0 = as many as there are.
  private volatile long bytesPerSecond;

  /// When the link is free again, by `System.nanoTime`.
  private long linkFree;
  private volatile Faults faults = Faults.NONE;
  private volatile Predicate<String> faulty = object -> true;
  private final AtomicInteger failed = new AtomicInteger();

  private S3Proxy(ServerSocket server, int upstream) {
    this.server = server;
    this.upstream = upstream;
  }

  /// @param upstream port of the endpoint on loopback
  public static S3Proxy start(int upstream) throws IOException {
    ServerSocket server = new ServerSocket(0, 256, InetAddress.getLoopbackAddress());
    S3Proxy proxy = new S3Proxy(server, upstream);
    Thread.ofPlatform().daemon().name("s3-proxy").start(proxy::accept);
    return proxy;
  }

  public int port() {
    return server.getLocalPort();
  }

  /// Every answer comes later by this much.
  public void latency(Duration added) {
    latency = added;
  }

  /// All answers together come over a link of this width; set before the first connection.
  void bandwidth(long bytesEachSecond) {
    bytesPerSecond = bytesEachSecond;
  }

  /// Waits for the link to take some bytes of an answer.
  private void pace(int bytes) throws InterruptedException {
    long each = bytesPerSecond;
    if (each == 0) {
      return;
    }
    long now = System.nanoTime();
    long until;
    synchronized (this) {
      linkFree = Math.max(now, linkFree) + bytes * TimeUnit.SECONDS.toNanos(1) / each;
      until = linkFree;
    }
    // Sleeps of less than this end late by more than they are long.
    if (until - now > PACE_NANOS) {
      Thread.sleep(Duration.ofNanos(until - now));
    }
  }

  void faults(Faults next) {
    faults(next, object -> true);
  }

  /// Lets only requests for some objects go wrong.
  void faults(Faults next, Predicate<String> objects) {
    faulty = objects;
    faults = next;
  }

  /// Requests that were made to go wrong.
  int failed() {
    return failed.get();
  }

  /// What was asked since the last call.
  public List<Request> take() {
    synchronized (requests) {
      List<Request> taken = List.copyOf(requests);
      requests.clear();
      return taken;
    }
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket client = server.accept();
        open.add(client);
        // Not on virtual threads, whose few carriers are those of the reader that is looked at.
        Thread.ofPlatform().daemon().start(() -> serve(client));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(Socket client) {
    try (client;
        Socket store = new Socket(InetAddress.getLoopbackAddress(), upstream)) {
      client.setTcpNoDelay(true);
      if (bytesPerSecond > 0) {
        // What its client does not take in is to wait here, as it would in a store.
        client.setSendBufferSize(BUFFER_BYTES);
      }
      store.setTcpNoDelay(true);
      InputStream fromClient = new BufferedInputStream(client.getInputStream(), BUFFER_BYTES);
      InputStream fromStore = new BufferedInputStream(store.getInputStream(), BUFFER_BYTES);
      OutputStream toClient = new BufferedOutputStream(client.getOutputStream(), BUFFER_BYTES);
      OutputStream toStore = new BufferedOutputStream(store.getOutputStream(), BUFFER_BYTES);
      boolean more = true;
      while (more) {
        HttpHead request = HttpHead.read(fromClient);
        more = request != null && pass(client, request, fromClient, toClient, fromStore, toStore);
      }
    } catch (IOException e) {
      // One of the two is gone; the other notices by the closed connection.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      open.remove(client);
    }
  }

  private boolean pass(
      Socket client,
      HttpHead request,
      InputStream fromClient,
      OutputStream toClient,
      InputStream fromStore,
      OutputStream toStore)
      throws IOException, InterruptedException {
    long arrived = System.nanoTime();
    String[] target = request.word(1).split("\\?", 2);
    String query = target.length > 1 ? target[1] : "";
    Faults chosen = faults;
    Faults.Kind fault = faulty.test(target[0]) ? chosen.next() : null;
    failed.addAndGet(fault == null ? 0 : 1);
    if (!request.header("Expect").isEmpty()) {
      toClient.write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
      toClient.flush();
    }
    boolean passed = fault == null || fault == Faults.Kind.SHORT_BODY;
    OutputStream to = passed ? toStore : OutputStream.nullOutputStream();
    to.write(request.without("Expect").bytes());
    copyBody(request, fromClient, to, Long.MAX_VALUE, false);
    to.flush();
    Thread.sleep(latency);
    if (!passed) {
      record(request, target[0], query, 0, 0, arrived);
      return fail(client, fault, chosen, toClient);
    }
    HttpHead answer = HttpHead.read(fromStore);
    if (answer == null) {
      return false;
    }
    boolean bodiless =
        request.word(0).equals("HEAD") || Set.of("204", "304").contains(answer.word(1));
    toClient.write(answer.bytes());
    long limit = fault == null ? Long.MAX_VALUE : answer.length() / 2;
    long body = bodiless ? 0 : copyBody(answer, fromStore, toClient, limit, true);
    // Before the client can have all of it: whoever has its answer finds it in the record.
    record(request, target[0], query, Integer.parseInt(answer.word(1)), body, arrived);
    toClient.flush();
    return fault == null && !answer.closes() && !request.closes();
  }

  private static boolean fail(
      Socket client, Faults.@Nullable Kind fault, Faults chosen, OutputStream toClient)
      throws IOException, InterruptedException {
    switch (fault) {
      case INTERNAL_ERROR -> refuse(toClient, "500 Internal Server Error", "InternalError");
      case SLOW_DOWN -> refuse(toClient, "503 Slow Down", "SlowDown");
      case SILENCE -> Thread.sleep(chosen.silence());
      case RESET -> client.setSoLinger(true, 0);
      case SHORT_BODY -> throw new IllegalStateException();
      case null -> throw new IllegalStateException();
    }
    return fault == Faults.Kind.INTERNAL_ERROR || fault == Faults.Kind.SLOW_DOWN;
  }

  private static void refuse(OutputStream to, String status, String code) throws IOException {
    String body =
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>"
            + code
            + "</Code><Message>chosen by the proxy</Message></Error>";
    to.write(
        ("HTTP/1.1 %s\r\nContent-Type: application/xml\r\nContent-Length: %d\r\n\r\n%s")
            .formatted(status, body.length(), body)
            .getBytes(StandardCharsets.ISO_8859_1));
    to.flush();
  }

  private void record(
      HttpHead request, String object, String query, int status, long body, long arrived) {
    synchronized (requests) {
      requests.add(
          new Request(
              request.word(0),
              object,
              query,
              request.header("Range"),
              status,
              body,
              arrived,
              System.nanoTime()));
    }
  }

  /// Passes at most `limit` bytes of a body of known length on.
  private long copyBody(
      HttpHead head, InputStream from, OutputStream to, long limit, boolean answer)
      throws IOException, InterruptedException {
    if (!head.chunked()) {
      long wanted = Math.min(head.length(), limit);
      copy(from, to, wanted, answer);
      return wanted;
    }
    long sum = 0;
    while (true) {
      String line = line(from);
      to.write((line + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
      int end = line.indexOf(';');
      long size = Long.parseLong((end < 0 ? line : line.substring(0, end)).strip(), 16);
      copy(from, to, size, answer);
      sum += size;
      if (size == 0) {
        break;
      }
      to.write((line(from) + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
    }
    String trailer;
    do {
      trailer = line(from);
      to.write((trailer + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
    } while (!trailer.isEmpty());
    return sum;
  }

  private static String line(InputStream from) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int next = from.read(); next != '\n'; next = from.read()) {
      if (next < 0) {
        throw new EOFException("a chunk breaks off");
      }
      line.append((char) next);
    }
    return line.toString().strip();
  }

  private void copy(InputStream from, OutputStream to, long length, boolean answer)
      throws IOException, InterruptedException {
    byte[] buffer = new byte[BUFFER_BYTES];
    for (long left = length; left > 0; ) {
      int count = from.read(buffer, 0, (int) Math.min(buffer.length, left));
      if (count < 0) {
        throw new EOFException("a body breaks off");
      }
      to.write(buffer, 0, count);
      if (answer) {
        pace(count);
      }
      left -= count;
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    for (Socket each : open) {
      each.close();
    }
  }
}
