package io.bauplan.udf.environment;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A Python interpreter of this machine, as it described itself.
///
/// @param binary the real executable, never a shim or a link
/// @param version `3.11.7`
/// @param prefix the folder holding its standard library (`sys.base_prefix`)
/// @param implementation `cpython`
/// @param hasCtypes whether `ctypes` can be imported, which the sandbox needs
public record Interpreter(
    Path binary, String version, Path prefix, String implementation, boolean hasCtypes) {
  private static final String ONE = "\\s*(==|~=|!=|<=?|>=?)\\s*(\\d{1,3}(?:\\.\\d{1,3}){0,2})\\s*";
  private static final Pattern COMPARISON = Pattern.compile(ONE);
  private static final Pattern RANGE = Pattern.compile(ONE + "(?:," + ONE + ")*");

  /// Such as `CPython 3.11.7`.
  public String label() {
    return (implementation.equals("cpython") ? "CPython " : implementation + " ") + version;
  }

  /// The second number of the version: 11 of `3.11.7`.
  public int minor() {
    return Integer.parseInt(version.split("\\.")[1]);
  }

  /// Whether this is what `wanted` asks for: `3.11` takes any 3.11, `3.11.7` only that, and
  /// `>=3.10,<3.13` what lies between.
  public boolean matches(String wanted) {
    return RANGE.matcher(wanted).matches()
        ? Arrays.stream(wanted.split(",")).allMatch(part -> satisfies(part.strip()))
        : version.equals(wanted) || version.startsWith(wanted + ".");
  }

  private boolean satisfies(String comparison) {
    Matcher parts = COMPARISON.matcher(comparison);
    if (!parts.matches()) {
      return false;
    }
    int[] limit = numbers(parts.group(2));
    int[] own = Arrays.copyOf(numbers(version), limit.length);
    int order = Arrays.compare(own, limit);
    return switch (parts.group(1)) {
      case ">=" -> order >= 0;
      case "<=" -> order <= 0;
      case ">" -> order > 0;
      case "<" -> order < 0;
      case "!=" -> order != 0;
      case "~=" -> order >= 0 && own[0] == limit[0] && (limit.length < 3 || own[1] == limit[1]);
      default -> order == 0;
    };
  }

  private static int[] numbers(String version) {
    return Arrays.stream(version.split("\\.")).mapToInt(Integer::parseInt).toArray();
  }
}
