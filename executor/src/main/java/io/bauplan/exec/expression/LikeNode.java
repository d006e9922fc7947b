package io.bauplan.exec.expression;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.memory.Memory;
import io.bauplan.sql.plan.DataType;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/// `operand [I]LIKE pattern`. The pattern is parsed once while it stays the same.
final class LikeNode extends Node {
  private final Node operand;
  private final Node pattern;
  private final String escape;
  private final boolean caseSensitive;
  private final boolean negated;
  private final ByteArena scratch;
  private @Nullable String parsedText;
  private @Nullable LikePattern parsed;

  LikeNode(
      Node operand,
      Node pattern,
      String escape,
      boolean caseSensitive,
      boolean negated,
      BufferAllocator allocator) {
    super(DataType.BOOLEAN);
    this.operand = operand;
    this.pattern = pattern;
    this.escape = escape;
    this.caseSensitive = caseSensitive;
    this.negated = negated;
    this.scratch = new ByteArena(allocator);
  }

  @Override
  Register compute(Batch batch, int @Nullable [] rows, int count) {
    Register text = operand.evaluate(batch, rows, count);
    Register patterns = pattern.evaluate(batch, rows, count);
    int length = batch.vectorLength();
    out.reset(length);
    out.unionNulls(text, patterns, rows, count, length);
    boolean constant = pattern instanceof LiteralNode;
    LikePattern current = null;
    for (int i = 0; i < count; i++) {
      int row = rows == null ? i : rows[i];
      if (out.isNull(row)) {
        continue;
      }
      if (current == null || !constant) {
        current = parse(Bytes.string(patterns.longs[row], patterns.lengths[row]));
      }
      boolean match =
          caseSensitive
              ? current.matches(text.longs[row], text.lengths[row])
              : matchesLower(current, text.longs[row], text.lengths[row]);
      out.longs[row] = match != negated ? 1 : 0;
    }
    return out;
  }

  private LikePattern parse(String pattern) {
    LikePattern known = parsed;
    if (known != null && pattern.equals(parsedText)) {
      return known;
    }
    parsedText = pattern;
    LikePattern fresh =
        caseSensitive
            ? LikePattern.parse(pattern, escape)
            : LikePattern.parse(pattern.toLowerCase(Locale.ROOT), escape.toLowerCase(Locale.ROOT));
    parsed = fresh;
    return fresh;
  }

  private boolean matchesLower(LikePattern like, long text, int length) {
    byte[] lower =
        Bytes.string(text, length).toLowerCase(Locale.ROOT).getBytes(StandardCharsets.UTF_8);
    scratch.reset();
    long copy = scratch.allocate(lower.length);
    Memory.copy(lower, 0, copy, lower.length);
    return like.matches(copy, lower.length);
  }

  @Override
  void release() {
    operand.close();
    pattern.close();
    scratch.close();
  }
}
