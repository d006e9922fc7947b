package io.bauplan.sql.catalog.nessie;

import io.bauplan.sql.catalog.Catalog;
import io.bauplan.sql.catalog.iceberg.StorageErrors;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.projectnessie.client.api.NessieApiV2;
import org.projectnessie.error.NessieNamespaceAlreadyExistsException;
import org.projectnessie.error.NessieReferenceNotFoundException;
import org.projectnessie.nessie.combined.CombinedClientBuilder;
import org.projectnessie.versioned.storage.common.config.StoreConfig;
import org.projectnessie.versioned.storage.common.logic.Logics;
import org.projectnessie.versioned.storage.common.logic.RepositoryLogic;
import org.projectnessie.versioned.storage.common.persist.Persist;
import org.projectnessie.versioned.storage.rocksdb.RocksDBBackend;
import org.projectnessie.versioned.storage.rocksdb.RocksDBBackendConfig;
import org.projectnessie.versioned.storage.rocksdb.RocksDBBackendFactory;

/// A Nessie in this process, on RocksDB in `<warehouse>/catalog`. One process at a time owns it, by
/// a lock file that carries the owner's process id.
final class EmbeddedNessie implements AutoCloseable {
  private static final String LOCK_FILE = "engine.lock";
  private static final int MAX_PID_CHARS = 20;

  private final FileChannel lock;
  private final RocksDBBackend backend;
  private final NessieApiV2 api;

  private EmbeddedNessie(FileChannel lock, RocksDBBackend backend, NessieApiV2 api) {
    this.lock = lock;
    this.backend = backend;
    this.api = api;
  }

  static EmbeddedNessie open(Path warehouse) {
    Path folder = warehouse.resolve("catalog");
    FileChannel lock = lock(warehouse, folder);
    RocksDBBackend backend = null;
    try {
      RocksNative.load();
      backend =
          new RocksDBBackendFactory()
              .buildBackend(RocksDBBackendConfig.builder().databasePath(folder).build());
      backend.setupSchema();
      Persist persist = backend.createFactory().newPersist(StoreConfig.Adjustable.empty());
      RepositoryLogic repository = Logics.repositoryLogic(persist);
      boolean fresh = !repository.repositoryExists();
      if (fresh) {
        repository.initialize(Catalog.DEFAULT_BRANCH);
      }
      NessieApiV2 api = new CombinedClientBuilder().withPersist(persist).build(NessieApiV2.class);
      if (fresh) {
        firstCommit(api);
      }
      return new EmbeddedNessie(lock, backend, api);
    } catch (RuntimeException | LinkageError e) {
      if (backend != null) {
        backend.close();
      }
      closeQuietly(lock);
      throw unusable(warehouse, e);
    }
  }

  /// Branches made from an empty main have no commit in common with it and could not be merged.
  private static void firstCommit(NessieApiV2 api) {
    try {
      api.createNamespace()
          .refName(Catalog.DEFAULT_BRANCH)
          .namespace(Catalog.DEFAULT_NAMESPACE)
          .create();
    } catch (NessieNamespaceAlreadyExistsException | NessieReferenceNotFoundException e) {
      throw new IllegalStateException(e);
    }
  }

  NessieApiV2 api() {
    return api;
  }

  private static FileChannel lock(Path warehouse, Path folder) {
    FileChannel channel = null;
    try {
      Files.createDirectories(folder);
      channel =
          FileChannel.open(
              folder.resolve(LOCK_FILE),
              StandardOpenOption.CREATE,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
      FileLock held = channel.tryLock();
      if (held == null) {
        throw locked(warehouse, owner(channel));
      }
      byte[] pid = Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII);
      channel.truncate(0);
      channel.write(ByteBuffer.wrap(pid), 0);
      return channel;
    } catch (OverlappingFileLockException e) {
      closeQuietly(channel);
      throw locked(warehouse, "this process");
    } catch (IOException e) {
      closeQuietly(channel);
      throw unusable(warehouse, e);
    } catch (EngineException e) {
      closeQuietly(channel);
      throw e;
    }
  }

  private static String owner(FileChannel channel) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(MAX_PID_CHARS);
    channel.read(buffer, 0);
    String pid = new String(buffer.array(), 0, buffer.position(), StandardCharsets.US_ASCII);
    return Pattern.matches("\\d+", pid) ? "process " + pid : "another process";
  }

  private static EngineException locked(Path warehouse, String owner) {
    return new EngineException(
        ErrorCode.WAREHOUSE_LOCKED,
        "the warehouse " + warehouse + " is in use by " + owner,
        null,
        "end that process, or connect to it instead of opening the folder",
        null);
  }

  private static EngineException unusable(Path warehouse, Throwable cause) {
    Throwable root = cause;
    while (root.getCause() != null && root.getCause() != root) {
      root = root.getCause();
    }
    String reason;
    String remedy = "choose a folder that can be written to with --warehouse";
    if (StorageErrors.isDiskFull(cause)) {
      reason = "no space is left on the disk";
      remedy = "free some space, or choose a folder on another disk with --warehouse";
    } else if (root instanceof AccessDeniedException) {
      reason = "permission denied";
    } else if (root instanceof FileAlreadyExistsException
        || (root instanceof FileSystemException file
            && "Not a directory".equals(file.getReason()))) {
      reason = "it, or a folder above it, is a file";
    } else if (root instanceof FileSystemException fs && fs.getReason() != null) {
      reason = fs.getReason();
    } else {
      reason = String.valueOf(root.getMessage());
    }
    return new EngineException(
        ErrorCode.WAREHOUSE_UNUSABLE,
        "the warehouse " + warehouse + " cannot be used: " + reason,
        null,
        remedy,
        cause);
  }

  private static void closeQuietly(@Nullable FileChannel channel) {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      // The lock goes with the process at the latest.
    }
  }

  @Override
  public void close() {
    try {
      api.close();
    } finally {
      try {
        backend.close();
      } finally {
        closeQuietly(lock);
      }
    }
  }
}
