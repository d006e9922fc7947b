package io.bauplan.exec.scan.store;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Chooses the store by the location's scheme: none or `file:` is the local disk, `s3:`, `s3a:` and
/// `s3n:` are S3. The S3 client is made on first use.
public final class ObjectStores implements ObjectStore {
  private final LocalStore local = new LocalStore();
  private @Nullable S3Store s3;

  private ObjectStore store(String location) {
    int colon = location.indexOf("://");
    if (colon <= 0) {
      return local;
    }
    return switch (location.substring(0, colon).toLowerCase(Locale.ROOT)) {
      case "file" -> local;
      case "s3", "s3a", "s3n" -> s3();
      default ->
          throw new EngineException(
              ErrorCode.NOT_SUPPORTED,
              "no store for \"" + location + "\"",
              null,
              "use a local path, file:// or s3://",
              null);
    };
  }

  private synchronized S3Store s3() {
    S3Store open = s3;
    if (open == null) {
      open = S3Store.fromEnvironment();
      s3 = open;
    }
    return open;
  }

  @Override
  public FileInfo info(String location) {
    return store(location).info(location);
  }

  @Override
  public List<FileInfo> list(String location) {
    return store(location).list(location);
  }

  @Override
  public RangeReader open(String location) {
    return store(location).open(location);
  }

  @Override
  public RangeReader open(String location, long sizeBytes) {
    return store(location).open(location, sizeBytes);
  }

  @Override
  public RangeReader open(FileInfo file) {
    return store(file.location()).open(file);
  }

  @Override
  public Optional<FetchPool> fetches(String location) {
    return store(location).fetches(location);
  }

  @Override
  public boolean remote(String location) {
    return store(location).remote(location);
  }

  @Override
  public FileSink create(String location) {
    return store(location).create(location);
  }

  @Override
  public void delete(String location) {
    store(location).delete(location);
  }

  @Override
  public synchronized void close() {
    S3Store open = s3;
    s3 = null;
    if (open != null) {
      open.close();
    }
  }
}
