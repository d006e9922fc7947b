package io.bauplan.sql.catalog.nessie;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.rocksdb.RocksDB;
import org.rocksdb.util.Environment;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Loads RocksDB's native library from the user's cache directory. Left to itself RocksDB unpacks
/// its 14 MB from the jar at every start, which is most of the time that opening a warehouse takes.
final class RocksNative {
  private static final Logger LOG = LoggerFactory.getLogger(RocksNative.class);

  private RocksNative() {}

  /// Loads the library; on any trouble with the cache, the way RocksDB does it.
  static void load() {
    try {
      RocksDB.loadLibrary(List.of(unpacked().toString()));
    } catch (IOException | RuntimeException | LinkageError e) {
      LOG.debug("catalog.native cache unusable", e);
      RocksDB.loadLibrary();
    }
  }

  private static Path unpacked() throws IOException {
    String file = Environment.getJniLibraryFileName("rocksdb");
    URL packed = RocksDB.class.getClassLoader().getResource(file);
    if (packed == null) {
      throw new IOException("no " + file);
    }
    long size = packed.openConnection().getContentLengthLong();
    // The size is part of the name: another version of the library has another.
    Path folder = cacheHome().resolve("bauplan").resolve("native").resolve("rocksdb-" + size);
    // RocksDB looks in a folder for another name than its jar has: with "jni" twice.
    Path library = folder.resolve(Environment.getJniLibraryFileName("rocksdbjni"));
    if (Files.isRegularFile(library) && Files.size(library) == size) {
      return folder;
    }
    Files.createDirectories(folder);
    if (folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      // Code is loaded from here: nobody else may write to it.
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
    }
    Path partial = Files.createTempFile(folder, "unpacking", ".so");
    try (InputStream in = packed.openStream()) {
      Files.copy(in, partial, StandardCopyOption.REPLACE_EXISTING);
      Files.move(partial, library, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(partial);
    }
    return folder;
  }

  private static Path cacheHome() {
    String configured = System.getenv("XDG_CACHE_HOME");
    return configured != null && !configured.isBlank()
        ? Path.of(configured)
        : Path.of(System.getProperty("user.home"), ".cache");
  }
}
