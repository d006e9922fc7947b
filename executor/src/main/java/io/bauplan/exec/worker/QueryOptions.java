package io.bauplan.exec.worker;

import io.bauplan.udf.api.FunctionDefinition;
import io.bauplan.udf.api.OutputListener;
import java.time.Duration;
import java.time.ZoneId;
import java.util.OptionalLong;
import java.util.Set;

/// @param id unique; names the query's allocator and its log events
/// @param memoryBytes limit of the query's operator state and batches
/// @param timeout wall-clock limit, after which the query fails with `TIMEOUT`
/// @param zone session time zone, for casts of timestamps with local time zone
/// @param functionOutput receives the prints of functions in the plan, each prefixed by nothing
/// @param cached whether scans use the column cache
/// @param batchRows at most so many rows pass from operator to operator at once; where it is less
///     than operators make, their batches are cut
/// @param background whether all other queries' turns come first
/// @param functionMemory limit of each function, whatever it says itself; empty = its own
/// @param secrets texts in the query that are written down nowhere
public record QueryOptions(
    String id,
    long memoryBytes,
    Duration timeout,
    ZoneId zone,
    OutputListener functionOutput,
    boolean cached,
    int batchRows,
    boolean background,
    OptionalLong functionMemory,
    Set<String> secrets) {
  public QueryOptions {
    secrets = Set.copyOf(secrets);
  }

  /// A query that somebody waits for.
  public QueryOptions(
      String id,
      long memoryBytes,
      Duration timeout,
      ZoneId zone,
      OutputListener functionOutput,
      boolean cached,
      int batchRows) {
    this(
        id,
        memoryBytes,
        timeout,
        zone,
        functionOutput,
        cached,
        batchRows,
        false,
        OptionalLong.empty(),
        Set.of());
  }

  public QueryOptions(
      String id, long memoryBytes, Duration timeout, ZoneId zone, OutputListener functionOutput) {
    this(id, memoryBytes, timeout, zone, functionOutput, true, Integer.MAX_VALUE);
  }

  public static QueryOptions of(String id) {
    return new QueryOptions(
        id, Long.MAX_VALUE, Duration.ofHours(24), ZoneId.of("UTC"), OutputListener.NONE);
  }

  public QueryOptions inBackground() {
    return new QueryOptions(
        id,
        memoryBytes,
        timeout,
        zone,
        functionOutput,
        cached,
        batchRows,
        true,
        functionMemory,
        secrets);
  }

  public QueryOptions withSecrets(Set<String> texts) {
    return new QueryOptions(
        id,
        memoryBytes,
        timeout,
        zone,
        functionOutput,
        cached,
        batchRows,
        background,
        functionMemory,
        texts);
  }

  public QueryOptions withFunctionMemory(OptionalLong bytes) {
    return new QueryOptions(
        id,
        memoryBytes,
        timeout,
        zone,
        functionOutput,
        cached,
        batchRows,
        background,
        bytes,
        secrets);
  }

  /// A function with the limit that holds for it here.
  public FunctionDefinition limited(FunctionDefinition function) {
    return functionMemory.isPresent() ? function.withMemory(functionMemory) : function;
  }
}
