package io.bauplan.udf.api;

import java.math.BigInteger;
import java.util.List;
import java.util.Map;

/// A literal in a Python source, with the place where it stands (1-based).
public sealed interface PythonLiteral {
  int line();

  int column();

  record Text(String value, int line, int column) implements PythonLiteral {}

  record Whole(BigInteger value, int line, int column) implements PythonLiteral {}

  record Real(double value, int line, int column) implements PythonLiteral {}

  record Truth(boolean value, int line, int column) implements PythonLiteral {}

  record None(int line, int column) implements PythonLiteral {}

  /// A list, tuple or set.
  record Sequence(List<PythonLiteral> values, int line, int column) implements PythonLiteral {
    public Sequence {
      values = List.copyOf(values);
    }
  }

  /// A dict with text keys, in the order the user wrote them.
  record Mapping(Map<String, PythonLiteral> values, int line, int column)
      implements PythonLiteral {}
}
