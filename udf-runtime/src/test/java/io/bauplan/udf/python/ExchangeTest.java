package io.bauplan.udf.python;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bauplan.udf.api.NoRoomException;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a process may say over its socket, whoever writes in its place.
class ExchangeTest {
  private static final long MOST = 100;

  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void name() {
    file = folder.resolve("answer");
  }

  /// The process's side says this and hangs up.
  private Exchange said(long length, int bytes) throws IOException {
    Exchange exchange = Exchange.open(folder.resolve("socket"));
    ByteBuffer words = ByteBuffer.allocate(1 + Long.BYTES + bytes).order(ByteOrder.LITTLE_ENDIAN);
    words.put((byte) 'h').putLong(length).rewind();
    try (SocketChannel process = SocketChannel.open(UnixDomainSocketAddress.of(exchange.path()))) {
      process.write(words);
    }
    return exchange;
  }

  @Test
  void anAnswerBecomesAFile() throws Exception {
    try (Exchange exchange = said(7, 7)) {
      assertThat(exchange.receive(MOST, bytes -> file)).contains(file);
      assertThat(file).hasBinaryContent(new byte[7]);
      assertThat(exchange.receive(MOST, bytes -> file)).isEmpty();
    }
  }

  @Test
  void ofAnAnswerThatIsCutShortNothingIsLeft() throws Exception {
    try (Exchange exchange = said(7, 6)) {
      assertThat(exchange.receive(MOST, bytes -> file)).isEmpty();
      assertThat(file).doesNotExist();
    }
  }

  @Test
  void lengthsAreNotBelieved() throws Exception {
    for (long length : new long[] {MOST + 1, Long.MAX_VALUE, -1, Long.MIN_VALUE}) {
      try (Exchange exchange = said(length, 7)) {
        assertThatThrownBy(() -> exchange.receive(MOST, bytes -> file))
            .isInstanceOf(Exchange.TooLarge.class);
        assertThat(file).doesNotExist();
      }
    }
  }

  @Test
  void anAnswerThatFindsNoRoomSaysSo() throws Exception {
    Path nowhere = folder.resolve("no-folder").resolve("answer");
    try (Exchange exchange = said(7, 7)) {
      assertThatThrownBy(() -> exchange.receive(MOST, bytes -> nowhere))
          .isInstanceOf(NoRoomException.class)
          .hasMessageContaining(nowhere.toString());
    }
    assertThat(Files.exists(nowhere)).isFalse();
  }
}
