package io.bauplan.udf.api;

import io.bauplan.udf.shm.SegmentTable;
import java.util.Iterator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/// The argument of one parameter.
public sealed interface InvocationInput {
  /// A table that the runtime drains once, in order, into one shared-memory record batch. The
  /// iterator owns each root it returns until its next call or its end.
  record Table(Schema schema, Iterator<VectorSchemaRoot> batches) implements InvocationInput {}

  /// A table that already lies in shared memory; borrowed for the time of the call, never copied.
  record Shared(SharedTable table) implements InvocationInput {}

  /// Columns in segments of shared memory, each mapped by itself; borrowed for the time of the
  /// call, never copied. Only where [FunctionRuntime#mapsColumns] says so.
  record Columns(SegmentTable table) implements InvocationInput {}

  /// Rows of a session, which come part by part ([FunctionRuntime#open]).
  record Stream(Schema schema) implements InvocationInput {}

  /// A scalar: Boolean, Long, Double, BigDecimal, String, byte[], LocalDate, LocalDateTime,
  /// Instant.
  record Value(@Nullable Object value) implements InvocationInput {}
}
