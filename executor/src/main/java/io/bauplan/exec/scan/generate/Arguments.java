package io.bauplan.exec.scan.generate;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;

/// A generator's arguments, checked.
record Arguments(String generator, Map<String, String> values) {

  static Arguments of(String generator, Map<String, String> values, List<String> known) {
    for (String name : values.keySet()) {
      if (!known.contains(name)) {
        throw new EngineException(
            ErrorCode.INVALID_ARGUMENT,
            generator + " has no argument \"" + name + "\"",
            null,
            "its arguments: " + String.join(", ", known),
            null);
      }
    }
    return new Arguments(generator, values);
  }

  long integer(String name, long otherwise, long min, long max) {
    String text = values.get(name);
    if (text == null) {
      return otherwise;
    }
    long value;
    try {
      value = new BigDecimal(text.strip()).longValueExact();
    } catch (ArithmeticException | NumberFormatException e) {
      throw wrong(name, text, "an integer");
    }
    if (value < min || value > max) {
      throw wrong(name, text, "between " + min + " and " + max);
    }
    return value;
  }

  double positive(String name, double otherwise, double max) {
    String text = values.get(name);
    if (text == null) {
      return otherwise;
    }
    double value;
    try {
      value = Double.parseDouble(text.strip());
    } catch (NumberFormatException e) {
      throw wrong(name, text, "a number");
    }
    if (!(value > 0 && value <= max)) {
      throw wrong(name, text, "above 0 and at most " + max);
    }
    return value;
  }

  private EngineException wrong(String name, String text, String must) {
    return new EngineException(
        ErrorCode.INVALID_ARGUMENT,
        "argument " + name + " of " + generator + " must be " + must + ", not \"" + text + "\"");
  }
}
