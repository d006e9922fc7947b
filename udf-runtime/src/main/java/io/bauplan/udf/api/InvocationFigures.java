package io.bauplan.udf.api;

import java.time.Duration;

/// Where the time and bytes of one invocation went.
///
/// @param interpreter what really ran, such as `CPython 3.11.7`
/// @param sandboxLevel `A` to `D` (see docs/function-runtime.md)
/// @param path `zygote`, or `direct` with the reason in parentheses
/// @param environment resolving and assembling the environment
/// @param transfer writing the inputs into shared memory
/// @param start from the request to the first line of the user's code
/// @param imports the last part of `start`: importing what the function needs, mapping its inputs
/// @param user time in the user's code
/// @param output converting and checking the result
/// @param inputBytes of all tables that the function was given
/// @param copiedBytes of these that were copied for this call; the others lay in shared memory
/// @param passedBytes of the result that lie where the function was given them
public record InvocationFigures(
    String interpreter,
    String sandboxLevel,
    String path,
    Duration environment,
    Duration transfer,
    Duration start,
    Duration imports,
    Duration user,
    Duration output,
    long inputRows,
    long inputBytes,
    long copiedBytes,
    long outputRows,
    long outputBytes,
    long passedBytes) {}
