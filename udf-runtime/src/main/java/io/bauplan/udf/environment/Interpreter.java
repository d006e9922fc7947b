package io.bauplan.udf.environment;

import java.nio.file.Path;

/// A Python interpreter of this machine, as it described itself.
///
/// @param binary the real executable, never a shim or a link
/// @param version `3.11.7`
/// @param prefix the folder holding its standard library (`sys.base_prefix`)
/// @param implementation `cpython`
/// @param hasCtypes whether `ctypes` can be imported, which the sandbox needs
public record Interpreter(
    Path binary, String version, Path prefix, String implementation, boolean hasCtypes) {

  /// Such as `CPython 3.11.7`.
  public String label() {
    return (implementation.equals("cpython") ? "CPython " : implementation + " ") + version;
  }

  /// The second number of the version: 11 of `3.11.7`.
  public int minor() {
    return Integer.parseInt(version.split("\\.")[1]);
  }

  /// Whether this is what `wanted` asks for: `3.11` takes any 3.11, `3.11.7` only that.
  public boolean matches(String wanted) {
    return version.equals(wanted) || version.startsWith(wanted + ".");
  }
}
