package io.bauplan.udf.api;

import java.util.Optional;
import org.apache.arrow.vector.types.pojo.Field;

/// A declared result column.
///
/// @param lineage `"data.id"` where the function promises to pass that input column through
///     unchanged
public record OutputColumn(Field field, Optional<String> lineage) {}
