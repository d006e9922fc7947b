package io.bauplan.exec.expression;

import io.bauplan.exec.batch.Batch;
import io.bauplan.sql.plan.DataType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// `operand IN (constants)`: a short list is compared value by value, a longer one is hashed.
final class InListNode extends Node {
  private static final int MAX_LINEAR = 4;

  private final Node operand;
  private final List<LiteralNode> values;
  private final boolean negated;
  private final int[] table;
  private final long[] hashes;

  InListNode(Node operand, List<LiteralNode> values, boolean negated) {
    super(DataType.BOOLEAN);
    this.operand = operand;
    this.values = List.copyOf(values);
    this.negated = negated;
    int size = Integer.highestOneBit(Math.max(values.size(), 4)) * 4;
    this.table = new int[size];
    this.hashes = new long[values.size()];
    for (int i = 0; i < values.size(); i++) {
      long hash = Keys.hash(values.get(i).one, 0);
      hashes[i] = hash;
      int slot = (int) hash & size - 1;
      while (table[slot] != 0) {
        slot = slot + 1 & size - 1;
      }
      table[slot] = i + 1;
    }
  }

  @Override
  Register compute(Batch batch, int @Nullable [] rows, int count) {
    Register in = operand.evaluate(batch, rows, count);
    int length = batch.vectorLength();
    out.reset(length);
    out.copyNulls(in, rows, count, length);
    if (in.kind == Register.Kind.LONG && values.size() <= MAX_LINEAR) {
      linear(in.longs, rows, count);
      return out;
    }
    for (int i = 0; i < count; i++) {
      int row = rows == null ? i : rows[i];
      out.longs[row] = !in.isNull(row) && contains(in, row) != negated ? 1 : 0;
    }
    return out;
  }

  private void linear(long[] in, int @Nullable [] rows, int count) {
    long[] wanted = new long[values.size()];
    for (int i = 0; i < wanted.length; i++) {
      wanted[i] = values.get(i).one.longs[0];
    }
    for (int i = 0; i < count; i++) {
      int row = rows == null ? i : rows[i];
      boolean found = false;
      for (long value : wanted) {
        found |= in[row] == value;
      }
      out.longs[row] = found != negated ? 1 : 0;
    }
  }

  private boolean contains(Register in, int row) {
    long hash = Keys.hash(in, row);
    int slot = (int) hash & table.length - 1;
    while (table[slot] != 0) {
      int index = table[slot] - 1;
      if (hashes[index] == hash && Keys.equal(in, row, values.get(index).one, 0)) {
        return true;
      }
      slot = slot + 1 & table.length - 1;
    }
    return false;
  }

  @Override
  void release() {
    operand.close();
    values.forEach(LiteralNode::close);
  }
}
