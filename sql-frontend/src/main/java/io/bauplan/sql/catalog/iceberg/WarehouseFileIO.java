package io.bauplan.sql.catalog.iceberg;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.CatalogProperties;
import org.apache.iceberg.ManifestFiles;
import org.apache.iceberg.aws.s3.S3FileIO;
import org.apache.iceberg.aws.s3.S3FileIOProperties;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.FileInfo;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.jspecify.annotations.Nullable;

/// The warehouse's files by their location's scheme: paths and `file:` locally, `s3:` (also `s3a:`,
/// `s3n:`) in an object store. The S3 client is made when the first S3 location is met.
///
/// Manifests never change: those read last stay in memory, so that after a commit planning reads
/// only the new ones.
public final class WarehouseFileIO implements FileIO {
  private static final long serialVersionUID = 1L;

  private static final Map<String, String> PROPERTIES =
      Map.of(
          CatalogProperties.IO_MANIFEST_CACHE_ENABLED,
          "true",
          CatalogProperties.IO_MANIFEST_CACHE_MAX_TOTAL_BYTES,
          Long.toString(64L << 20),
          // As long as there is room.
          CatalogProperties.IO_MANIFEST_CACHE_EXPIRATION_INTERVAL_MS,
          "0");

  private final LocalFileIO local = new LocalFileIO();
  private transient @Nullable S3FileIO objectStore;

  @Override
  public Map<String, String> properties() {
    return PROPERTIES;
  }

  @Override
  public InputFile newInputFile(String location) {
    return of(location).newInputFile(location);
  }

  @Override
  public InputFile newInputFile(String location, long length) {
    return of(location).newInputFile(location, length);
  }

  @Override
  public OutputFile newOutputFile(String location) {
    return of(location).newOutputFile(location);
  }

  @Override
  public void deleteFile(String location) {
    of(location).deleteFile(location);
  }

  /// A file as listed.
  public record Listed(String location, long bytes, long changedMillis) {}

  /// All files under a folder, in no order; none where it does not exist.
  public List<Listed> list(String folder) {
    String prefix = folder.endsWith("/") ? folder : folder + "/";
    if (isLocal(folder)) {
      return local.list(folder);
    }
    of(prefix);
    List<Listed> files = new ArrayList<>();
    for (FileInfo file : objectStore().listPrefix(prefix)) {
      files.add(new Listed(file.location(), file.size(), file.createdAtMillis()));
    }
    return files;
  }

  static boolean isLocal(String location) {
    return location.startsWith("/") || location.startsWith("file:");
  }

  private FileIO of(String location) {
    if (isLocal(location)) {
      return local;
    }
    if (location.startsWith("s3://")
        || location.startsWith("s3a://")
        || location.startsWith("s3n://")) {
      return objectStore();
    }
    throw new EngineException(
        ErrorCode.NOT_SUPPORTED,
        "cannot reach \""
            + location
            + "\": only absolute paths, file: and s3: locations are known");
  }

  private synchronized S3FileIO objectStore() {
    S3FileIO opened = objectStore;
    if (opened == null) {
      opened = new S3FileIO();
      opened.initialize(Map.of(S3FileIOProperties.CLIENT_FACTORY, S3Clients.class.getName()));
      objectStore = opened;
    }
    return opened;
  }

  @Override
  public synchronized void close() {
    ManifestFiles.dropCache(this);
    S3FileIO opened = objectStore;
    if (opened != null) {
      opened.close();
      objectStore = null;
    }
  }
}
