package io.bauplan.exec.operator;

import io.bauplan.exec.worker.QueryFigures.OperatorFigures;
import io.bauplan.sql.plan.PhysicalPlan;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/// Counters of one plan node, added to by all threads.
public final class NodeFigures {
  private final PhysicalPlan node;
  public final LongAdder rows = new LongAdder();
  public final LongAdder nanos = new LongAdder();
  private final Map<String, LongAdder> details = new ConcurrentHashMap<>();

  public NodeFigures(PhysicalPlan node) {
    this.node = node;
  }

  public LongAdder detail(String name) {
    return details.computeIfAbsent(name, ignored -> new LongAdder());
  }

  public OperatorFigures snapshot() {
    Map<String, Long> values = new java.util.TreeMap<>();
    details.forEach((name, adder) -> values.put(name, adder.sum()));
    return new OperatorFigures(node, rows.sum(), nanos.sum(), values);
  }
}
