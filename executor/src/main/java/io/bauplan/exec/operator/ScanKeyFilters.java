package io.bauplan.exec.operator;

import io.bauplan.sql.plan.Expression;
import io.bauplan.sql.plan.PhysicalPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;

/// The join key filters that reach one scan: as a condition that prunes row groups, and for single
/// rows as long as they leave out enough of them.
final class ScanKeyFilters {
  /// Rows looked at before it is judged whether testing each row pays.
  private static final long TRIAL_ROWS = 32_768;

  /// Above this share of rows that pass it does not.
  private static final double WORTHLESS_SHARE = 0.8;

  /// The keys that one column can have, with how many rows they were tested on. Thread-safe.
  static final class Keys {
    private final int column;
    private final KeySet set;
    private final LongAdder seen = new LongAdder();
    private final LongAdder passed = new LongAdder();
    private volatile boolean pays = true;

    private Keys(int column, KeySet set) {
      this.column = column;
      this.set = set;
    }

    /// The scan's column.
    int column() {
      return column;
    }

    KeySet set() {
      return set;
    }

    /// Whether testing each row still leaves out enough of them.
    boolean pays() {
      return pays;
    }

    /// The share of rows that pass, as far as is known.
    double share() {
      long all = seen.sum();
      return all < TRIAL_ROWS ? 1 : (double) passed.sum() / all;
    }

    void count(int tested, int kept) {
      seen.add(tested);
      passed.add(kept);
      long all = seen.sum();
      pays = all <= TRIAL_ROWS || passed.sum() <= all * WORTHLESS_SHARE;
    }
  }

  private final List<JoinKeyFilter.Target> targets;
  private List<Keys> keys = List.of();
  private boolean rejectsAll;

  ScanKeyFilters(List<JoinKeyFilter.Target> targets) {
    this.targets = targets;
  }

  /// Looks at what is known when the scan's pipeline starts.
  PhysicalPlan.TableScan start(PhysicalPlan.TableScan scan) {
    List<Expression> conditions = new ArrayList<>();
    List<Keys> found = new ArrayList<>();
    for (JoinKeyFilter.Target target : targets) {
      rejectsAll |= target.filter().rejectsAll();
      target
          .filter()
          .condition(target.column(), scan.columns().get(target.column()).column())
          .ifPresent(conditions::add);
      KeySet set = target.filter().keys();
      if (set != null) {
        found.add(new Keys(target.column(), set));
      }
    }
    keys = List.copyOf(found);
    if (conditions.isEmpty()) {
      return scan;
    }
    Expression all =
        conditions.size() == 1 ? conditions.getFirst() : new Expression.And(conditions);
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

  /// What single rows are tested on.
  List<Keys> keys() {
    return keys;
  }
}
