package io.bauplan.server.connection;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// `engine.json` in a warehouse: where the engine that has it open listens, and the token it
/// accepts. Only its owner can read it. A file whose process is gone counts as absent.
///
/// @param host an address of this machine
/// @param pid the engine's process
public record AttachFile(String host, int port, String token, long pid) {
  public static final String NAME = "engine.json";

  private static final int VERSION = 1;
  private static final long MAX_BYTES = 64 * 1024;
  private static final JsonFactory JSON = new JsonFactory();
  private static final Logger LOG = LoggerFactory.getLogger(AttachFile.class);

  /// The live engine of a warehouse, by its file.
  public static Optional<AttachFile> read(Path warehouse) {
    Path file = warehouse.resolve(NAME);
    Map<String, String> fields = new HashMap<>();
    try {
      if (!Files.isRegularFile(file) || Files.size(file) > MAX_BYTES) {
        return Optional.empty();
      }
      try (JsonParser parser = JSON.createParser(Files.readAllBytes(file))) {
        while (parser.nextToken() != null) {
          if (parser.currentToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            parser.nextToken();
            fields.put(name, parser.getText());
          }
        }
      }
      AttachFile attach =
          new AttachFile(
              fields.getOrDefault("host", ""),
              Integer.parseInt(fields.getOrDefault("port", "0")),
              fields.getOrDefault("token", ""),
              Long.parseLong(fields.getOrDefault("pid", "0")));
      return attach.isLive() ? Optional.of(attach) : Optional.empty();
    } catch (IOException | NumberFormatException e) {
      // Half a file of a crashed process, or of a version to come: as if there were none.
      return Optional.empty();
    }
  }

  private boolean isLive() {
    return port > 0
        && !token.isEmpty()
        && ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
  }

  /// Writes the file so that no one ever sees half of it or reads another's token.
  public void write(Path warehouse) throws IOException {
    Path temporary = warehouse.resolve(NAME + "." + pid + ".tmp");
    Files.deleteIfExists(temporary);
    boolean posix = Files.getFileStore(warehouse).supportsFileAttributeView("posix");
    if (posix) {
      Files.createFile(
          temporary,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }
    try (JsonGenerator generator = JSON.createGenerator(Files.newOutputStream(temporary))) {
      generator.writeStartObject();
      generator.writeNumberField("version", VERSION);
      generator.writeStringField("host", host);
      generator.writeNumberField("port", port);
      generator.writeStringField("token", token);
      generator.writeNumberField("pid", pid);
      generator.writeEndObject();
    }
    Files.move(
        temporary,
        warehouse.resolve(NAME),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  /// Removes the file if it is this process's.
  static void removeOwn(Path warehouse) {
    boolean own =
        read(warehouse).filter(file -> file.pid() == ProcessHandle.current().pid()).isPresent();
    try {
      if (own) {
        Files.deleteIfExists(warehouse.resolve(NAME));
      }
    } catch (IOException e) {
      // It is ignored as soon as this process is gone.
      LOG.debug("event=attach_file_not_removed error={}", e.getMessage());
    }
  }
}
