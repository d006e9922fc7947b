package io.bauplan.sql.explain;

import java.util.List;
import java.util.Optional;

/// What `EXPLAIN` answers: the plans of a statement or of a pipeline's models, in the order in
/// which they run.
public record Explanation(Mode mode, List<Part> parts) {
  public Explanation {
    parts = List.copyOf(parts);
  }

  public enum Mode {
    LOGICAL,
    PHYSICAL,
    ANALYZE
  }

  /// One plan.
  ///
  /// @param name of the model; empty for a statement
  /// @param heading what the plan is for; empty for a query
  /// @param reads other parts that it reads
  /// @param root empty where nothing is planned, which the heading explains
  /// @param totals once it ran
  public record Part(
      String name,
      String heading,
      List<String> reads,
      Optional<ExplainNode> root,
      Optional<Totals> totals) {
    public Part {
      reads = List.copyOf(reads);
    }

    public static Part of(String heading, ExplainNode root) {
      return new Part("", heading, List.of(), Optional.of(root), Optional.empty());
    }

    public static Part nothing(String heading) {
      return new Part("", heading, List.of(), Optional.empty(), Optional.empty());
    }

    /// @param figures one for each node, in pre-order
    public Part withActual(List<ExplainNode.Actual> figures, Totals ran) {
      return new Part(
          name,
          heading,
          reads,
          root.map(node -> node.withActual(figures.iterator())),
          Optional.of(ran));
    }

    /// The same plan as a model's.
    public Part named(String model, String about, List<String> parents) {
      return new Part(model, about, parents, root, totals);
    }
  }

  /// @param nanos wall-clock time
  /// @param fallbacks functions and operators that ran without a vectorized form
  public record Totals(long nanos, long peakMemoryBytes, List<String> fallbacks) {}
}
