package io.bauplan.sql.explain;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/// One operator of a plan as people see it.
///
/// @param operator `HashJoin`, `TableScan`, ...
/// @param description what it does, on one line, without its filter and its inputs
/// @param filter the filter that a scan applies
/// @param columns names of what it produces
/// @param estimatedRows empty where the planner has no number
/// @param files what a scan reads
/// @param actual what happened, once it ran
public record ExplainNode(
    String operator,
    String description,
    Optional<String> filter,
    List<String> columns,
    OptionalDouble estimatedRows,
    Optional<Files> files,
    Optional<Actual> actual,
    List<ExplainNode> inputs) {
  public ExplainNode {
    columns = List.copyOf(columns);
    inputs = List.copyOf(inputs);
  }

  /// The data files of a scan that are left after the planner pruned them.
  ///
  /// @param total files of the snapshot; empty = unknown
  public record Files(long count, long bytes, OptionalLong total, OptionalLong totalBytes) {}

  /// @param rows rows it produced
  /// @param nanos time that threads spent in it, without its inputs
  /// @param peakMemoryBytes most that it held at once
  /// @param counters what else was counted, by name: `bytesRead`, `rowGroupsSkipped`, ...
  public record Actual(long rows, long nanos, long peakMemoryBytes, Map<String, Long> counters) {
    public long counter(String name) {
      return counters.getOrDefault(name, 0L);
    }
  }

  /// The same tree with figures, which come in pre-order, one for every node.
  ExplainNode withActual(Iterator<Actual> figures) {
    Optional<Actual> own = figures.hasNext() ? Optional.of(figures.next()) : Optional.empty();
    List<ExplainNode> changed = new ArrayList<>();
    for (ExplainNode input : inputs) {
      changed.add(input.withActual(figures));
    }
    return new ExplainNode(
        operator, description, filter, columns, estimatedRows, files, own, changed);
  }
}
