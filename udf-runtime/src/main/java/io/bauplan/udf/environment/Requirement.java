package io.bauplan.udf.environment;

import io.bauplan.udf.api.EnvironmentFailure;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// One PEP 508 requirement, checked so far that it cannot be mistaken for an installer's option.
///
/// @param text as it is given to the installer
/// @param name the normalised project name (PEP 503)
public record Requirement(String text, String name) {
  private static final Pattern SHAPE =
      Pattern.compile("\\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\\s*(\\[[^\\]]*\\])?(.*)");
  private static final Pattern PIN = Pattern.compile("\\s*={2,3}\\s*[^\\s,;*]+\\s*(;.*)?");
  private static final int MAX_CHARACTERS = 1000;

  /// Reads what a user wrote.
  public static Requirement parse(String written) throws EnvironmentException {
    String text = written.strip();
    Matcher shape = SHAPE.matcher(text);
    // A dollar sign would make the installer read a variable of the engine's own environment.
    boolean control = text.chars().anyMatch(c -> c < ' ' || c == '$');
    if (control || text.length() > MAX_CHARACTERS || !shape.matches()) {
      throw new EnvironmentException(
          new EnvironmentFailure(
              EnvironmentFailure.Reason.UNKNOWN_PACKAGE,
              written,
              "'%s' is no package requirement; write for example pandas==2.0"
                  .formatted(text.isEmpty() ? "(empty)" : text)));
    }
    return new Requirement(text, normalise(shape.group(1)));
  }

  /// Whether one exact version is asked for.
  public boolean isPinned() {
    Matcher shape = SHAPE.matcher(text);
    return shape.matches() && PIN.matcher(shape.group(3)).matches();
  }

  static String normalise(String name) {
    return name.replaceAll("[-_.]+", "-").toLowerCase(Locale.ROOT);
  }
}
