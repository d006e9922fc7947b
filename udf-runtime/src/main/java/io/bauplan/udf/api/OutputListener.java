package io.bauplan.udf.api;

/// Receives a function's prints while it runs, one whole line at a time, from a runtime thread.
/// Lines are untrusted text: whoever shows them removes control characters.
public interface OutputListener {
  enum Stream {
    STDOUT,
    STDERR
  }

  void line(Stream stream, String text);

  OutputListener NONE = (stream, text) -> {};
}
