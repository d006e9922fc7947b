package io.bauplan.sql.explain;

import io.bauplan.sql.explain.ExplainNode.Files;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.PlanText;
import io.bauplan.sql.plan.ScanFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/// Physical plans as trees to show.
public final class PlanNodes {
  private PlanNodes() {}

  /// @param totals knows the files of whole tables
  public static ExplainNode of(PhysicalPlan plan, FileTotals totals) {
    List<ExplainNode> inputs = new ArrayList<>();
    plan.inputs().forEach(input -> inputs.add(of(input, totals)));
    PlanText.Line line = PlanText.parts(plan);
    return new ExplainNode(
        line.operator(),
        line.description(),
        line.filter(),
        plan.output().columns().stream().map(Column::name).toList(),
        line.rows().isPresent() ? line.rows() : derived(plan, inputs),
        files(plan, totals),
        Optional.empty(),
        inputs);
  }

  private static Optional<Files> files(PhysicalPlan plan, FileTotals totals) {
    return switch (plan) {
      case PhysicalPlan.TableScan scan -> {
        Optional<Files> all = totals.of(scan);
        yield Optional.of(
            new Files(
                scan.files().size(),
                bytes(scan.files()),
                all.map(f -> OptionalLong.of(f.count())).orElse(OptionalLong.empty()),
                all.map(f -> OptionalLong.of(f.bytes())).orElse(OptionalLong.empty())));
      }
      case PhysicalPlan.FileScan scan ->
          Optional.of(
              new Files(
                  scan.files().size(),
                  bytes(scan.files()),
                  OptionalLong.empty(),
                  OptionalLong.empty()));
      default -> Optional.empty();
    };
  }

  static long bytes(List<ScanFile> files) {
    return files.stream().mapToLong(ScanFile::sizeBytes).sum();
  }

  /// Rows of nodes that carry no estimate of their own, where they follow from their inputs'.
  private static OptionalDouble derived(PhysicalPlan plan, List<ExplainNode> inputs) {
    OptionalDouble first =
        inputs.isEmpty() ? OptionalDouble.empty() : inputs.getFirst().estimatedRows();
    return switch (plan) {
      case PhysicalPlan.Project p -> first;
      case PhysicalPlan.Window p -> first;
      case PhysicalPlan.Sort p -> cut(first, p.offset(), p.fetch());
      case PhysicalPlan.Limit p -> cut(first, p.offset(), p.fetch());
      case PhysicalPlan.Sample p ->
          first.isPresent() ? OptionalDouble.of(first.getAsDouble() * p.fraction()) : first;
      case PhysicalPlan.UnionAll p -> {
        double sum = 0;
        for (ExplainNode input : inputs) {
          sum += input.estimatedRows().orElse(Double.NaN);
        }
        yield Double.isNaN(sum) ? OptionalDouble.empty() : OptionalDouble.of(sum);
      }
      case PhysicalPlan.Values p -> OptionalDouble.of(p.rows().size());
      case PhysicalPlan.TableWrite p -> OptionalDouble.of(1);
      case PhysicalPlan.RowChange p -> OptionalDouble.of(1);
      case PhysicalPlan.FileWrite p -> OptionalDouble.of(1);
      case PhysicalPlan.FileScan p -> counted(p);
      default -> OptionalDouble.empty();
    };
  }

  private static OptionalDouble cut(OptionalDouble input, long offset, OptionalLong fetch) {
    if (input.isEmpty()) {
      return input;
    }
    double rows = Math.max(0, input.getAsDouble() - offset);
    return OptionalDouble.of(fetch.isPresent() ? Math.min(rows, fetch.getAsLong()) : rows);
  }

  private static OptionalDouble counted(PhysicalPlan.FileScan scan) {
    if (scan.filter().isPresent()
        || scan.files().stream().anyMatch(file -> file.recordCount() < 0)) {
      return OptionalDouble.empty();
    }
    return OptionalDouble.of(scan.files().stream().mapToDouble(ScanFile::recordCount).sum());
  }
}
