package io.bauplan.jdbc;

import io.bauplan.jdbc.wire.SqlErrors;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The file `engine.json` that a running engine leaves in its warehouse:
/// `{"version":1,"host":"127.0.0.1","port":12345,"token":"...","pid":4711}`.
///
/// It is a flat object of strings and numbers that the engine itself writes, so a pattern per
/// member reads it and the driver needs no JSON library.
record AttachFile(String host, int port, String token, long pid) implements EmbeddedEndpoint {
  static final String NAME = "engine.json";
  private static final long MAX_BYTES = 64 * 1024;
  private static final long SUPPORTED_VERSION = 1;

  /// Reads the file of a warehouse; empty when there is none, or when the engine that wrote it no
  /// longer runs.
  static Optional<AttachFile> find(Path warehouse) throws SQLException {
    Path file = warehouse.resolve(NAME);
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    String json;
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw malformed(file, "it is too large");
      }
      json = Files.readString(file, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw SqlErrors.of(
          SqlErrors.CONNECTION_REFUSED,
          "cannot read " + file + " (only the user who started the engine may): " + e.getMessage(),
          e);
    }
    long version = number(file, json, "version");
    if (version != SUPPORTED_VERSION) {
      throw malformed(file, "its version is " + version + "; use the driver of that engine");
    }
    long port = number(file, json, "port");
    if (port < 1 || port > 65_535) {
      throw malformed(file, "its port is " + port);
    }
    AttachFile found =
        new AttachFile(
            text(file, json, "host"),
            (int) port,
            text(file, json, "token"),
            number(file, json, "pid"));
    boolean alive = ProcessHandle.of(found.pid).map(ProcessHandle::isAlive).orElse(false);
    return alive ? Optional.of(found) : Optional.empty();
  }

  @Override
  public void close() {
    // The engine belongs to another process.
  }

  private static String text(Path file, String json, String member) throws SQLException {
    return member(file, json, member, "\"((?:[^\"\\\\]|\\\\[\"\\\\/])*)\"")
        .replaceAll("\\\\(.)", "$1");
  }

  private static long number(Path file, String json, String member) throws SQLException {
    return Long.parseLong(member(file, json, member, "(\\d{1,18})"));
  }

  private static String member(Path file, String json, String member, String value)
      throws SQLException {
    Matcher matcher = Pattern.compile("\"" + member + "\"\\s*:\\s*" + value).matcher(json);
    if (!matcher.find()) {
      throw malformed(file, "it has no valid member '" + member + "'");
    }
    return matcher.group(1);
  }

  private static SQLException malformed(Path file, String why) {
    return SqlErrors.of(
        SqlErrors.CONNECTION_REFUSED, "cannot attach to the engine by " + file + ": " + why);
  }
}
