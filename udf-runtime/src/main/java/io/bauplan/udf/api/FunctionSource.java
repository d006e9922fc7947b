package io.bauplan.udf.api;

/// Where a function's code is, for messages that point into the user's file.
///
/// @param file the name shown in tracebacks: a path relative to the project, or `<function f>`
/// @param text the whole text of that file (or of the `$$` body)
/// @param firstLine 1-based line of `file` at which `text` begins
public record FunctionSource(String file, String text, int firstLine) {}
