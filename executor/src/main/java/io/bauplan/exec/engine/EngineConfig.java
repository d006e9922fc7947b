package io.bauplan.exec.engine;

import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/// How to open an engine.
///
/// @param warehouse folder of the embedded catalog, data, logs and attach file
/// @param catalog a remote Nessie server; empty = the embedded one in `warehouse`
/// @param dataLocation where tables' files go; empty = `<warehouse>/data`. May be
///     `s3://bucket/prefix`
/// @param cacheDirectory environments and other things that many warehouses share
/// @param threads worker threads
/// @param memoryBytes limit for all queries together
/// @param columnCacheBytes memory for columns that were read; 0 = no column cache
/// @param columnCacheDiskBytes local disk for columns read from behind a network; 0 = none
/// @param spillFolder where queries put rows that have no room in memory; on a local disk
/// @param spillBytes most that they may have there at once
public record EngineConfig(
    Path warehouse,
    Optional<URI> catalog,
    Optional<String> dataLocation,
    Path cacheDirectory,
    int threads,
    long memoryBytes,
    long columnCacheBytes,
    long columnCacheDiskBytes,
    Path spillFolder,
    long spillBytes) {

  /// With the usual room to spill.
  public EngineConfig(
      Path warehouse,
      Optional<URI> catalog,
      Optional<String> dataLocation,
      Path cacheDirectory,
      int threads,
      long memoryBytes,
      long columnCacheBytes,
      long columnCacheDiskBytes) {
    this(
        warehouse,
        catalog,
        dataLocation,
        cacheDirectory,
        threads,
        memoryBytes,
        columnCacheBytes,
        columnCacheDiskBytes,
        warehouse.resolve("spill"),
        SPILL_BYTES);
  }

  /// With the column cache's usual budgets.
  public EngineConfig(
      Path warehouse,
      Optional<URI> catalog,
      Optional<String> dataLocation,
      Path cacheDirectory,
      int threads,
      long memoryBytes) {
    this(
        warehouse,
        catalog,
        dataLocation,
        cacheDirectory,
        threads,
        memoryBytes,
        (long) (physicalMemoryBytes() * COLUMN_CACHE_SHARE),
        COLUMN_CACHE_DISK_BYTES);
  }

  /// Share of the machine's (or container's) memory that queries may reserve.
  private static final double MEMORY_SHARE = 0.5;

  /// Share of it that columns may be kept in.
  private static final double COLUMN_CACHE_SHARE = 0.25;

  private static final long COLUMN_CACHE_DISK_BYTES = 20L << 30;

  private static final long SPILL_BYTES = 100L << 30;

  /// Defaults for a warehouse folder: every core, half of the memory for queries and a
  /// quarter for the column cache, the user's cache directory.
  public static EngineConfig of(Path warehouse) {
    String cacheHome = System.getenv("XDG_CACHE_HOME");
    Path cache =
        cacheHome != null && !cacheHome.isBlank()
            ? Path.of(cacheHome, "bauplan")
            : Path.of(System.getProperty("user.home"), ".cache", "bauplan");
    return new EngineConfig(
        warehouse.toAbsolutePath().normalize(),
        Optional.empty(),
        Optional.empty(),
        cache,
        Runtime.getRuntime().availableProcessors(),
        (long) (physicalMemoryBytes() * MEMORY_SHARE));
  }

  public EngineConfig withCatalog(URI uri, Optional<String> location) {
    return new EngineConfig(
        warehouse,
        Optional.of(uri),
        location,
        cacheDirectory,
        threads,
        memoryBytes,
        columnCacheBytes,
        columnCacheDiskBytes,
        spillFolder,
        spillBytes);
  }

  /// Puts the files of tables somewhere else than into the warehouse folder.
  ///
  /// @param location a folder, or `s3://bucket/prefix`
  public EngineConfig withDataLocation(String location) {
    return new EngineConfig(
        warehouse,
        catalog,
        Optional.of(location),
        cacheDirectory,
        threads,
        memoryBytes,
        columnCacheBytes,
        columnCacheDiskBytes,
        spillFolder,
        spillBytes);
  }

  /// The same with other budgets for the column cache.
  public EngineConfig withColumnCache(long memory, long disk) {
    return new EngineConfig(
        warehouse,
        catalog,
        dataLocation,
        cacheDirectory,
        threads,
        memoryBytes,
        memory,
        disk,
        spillFolder,
        spillBytes);
  }

  /// The same with another limit for all queries together.
  public EngineConfig withMemory(long bytes) {
    return new EngineConfig(
        warehouse,
        catalog,
        dataLocation,
        cacheDirectory,
        threads,
        bytes,
        columnCacheBytes,
        columnCacheDiskBytes,
        spillFolder,
        spillBytes);
  }

  /// The same with another place and quota for what queries spill.
  public EngineConfig withSpill(Path folder, long bytes) {
    return new EngineConfig(
        warehouse,
        catalog,
        dataLocation,
        cacheDirectory,
        threads,
        memoryBytes,
        columnCacheBytes,
        columnCacheDiskBytes,
        folder,
        bytes);
  }

  /// The machine's memory, or the container's limit where there is one.
  private static long physicalMemoryBytes() {
    var bean = java.lang.management.ManagementFactory.getOperatingSystemMXBean();
    return bean instanceof com.sun.management.OperatingSystemMXBean os
        ? os.getTotalMemorySize()
        : Runtime.getRuntime().maxMemory();
  }
}
