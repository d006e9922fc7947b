package io.bauplan.exec.fallback;

import java.time.ZoneId;
import org.apache.arrow.memory.BufferAllocator;

/// What running code gets from its query.
///
/// @param allocator every vector of a result comes from it
/// @param zone session time zone
public record FallbackContext(BufferAllocator allocator, ZoneId zone) {}
