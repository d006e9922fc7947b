package io.bauplan.udf.environment;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/// A package index of this process with wheels made here, in the JSON of PEP 691 and the HTML of
/// PEP 503. It notes what is downloaded.
final class WheelIndex implements AutoCloseable {
  /// Whether the index says when a file was uploaded (PEP 700).
  enum Times {
    SAID,
    NOT_SAID
  }

  private record Wheel(String file, byte[] bytes, String metadata, String uploaded) {}

  private final Map<String, List<Wheel>> wheels = new TreeMap<>();
  private final List<String> downloads = new CopyOnWriteArrayList<>();
  private final HttpServer server;
  private final Times times;

  WheelIndex(Times times) throws IOException {
    this.times = times;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newCachedThreadPool(Thread.ofPlatform().daemon().factory()));
    server.createContext("/", this::answer);
    server.start();
    // The engine adds it to every environment.
    add("pyarrow", "15.0.0", "2024-01-21");
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/simple";
  }

  List<String> downloads() {
    return downloads;
  }

  /// A module of the same name that tells its version.
  WheelIndex add(String name, String version, String uploaded, String... requires) {
    return add(name, version, uploaded, "py3-none-any", Map.of(), requires);
  }

  WheelIndex add(
      String name,
      String version,
      String uploaded,
      String tag,
      Map<String, String> more,
      String... requires) {
    byte[] bytes = wheel(name, version, tag, more, requires);
    wheels
        .computeIfAbsent(name, n -> new ArrayList<>())
        .add(
            new Wheel(
                file(name, version, tag),
                bytes,
                metadata(name, version, requires),
                uploaded + "T12:00:00Z"));
    return this;
  }

  static String file(String name, String version, String tag) {
    return name.replace('-', '_') + "-" + version + "-" + tag + ".whl";
  }

  static Path write(Path folder, String name, String version, Map<String, String> more)
      throws IOException {
    Files.createDirectories(folder);
    return Files.write(
        folder.resolve(file(name, version, "py3-none-any")),
        wheel(name, version, "py3-none-any", more));
  }

  /// The bytes of a wheel with a module `name` and further files.
  static byte[] wheel(
      String name, String version, String tag, Map<String, String> more, String... requires) {
    String module = name.replace('-', '_');
    String info = module + "-" + version + ".dist-info/";
    Map<String, String> files = new LinkedHashMap<>();
    files.put(module + "/__init__.py", "__version__ = '" + version + "'\n");
    files.putAll(more);
    files.put(info + "METADATA", metadata(name, version, requires));
    files.put(
        info + "WHEEL",
        "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: " + tag + "\n");
    StringBuilder record = new StringBuilder();
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      files.forEach(
          (path, text) -> {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            String hash = Base64.getUrlEncoder().withoutPadding().encodeToString(sha.digest(bytes));
            record.append(path).append(",sha256=").append(hash).append(',');
            record.append(bytes.length).append('\n');
          });
      files.put(info + "RECORD", record + info + "RECORD,,\n");
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      try (ZipOutputStream zip = new ZipOutputStream(out)) {
        for (Map.Entry<String, String> file : files.entrySet()) {
          zip.putNextEntry(new ZipEntry(file.getKey()));
          zip.write(file.getValue().getBytes(StandardCharsets.UTF_8));
          zip.closeEntry();
        }
      }
      return out.toByteArray();
    } catch (IOException | java.security.NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  private static String metadata(String name, String version, String... requires) {
    return "Metadata-Version: 2.1\nName: %s\nVersion: %s\n".formatted(name, version)
        + List.of(requires).stream()
            .map(r -> "Requires-Dist: " + r + "\n")
            .collect(Collectors.joining());
  }

  private void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    String last = path.replaceAll("/$", "").replaceAll(".*/", "");
    if (path.startsWith("/files/")) {
      Optional<Wheel> wheel =
          wheels.values().stream()
              .flatMap(List::stream)
              .filter(w -> last.startsWith(w.file))
              .findAny();
      if (wheel.isPresent() && last.endsWith(".metadata")) {
        send(exchange, 200, "text/plain", wheel.get().metadata.getBytes());
        return;
      }
      if (wheel.isPresent()) {
        downloads.add(last);
        send(exchange, 200, "application/octet-stream", wheel.get().bytes);
        return;
      }
    } else if (wheels.containsKey(last)) {
      boolean json =
          String.valueOf(exchange.getRequestHeaders().getFirst("Accept")).contains("v1+json");
      byte[] page = (json && times == Times.SAID ? json(last) : html(last)).getBytes();
      String type =
          json && times == Times.SAID ? "application/vnd.pypi.simple.v1+json" : "text/html";
      send(exchange, 200, type, page);
      return;
    }
    send(exchange, 404, "text/plain", "no such project".getBytes());
  }

  private static void send(HttpExchange exchange, int status, String type, byte[] body)
      throws IOException {
    exchange.getResponseHeaders().add("Content-Type", type);
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.getResponseHeaders().add("Content-Length", String.valueOf(body.length));
      exchange.sendResponseHeaders(status, -1);
      exchange.close();
      return;
    }
    exchange.sendResponseHeaders(status, body.length);
    try (var out = exchange.getResponseBody()) {
      out.write(body);
    }
  }

  private String json(String name) {
    return "{\"meta\": {\"api-version\": \"1.1\"}, \"name\": \"%s\", \"versions\": [], \"files\": ["
            .formatted(name)
        + wheels.get(name).stream()
            .map(
                w ->
                    ("{\"filename\": \"%s\", \"url\": \"/files/%s\", \"size\": %d, \"upload-time\":"
                            + " \"%s\", \"core-metadata\": true, \"hashes\": {\"sha256\": \"%s\"}}")
                        .formatted(w.file, w.file, w.bytes.length, w.uploaded, sha256(w.bytes)))
            .collect(Collectors.joining(","))
        + "]}";
  }

  private String html(String name) {
    return "<!DOCTYPE html><html><body>"
        + wheels.get(name).stream()
            .map(
                w ->
                    "<a href=\"/files/%s#sha256=%s\">%s</a>"
                        .formatted(w.file, sha256(w.bytes), w.file))
            .collect(Collectors.joining("<br/>"))
        + "</body></html>";
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
