package io.bauplan.exec.operator;

import io.bauplan.exec.worker.QueryFigures.OperatorFigures;
import io.bauplan.sql.plan.PhysicalPlan;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;
import org.apache.arrow.memory.BufferAllocator;

/// Counters of one plan node, added to by all threads.
public final class NodeFigures {
  /// Of a node that spilled, as on disk.
  public static final String BYTES_SPILLED = "bytesSpilled";

  public static final String FILES_SPILLED = "filesSpilled";

  private final PhysicalPlan node;
  public final LongAdder rows = new LongAdder();
  public final LongAdder nanos = new LongAdder();
  private final Map<String, LongAdder> details = new ConcurrentHashMap<>();
  private final Queue<BufferAllocator> allocators = new ConcurrentLinkedQueue<>();
  private final LongAccumulator peak = new LongAccumulator(Math::max, 0);

  public NodeFigures(PhysicalPlan node) {
    this.node = node;
  }

  /// Counts what the node holds in this allocator, until the result is closed.
  AutoCloseable memory(BufferAllocator allocator) {
    allocators.add(allocator);
    return () -> {
      peak.accumulate(allocator.getPeakMemoryAllocation());
      allocators.remove(allocator);
    };
  }

  public LongAdder detail(String name) {
    return details.computeIfAbsent(name, ignored -> new LongAdder());
  }

  public OperatorFigures snapshot() {
    Map<String, Long> values = new java.util.TreeMap<>();
    details.forEach((name, adder) -> values.put(name, adder.sum()));
    allocators.forEach(allocator -> peak.accumulate(allocator.getPeakMemoryAllocation()));
    return new OperatorFigures(node, rows.sum(), nanos.sum(), peak.get(), values);
  }
}
