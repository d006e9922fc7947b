package io.bauplan.exec.expression;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.batch.VectorBuilder;
import io.bauplan.sql.plan.DataType;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/// Searched CASE: each row is evaluated by the branch it takes and by no other.
final class CaseNode extends Node {
  private final List<Node> conditions;
  private final List<Node> results;
  private final BufferAllocator allocator;
  private int[] open = {};
  private int[] taken = {};
  private @Nullable FlatVector merged;

  /// @param results one per condition, then ELSE
  CaseNode(List<Node> conditions, List<Node> results, DataType type, BufferAllocator allocator) {
    super(type);
    this.conditions = List.copyOf(conditions);
    this.results = List.copyOf(results);
    this.allocator = allocator;
  }

  @Override
  Register compute(Batch batch, int @Nullable [] rows, int count) {
    int length = batch.vectorLength();
    open = Rows.ensure(open, length);
    taken = Rows.ensure(taken, length);
    out.reset(length);
    if (isChoiceOfTwo()) {
      choose(batch, rows, count);
      return out;
    }
    if (out.kind == Register.Kind.DECIMAL) {
      // Rows that no branch has reached yet must not be extended from rubbish.
      Arrays.fill(out.longs, 0, length, 0);
    }
    int left = count;
    for (int i = 0; i < count; i++) {
      open[i] = rows == null ? i : rows[i];
    }
    int[] branch = out.kind == Register.Kind.NESTED ? new int[length] : taken;
    // What a branch gave may be another node's register: it was computed for all rows before.
    Register[] given = new Register[results.size()];
    if (out.kind == Register.Kind.NESTED) {
      Arrays.fill(branch, -1);
    }
    for (int b = 0; b < results.size() && left > 0; b++) {
      int hits = left;
      int[] hitRows = open;
      if (b < conditions.size()) {
        // The first one sees the rows as they came: what it computes may serve others.
        hits = conditions.get(b).selectTrue(batch, b == 0 ? rows : open, left, taken);
        hitRows = taken;
        left = Rows.minus(open, left, taken, hits, open);
      }
      if (hits == 0) {
        continue;
      }
      Register values = results.get(b).evaluate(batch, hitRows, hits);
      given[b] = values;
      if (out.kind == Register.Kind.NESTED) {
        for (int i = 0; i < hits; i++) {
          branch[hitRows[i]] = b;
        }
      } else {
        out.copyFrom(values, hitRows, hits, length);
      }
    }
    if (out.kind == Register.Kind.NESTED) {
      mergeNested(branch, given, length);
    }
    return out;
  }

  /// Whether this is one of two constant numbers, as in `SUM(CASE WHEN x THEN 1 ELSE 0 END)`.
  private boolean isChoiceOfTwo() {
    return conditions.size() == 1
        && out.kind == Register.Kind.LONG
        && results.getFirst() instanceof LiteralNode first
        && results.getLast() instanceof LiteralNode last
        && !first.isNull()
        && !last.isNull();
  }

  private void choose(Batch batch, int @Nullable [] rows, int count) {
    long hit = ((LiteralNode) results.getFirst()).one.longs[0];
    long other = ((LiteralNode) results.getLast()).one.longs[0];
    int hits = conditions.getFirst().selectTrue(batch, rows, count, taken);
    long[] to = out.longs;
    if (rows == null) {
      Arrays.fill(to, 0, count, other);
    } else {
      for (int i = 0; i < count; i++) {
        to[rows[i]] = other;
      }
    }
    for (int i = 0; i < hits; i++) {
      to[taken[i]] = hit;
    }
  }

  private void mergeNested(int[] branch, Register[] given, int length) {
    closeMerged();
    try (VectorBuilder builder = new VectorBuilder(type(), length, allocator)) {
      for (int row = 0; row < length; row++) {
        Register values = branch[row] < 0 ? null : given[branch[row]];
        if (values == null || values.isNull(row) || values.vector == null) {
          builder.appendNull();
        } else {
          builder.appendFrom(Objects.requireNonNull(values.vector), row);
        }
      }
      merged = builder.build();
    }
    RegisterLoader.load(merged, out, null, length, length);
  }

  private void closeMerged() {
    if (merged != null) {
      merged.close();
      merged = null;
    }
  }

  @Override
  void release() {
    conditions.forEach(Node::close);
    results.forEach(Node::close);
    closeMerged();
  }
}
