package io.bauplan.udf.api;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// An environment that has been built and is used again.
///
/// @param requirements as they were asked for
/// @param resolvedAsOf day up to which the package index counted; empty = as it was when built
/// @param packages what was installed, as `name==version`
/// @param used when it was last used, to some minutes
public record KnownEnvironment(
    String key,
    String interpreter,
    List<String> requirements,
    Optional<String> resolvedAsOf,
    List<String> packages,
    Instant built,
    Instant used) {}
