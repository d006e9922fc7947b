package io.bauplan.server.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AttachFileTest {
  @TempDir Path warehouse;

  private static AttachFile own() {
    return new AttachFile("127.0.0.1", 4711, "secret", ProcessHandle.current().pid());
  }

  @Test
  void isReadBackWhileItsProcessLives() throws IOException {
    own().write(warehouse);
    assertThat(AttachFile.read(warehouse)).contains(own());
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(warehouse.resolve(AttachFile.NAME))))
        .isEqualTo("rw-------");
    try (var files = Files.list(warehouse)) {
      assertThat(files).hasSize(1);
    }
  }

  @Test
  void countsAsAbsentWhenItsProcessIsGone() throws Exception {
    Process ended = new ProcessBuilder("true").start();
    ended.waitFor();
    new AttachFile("127.0.0.1", 4711, "secret", ended.pid()).write(warehouse);
    assertThat(AttachFile.read(warehouse)).isEmpty();
    own().write(warehouse);
    assertThat(AttachFile.read(warehouse)).isPresent();
  }

  @Test
  void countsAsAbsentWhenItIsNoJson() throws IOException {
    Files.writeString(warehouse.resolve(AttachFile.NAME), "{\"version\":1,\"port\":");
    assertThat(AttachFile.read(warehouse)).isEmpty();
  }

  @Test
  void isRemovedOnlyByItsOwnProcess() throws IOException {
    new AttachFile("127.0.0.1", 1, "other", 1).write(warehouse);
    AttachFile.removeOwn(warehouse);
    assertThat(warehouse.resolve(AttachFile.NAME)).exists();
    own().write(warehouse);
    AttachFile.removeOwn(warehouse);
    assertThat(warehouse.resolve(AttachFile.NAME)).doesNotExist();
  }
}
