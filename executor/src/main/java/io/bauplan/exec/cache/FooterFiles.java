package io.bauplan.exec.cache;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Footers of files behind a network, kept on local disk beside the columns: without its footer a
/// restarted engine could not tell which of them it has. A file each, with a checksum; a damaged
/// one is deleted. A disk that cannot be written to keeps nothing, and no query fails for it.
/// Thread-safe.
public final class FooterFiles {
  private static final Logger LOG = LoggerFactory.getLogger(FooterFiles.class);
  private static final long MAGIC = 0x31544f4f464c5042L;
  private static final String SUFFIX = ".footer";
  private static final int HASH_BYTES = 20;

  private final Path folder;
  private final long budgetBytes;
  private final AtomicLong sizeBytes = new AtomicLong();
  private volatile boolean complained;

  /// Opens a folder, which is made.
  FooterFiles(Path folder, long budgetBytes) throws IOException {
    this.folder = folder;
    this.budgetBytes = budgetBytes;
    Files.createDirectories(folder);
    trim();
  }

  private Path path(String key) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] hash = digest.digest(key.getBytes(StandardCharsets.UTF_8));
      return folder.resolve(HexFormat.of().formatHex(hash, 0, HASH_BYTES) + SUFFIX);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /// What was kept for a file; null where nothing was.
  ///
  /// @param key tells the file and its version
  public byte @Nullable [] read(String key) {
    Path path = path(key);
    try {
      byte[] bytes = Files.readAllBytes(path);
      int end = bytes.length - Integer.BYTES;
      if (end >= 0) {
        CRC32C checksum = new CRC32C();
        checksum.update(bytes, 0, end);
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes, end, 4));
        if (in.readInt() == (int) checksum.getValue()) {
          in = new DataInputStream(new ByteArrayInputStream(bytes, 0, end));
          if (in.readLong() == MAGIC && in.readUTF().equals(key)) {
            return in.readAllBytes();
          }
        }
      }
      LOG.warn("dropped a damaged footer of the column cache: {}", path);
      Files.deleteIfExists(path);
    } catch (NoSuchFileException e) {
      return null;
    } catch (IOException e) {
      complain(e);
    }
    return null;
  }

  /// Keeps what `read` shall give.
  public void write(String key, byte[] footer) {
    Path path = path(key);
    Path temporary = path.resolveSibling(path.getFileName() + "." + System.nanoTime() + ".tmp");
    try {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream(footer.length + 512);
      try (DataOutputStream out = new DataOutputStream(bytes)) {
        out.writeLong(MAGIC);
        out.writeUTF(key);
        out.write(footer);
        CRC32C checksum = new CRC32C();
        checksum.update(bytes.toByteArray());
        out.writeInt((int) checksum.getValue());
      }
      Files.write(temporary, bytes.toByteArray());
      Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE);
      if (sizeBytes.addAndGet(bytes.size()) > budgetBytes) {
        trim();
      }
    } catch (IOException e) {
      complain(e);
      try {
        Files.deleteIfExists(temporary);
      } catch (IOException again) {
        e.addSuppressed(again);
      }
    }
  }

  private void complain(IOException e) {
    if (!complained) {
      complained = true;
      LOG.warn("the column cache keeps no footers on disk: {}", e.toString());
    }
  }

  private record Kept(Path path, long sizeBytes, FileTime written) {}

  /// Deletes the oldest until a quarter of the budget is free; what a dead process left behind too.
  private synchronized void trim() throws IOException {
    List<Kept> kept = new ArrayList<>();
    long sum = 0;
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        FileTime written = Files.getLastModifiedTime(file);
        if (file.toString().endsWith(SUFFIX)) {
          kept.add(new Kept(file, Files.size(file), written));
          sum += kept.getLast().sizeBytes;
        } else if (written.toInstant().isBefore(Instant.now().minusSeconds(60))) {
          Files.deleteIfExists(file);
        }
      }
    } catch (NoSuchFileException e) {
      // Another process on the same folder deleted it first.
      return;
    }
    if (sum > budgetBytes) {
      kept.sort(Comparator.comparing(Kept::written));
      for (Kept each : kept) {
        if (sum <= budgetBytes - budgetBytes / 4) {
          break;
        }
        Files.deleteIfExists(each.path);
        sum -= each.sizeBytes;
      }
    }
    sizeBytes.set(sum);
  }

  void clear() {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Files.deleteIfExists(file);
      }
      sizeBytes.set(0);
    } catch (IOException e) {
      complain(e);
    }
  }
}
