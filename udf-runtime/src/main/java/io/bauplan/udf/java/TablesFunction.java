package io.bauplan.udf.java;

import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;

/// A Java table function of several arguments.
public interface TablesFunction {
  /// Computes the result; as [TableFunction#apply] for who owns what.
  ///
  /// @param arguments in declaration order: a `VectorSchemaRoot` per table; a `Boolean`, `Long`,
  /// `Double`, `BigDecimal`, `String`, `byte[]`, `LocalDate`, `LocalDateTime`, `Instant` or null
  /// per scalar
  VectorSchemaRoot apply(List<@Nullable Object> arguments, BufferAllocator allocator)
      throws Exception;
}
