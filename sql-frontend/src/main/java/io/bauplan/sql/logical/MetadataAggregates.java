package io.bauplan.sql.logical;

import io.bauplan.sql.catalog.CatalogTable;
import io.bauplan.sql.catalog.ColumnStatistics;
import io.bauplan.sql.catalog.ExactFigures;
import io.bauplan.sql.plan.AggregateCall;
import io.bauplan.sql.plan.Expression.InputRef;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.PhysicalPlan.Aggregate;
import io.bauplan.sql.plan.PhysicalPlan.Project;
import io.bauplan.sql.plan.PhysicalPlan.TableScan;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// `count(*)`, `count(x)`, `min(x)` and `max(x)` over a whole table come from its manifests: no
/// data file is opened. Never where rows are deleted, nor min and max where bounds are not exact
/// ([ExactFigures]).
final class MetadataAggregates {
  private MetadataAggregates() {}

  static PhysicalPlan answer(PhysicalPlan plan, Function<TableScan, CatalogTable> tables) {
    if (!(plan instanceof Aggregate aggregate)
        || !aggregate.groupKeys().isEmpty()
        || aggregate.groupingSets().size() != 1
        || aggregate.calls().isEmpty()) {
      return plan;
    }
    Source source = source(aggregate.input());
    if (source == null
        || source.scan.filter().isPresent()
        || source.scan.limit().isPresent()
        || !aggregate.calls().stream().allMatch(MetadataAggregates::isKnownCall)) {
      return plan;
    }
    Optional<ExactFigures> figures =
        tables.apply(source.scan).exactFigures(source.scan.snapshotId());
    if (figures.isEmpty()) {
      return plan;
    }
    List<@Nullable Object> row = new ArrayList<>();
    for (AggregateCall call : aggregate.calls()) {
      Optional<Answer> answer = answer(call, source, figures.get());
      if (answer.isEmpty()) {
        return plan;
      }
      row.add(answer.get().value);
    }
    return new PhysicalPlan.Values(aggregate.output(), List.of(row));
  }

  /// @param value null = SQL's NULL
  private record Answer(@Nullable Object value) {}

  /// A scan and which of its columns the aggregate sees; -1 = a computed one.
  private record Source(TableScan scan, List<Integer> columns) {}

  private static @Nullable Source source(PhysicalPlan input) {
    if (input instanceof TableScan scan) {
      List<Integer> all = new ArrayList<>();
      for (int i = 0; i < scan.columns().size(); i++) {
        all.add(i);
      }
      return new Source(scan, all);
    }
    if (input instanceof Project project && source(project.input()) instanceof Source inner) {
      return new Source(
          inner.scan,
          project.expressions().stream()
              .map(e -> e instanceof InputRef ref ? inner.columns.get(ref.index()) : -1)
              .toList());
    }
    return null;
  }

  private static boolean isKnownCall(AggregateCall call) {
    return call.filter().isEmpty()
        && switch (call.function()) {
          case "count" -> !call.distinct() && call.arguments().size() <= 1;
          case "min", "max" -> call.arguments().size() == 1;
          default -> false;
        };
  }

  private static Optional<Answer> answer(AggregateCall call, Source source, ExactFigures figures) {
    if (call.arguments().isEmpty()) {
      return Optional.of(new Answer(figures.rows()));
    }
    int column = source.columns.get(call.arguments().getFirst());
    if (column < 0) {
      return Optional.empty();
    }
    Optional<ColumnStatistics> known = figures.column(source.scan.columns().get(column).fieldId());
    if (known.isEmpty()) {
      return Optional.empty();
    }
    long nulls = known.get().nullCount().getAsLong();
    if (call.function().equals("count")) {
      return Optional.of(new Answer(figures.rows() - nulls));
    }
    if (nulls == figures.rows()) {
      return Optional.of(new Answer(null));
    }
    Object bound = call.function().equals("min") ? known.get().lower() : known.get().upper();
    return bound == null ? Optional.empty() : Optional.of(new Answer(bound));
  }
}
