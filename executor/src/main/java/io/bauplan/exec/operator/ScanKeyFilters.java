package io.bauplan.exec.operator;

import io.bauplan.sql.plan.Expression;
import io.bauplan.sql.plan.PhysicalPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// The join key filters that reach one scan: as a condition that prunes row groups, and for single
/// rows as long as they leave out enough of them.
final class ScanKeyFilters {
  /// Rows looked at before it is judged whether testing each row pays.
  private static final long TRIAL_ROWS = 32_768;

  /// Above this share of rows that pass it does not.
  private static final double WORTHLESS_SHARE = 0.8;

  private final List<JoinKeyFilter.Target> targets;
  private final AtomicLong seen = new AtomicLong();
  private final AtomicLong passed = new AtomicLong();
  private @Nullable Expression condition;
  private boolean rejectsAll;

  ScanKeyFilters(List<JoinKeyFilter.Target> targets) {
    this.targets = targets;
  }

  /// Looks at what is known when the scan's pipeline starts.
  PhysicalPlan.TableScan start(PhysicalPlan.TableScan scan) {
    List<Expression> conditions = new ArrayList<>();
    for (JoinKeyFilter.Target target : targets) {
      rejectsAll |= target.filter().rejectsAll();
      target
          .filter()
          .condition(target.column(), scan.columns().get(target.column()).column())
          .ifPresent(conditions::add);
    }
    if (conditions.isEmpty()) {
      return scan;
    }
    Expression all =
        conditions.size() == 1 ? conditions.getFirst() : new Expression.And(conditions);
    condition = all;
    return new PhysicalPlan.TableScan(
        scan.table(),
        scan.snapshotId(),
        scan.columns(),
        scan.filterColumns(),
        Optional.of(
            scan.filter().<Expression>map(f -> new Expression.And(List.of(f, all))).orElse(all)),
        scan.files(),
        scan.limit(),
        scan.estimatedRows());
  }

  boolean rejectsAll() {
    return rejectsAll;
  }

  /// What the rows must satisfy; null = nothing.
  @Nullable Expression condition() {
    return condition;
  }

  /// Whether testing each row still leaves out enough of them.
  boolean pay() {
    return seen.get() <= TRIAL_ROWS || passed.get() <= seen.get() * WORTHLESS_SHARE;
  }

  void count(int tested, int kept) {
    seen.addAndGet(tested);
    passed.addAndGet(kept);
  }
}
