package io.bauplan.exec.expression;

import io.bauplan.exec.batch.Batch;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.DataType;
import java.time.ZoneId;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/// Conversions from and to text, dates and times.
final class ScalarCastNode extends Node {
  private final Node operand;
  private final boolean safe;
  private final ZoneId zone;
  private final ByteArena arena;

  ScalarCastNode(Node operand, DataType type, boolean safe, ZoneId zone, BufferAllocator allocator) {
    super(type);
    this.operand = operand;
    this.safe = safe;
    this.zone = zone;
    this.arena = new ByteArena(allocator);
  }

  @Override
  Register compute(Batch batch, int @Nullable [] rows, int count) {
    throw new EngineException(
        ErrorCode.NOT_SUPPORTED,
        "CAST from " + operand.type().sql() + " to " + type().sql() + " " + safe + zone);
  }

  @Override
  void release() {
    operand.close();
    arena.close();
  }
}
