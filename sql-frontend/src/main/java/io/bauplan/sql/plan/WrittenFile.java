package io.bauplan.sql.plan;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a worker reports of one data file it wrote: exactly what an Iceberg manifest needs.
///
/// @param partition one value per partition field, as in [Expression.Literal] (after the transform)
/// @param lowerBounds Iceberg single-value serialisation by field id, likewise `upperBounds`
public record WrittenFile(
    String location,
    long sizeBytes,
    long recordCount,
    List<@Nullable Object> partition,
    Map<Integer, Long> columnSizes,
    Map<Integer, Long> valueCounts,
    Map<Integer, Long> nullCounts,
    Map<Integer, Long> nanCounts,
    Map<Integer, byte[]> lowerBounds,
    Map<Integer, byte[]> upperBounds,
    List<Long> splitOffsets) {}
