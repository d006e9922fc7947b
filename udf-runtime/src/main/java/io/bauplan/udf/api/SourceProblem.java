package io.bauplan.udf.api;

/// Something wrong in a user's file, with its place.
///
/// @param line 1-based
/// @param column 1-based, in characters
/// @param message what is wrong, one sentence
/// @param remedy what to do; may be empty
public record SourceProblem(String path, int line, int column, String message, String remedy) {}
