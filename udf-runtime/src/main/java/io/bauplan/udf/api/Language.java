package io.bauplan.udf.api;

/// The language a function's body is written in.
public enum Language {
  PYTHON,
  JAVA
}
