package io.bauplan.exec.operator;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.batch.Vector;
import io.bauplan.exec.expression.Literals;
import io.bauplan.exec.expression.Register;
import io.bauplan.exec.expression.RegisterLoader;
import io.bauplan.exec.operator.aggregate.GroupTable;
import io.bauplan.exec.scan.BatchReader;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.Expression;
import io.bauplan.sql.plan.PhysicalPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.arrow.memory.BufferAllocator;

/// Nodes that run plans of their own, again and again: WITH RECURSIVE, and what decorrelation left
/// over. They run on a waiting thread; the plans run on the pool.
final class NestedPlans {
  private static final int MAX_ROUNDS = 100_000;

  private final PlanCompiler compiler;
  private final QueryContext query;
  private final BufferAllocator allocator;

  NestedPlans(PlanCompiler compiler, QueryContext query, BufferAllocator allocator) {
    this.compiler = compiler;
    this.query = query;
    this.allocator = allocator;
  }

  /// All rows of a recursive query, in batches owned by the query.
  List<Batch> recurse(PhysicalPlan.RecursiveUnion node) {
    List<Batch> all = new ArrayList<>();
    GroupTable seen =
        node.all()
            ? null
            : query.own(
                new GroupTable(
                    node.output().columns().stream().map(Column::type).toList(), allocator));
    Function<Batch, Batch> kept =
        rows -> query.own(seen == null ? BatchGather.copy(rows, allocator) : fresh(rows, seen));
    Batch round = compiler.run(node.seed(), Map.of(), Map.of(), kept);
    for (int i = 0; ; i++) {
      if (round.rowCount() == 0) {
        return all;
      }
      if (i == MAX_ROUNDS) {
        throw new EngineException(
            ErrorCode.TOO_MANY,
            "WITH RECURSIVE " + node.name() + " did not end after " + MAX_ROUNDS + " rounds",
            null,
            "Give its second part a condition that ends it.",
            null);
      }
      all.add(round);
      round = compiler.run(node.step(), Map.of(node.name(), round), Map.of(), kept);
    }
  }

  /// Rows not seen before, without duplicates.
  private Batch fresh(Batch round, GroupTable seen) {
    int count = round.rowCount();
    Register[] keys = new Register[round.columnCount()];
    for (int c = 0; c < keys.length; c++) {
      keys[c] = new Register(round.column(c).type());
      RegisterLoader.load(round.column(c), keys[c], null, count, round.vectorLength());
    }
    int known = seen.size();
    int[] groups = new int[count];
    seen.lookup(keys, null, count, groups);
    int[] rows = new int[count];
    int kept = 0;
    for (int i = 0; i < count; i++) {
      if (groups[i] >= known) {
        rows[kept++] = i;
        known = groups[i] + 1;
      }
    }
    return new Batch(BatchGather.gather(round, rows, kept, allocator), kept);
  }

  /// For each left row the right plan's rows with the row's columns bound, in batches owned by the
  /// query.
  List<Batch> correlate(PhysicalPlan.Correlate node, Batch left) {
    List<FlatVector> columns = new ArrayList<>();
    for (Vector column : left.columns()) {
      columns.add(query.own(column.flatten(allocator)));
    }
    JoinedRows joined = query.own(new JoinedRows(node, left, query, allocator));
    for (int row = 0; row < left.rowCount(); row++) {
      query.check();
      List<Expression.Literal> bound = new ArrayList<>();
      for (FlatVector column : columns) {
        bound.add(new Expression.Literal(Literals.value(column, row), column.type()));
      }
      int at = row;
      compiler.run(
          node.right(),
          Map.of(),
          Map.of(node.correlationId(), bound),
          right -> {
            joined.add(at, right);
            return true;
          });
    }
    return joined.finish();
  }

  /// Gives batches out in slices. Borrows them.
  static BatchReader reader(List<Batch> batches) {
    List<BatchReader> readers = new ArrayList<>();
    for (Batch batch : batches) {
      readers.add(new SliceReader(batch));
    }
    int[] at = {0};
    return Readers.of(
        () -> {
          while (at[0] < readers.size()) {
            Batch batch = readers.get(at[0]).next();
            if (batch != null) {
              return batch;
            }
            at[0]++;
          }
          return null;
        },
        () -> {});
  }
}
