package io.bauplan.sql.project;

/// `pip={"pandas": "2.0"}` as PEP 508.
final class Requirements {
  private Requirements() {}

  /// A bare version pins; one with an operator is kept; an empty one leaves the choice to the
  /// resolver.
  static String of(String name, String version) {
    String trimmed = version.trim();
    if (trimmed.isEmpty() || trimmed.equals("*")) {
      return name;
    }
    return Character.isDigit(trimmed.charAt(0)) ? name + "==" + trimmed : name + trimmed;
  }
}
