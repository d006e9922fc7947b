package io.bauplan.sql.logical;

import io.bauplan.sql.plan.Expression;
import io.bauplan.sql.plan.Expressions;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.PhysicalPlan.Filter;
import io.bauplan.sql.plan.PhysicalPlan.HashJoin;
import io.bauplan.sql.plan.PhysicalPlan.JoinKind;
import io.bauplan.sql.plan.PhysicalPlan.Project;
import io.bauplan.sql.plan.PhysicalPlan.TableScan;
import io.bauplan.sql.plan.ScanColumn;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/// Where a part of a plan has the rows of another part, but fewer of its columns (a total beside
/// the same figure by key), it takes them from there: what differs only because columns were pruned
/// can be computed once.
final class WiderSubplans {
  /// By how much less a part must give than it reads: what is shared is held in memory, and filters
  /// that a join finds out do not reach into it.
  private static final double LEAST_REDUCTION = 4;

  private static final int MAX_ROUNDS = 8;

  private final List<PhysicalPlan> candidates;

  private WiderSubplans(List<PhysicalPlan> candidates) {
    this.candidates = candidates;
  }

  /// The plan, in which narrower parts are projections of the widest one with the same rows.
  static PhysicalPlan reuse(PhysicalPlan plan) {
    PhysicalPlan reused = plan;
    for (int round = 0; round < MAX_ROUNDS; round++) {
      List<PhysicalPlan> candidates = new ArrayList<>();
      SharedSubplans.visit(
          reused,
          node -> {
            if ((node instanceof HashJoin || node instanceof Project)
                && SharedSubplans.isWorthIt(node)
                && SharedSubplans.rows(node) * LEAST_REDUCTION <= rowsRead(node)
                && !candidates.contains(node)) {
              candidates.add(node);
            }
          });
      PhysicalPlan next = new WiderSubplans(candidates).replace(reused);
      if (next == reused) {
        return reused;
      }
      reused = next;
    }
    return reused;
  }

  private static double rowsRead(PhysicalPlan node) {
    return node.inputs().isEmpty()
        ? SharedSubplans.rows(node)
        : node.inputs().stream().mapToDouble(WiderSubplans::rowsRead).sum();
  }

  private PhysicalPlan replace(PhysicalPlan node) {
    if (candidates.contains(node)) {
      for (PhysicalPlan wide : candidates) {
        if (wide.output().size() > node.output().size()) {
          Optional<int[]> columns = columns(wide, node);
          if (columns.isPresent()) {
            List<Expression> references = new ArrayList<>();
            for (int column : columns.get()) {
              references.add(Projections.reference(wide.output(), column));
            }
            return new Project(wide, references, node.output());
          }
        }
      }
    }
    return SharedSubplans.withRunOnce(node, this::replace);
  }

  /// Where the columns of `narrow` are among those of `wide`; empty where its rows are others, or
  /// are not known to be the same.
  static Optional<int[]> columns(PhysicalPlan wide, PhysicalPlan narrow) {
    if (wide.equals(narrow)) {
      return Optional.of(IntStream.range(0, wide.output().size()).toArray());
    }
    return switch (narrow) {
      case TableScan n when wide instanceof TableScan w -> scan(w, n);
      case Filter n when wide instanceof Filter w ->
          columns(w.input(), n.input())
              .filter(at -> w.predicate().equals(Expressions.remap(n.predicate(), i -> at[i])));
      case Project n when wide instanceof Project w ->
          columns(w.input(), n.input()).flatMap(at -> projected(w, n, at));
      case HashJoin n when wide instanceof HashJoin w -> join(w, n);
      default -> Optional.empty();
    };
  }

  private static Optional<int[]> scan(TableScan wide, TableScan narrow) {
    if (!wide.table().equals(narrow.table())
        || wide.snapshotId() != narrow.snapshotId()
        || !wide.files().equals(narrow.files())
        || wide.limit().isPresent()
        || narrow.limit().isPresent()
        || wide.filter().isPresent() != narrow.filter().isPresent()) {
      return Optional.empty();
    }
    List<ScanColumn> all = new ArrayList<>(wide.columns());
    all.addAll(wide.filterColumns());
    List<ScanColumn> asked = new ArrayList<>(narrow.columns());
    asked.addAll(narrow.filterColumns());
    int[] at = asked.stream().mapToInt(all::indexOf).toArray();
    int kept = narrow.columns().size();
    for (int i = 0; i < at.length; i++) {
      if (at[i] < 0 || i < kept && at[i] >= wide.columns().size()) {
        return Optional.empty();
      }
    }
    return wide.filter().equals(narrow.filter().map(f -> Expressions.remap(f, i -> at[i])))
        ? Optional.of(java.util.Arrays.copyOf(at, kept))
        : Optional.empty();
  }

  private static Optional<int[]> projected(Project wide, Project narrow, int[] at) {
    int[] columns =
        narrow.expressions().stream()
            .mapToInt(e -> wide.expressions().indexOf(Expressions.remap(e, i -> at[i])))
            .toArray();
    return IntStream.of(columns).allMatch(column -> column >= 0)
        ? Optional.of(columns)
        : Optional.empty();
  }

  private static Optional<int[]> join(HashJoin wide, HashJoin narrow) {
    if (wide.kind() != narrow.kind()
        || narrow.kind() == JoinKind.MARK
        || !wide.nullSafe().equals(narrow.nullSafe())
        || wide.residual().isPresent() != narrow.residual().isPresent()) {
      return Optional.empty();
    }
    Optional<int[]> left = columns(wide.left(), narrow.left());
    Optional<int[]> right = left.isEmpty() ? left : columns(wide.right(), narrow.right());
    if (left.isEmpty() || right.isEmpty()) {
      return Optional.empty();
    }
    int[] both = both(left.get(), right.get(), wide.left().output().size());
    boolean same =
        wide.leftKeys().equals(narrow.leftKeys().stream().map(k -> left.get()[k]).toList())
            && wide.rightKeys()
                .equals(narrow.rightKeys().stream().map(k -> right.get()[k]).toList())
            && wide.residual()
                .equals(narrow.residual().map(e -> Expressions.remap(e, i -> both[i])));
    if (!same) {
      return Optional.empty();
    }
    return Optional.of(
        switch (wide.kind()) {
          case INNER, LEFT, RIGHT, FULL -> both;
          case SEMI, ANTI, MARK -> left.get();
          case RIGHT_SEMI, RIGHT_ANTI -> right.get();
        });
  }

  private static int[] both(int[] left, int[] right, int leftSize) {
    return IntStream.concat(IntStream.of(left), IntStream.of(right).map(i -> i + leftSize))
        .toArray();
  }
}
