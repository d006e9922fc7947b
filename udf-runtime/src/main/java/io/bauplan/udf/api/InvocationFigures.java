package io.bauplan.udf.api;

import java.time.Duration;

/// Where the time and bytes of one invocation went.
///
/// @param interpreter what really ran, such as `CPython 3.11.7`
/// @param sandboxLevel `A` to `D` (see docs/function-runtime.md)
/// @param environment resolving and assembling the environment
/// @param transfer writing the inputs into shared memory
/// @param start from the request to the first line of the user's code
/// @param user time in the user's code
/// @param output converting and checking the result
public record InvocationFigures(
    String interpreter,
    String sandboxLevel,
    Duration environment,
    Duration transfer,
    Duration start,
    Duration user,
    Duration output,
    long inputRows,
    long inputBytes,
    long outputRows,
    long outputBytes) {}
