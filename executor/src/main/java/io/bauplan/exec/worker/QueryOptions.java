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

  /// With the column cache, without limits of its own, for somebody who waits for it.
  public static Builder builder(String id) {
    return new Builder(id);
  }

  public static QueryOptions of(String id) {
    return builder(id).build();
  }

  /// A function with the limit that holds for it here.
  public FunctionDefinition limited(FunctionDefinition function) {
    return functionMemory.isPresent() ? function.withMemory(functionMemory) : function;
  }

  /// Options one by one; each is described at the record.
  public static final class Builder {
    private final String id;
    private long memoryBytes = Long.MAX_VALUE;
    private Duration timeout = Duration.ofHours(24);
    private ZoneId zone = ZoneId.of("UTC");
    private OutputListener functionOutput = OutputListener.NONE;
    private boolean cached = true;
    private int batchRows = Integer.MAX_VALUE;
    private boolean background;
    private OptionalLong functionMemory = OptionalLong.empty();
    private Set<String> secrets = Set.of();

    private Builder(String id) {
      this.id = id;
    }

    public Builder memoryBytes(long bytes) {
      memoryBytes = bytes;
      return this;
    }

    public Builder timeout(Duration limit) {
      timeout = limit;
      return this;
    }

    public Builder zone(ZoneId sessionZone) {
      zone = sessionZone;
      return this;
    }

    public Builder functionOutput(OutputListener listener) {
      functionOutput = listener;
      return this;
    }

    public Builder cached(boolean useCache) {
      cached = useCache;
      return this;
    }

    public Builder batchRows(int rows) {
      batchRows = rows;
      return this;
    }

    public Builder inBackground() {
      background = true;
      return this;
    }

    public Builder functionMemory(OptionalLong bytes) {
      functionMemory = bytes;
      return this;
    }

    public Builder secrets(Set<String> texts) {
      secrets = texts;
      return this;
    }

    public QueryOptions build() {
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
          secrets);
    }
  }
}
