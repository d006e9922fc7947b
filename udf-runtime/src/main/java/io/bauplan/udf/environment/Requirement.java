package io.bauplan.udf.environment;

import io.bauplan.udf.api.EnvironmentFailure;
import java.net.URI;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// One PEP 508 requirement, checked so far that it cannot be mistaken for an installer's option.
///
/// @param text as it is given to the installer
/// @param name the normalised project name (PEP 503)
public record Requirement(String text, String name) implements Comparable<Requirement> {
  private static final String VERSION = "(?:===?|~=|!=|<=?|>=?)\\s*[^\\s,;()=<>!~@]+";
  private static final String VERSIONS =
      "\\(?\\s*(?:" + VERSION + "(?:\\s*,\\s*" + VERSION + ")*\\s*,?)?\\s*\\)?";
  private static final Pattern SHAPE =
      Pattern.compile(
          "\\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\\s*(\\[[^\\]]*\\])?"
              + "(\\s*"
              + VERSIONS
              + "\\s*(?:;.*)?|\\s*@\\s*\\S.*)");
  private static final Pattern PIN = Pattern.compile("\\s*={2,3}\\s*[^\\s,;*]+\\s*(;.*)?");
  private static final Pattern FILE = Pattern.compile("@\\s*(file:[^\\s;]+)");
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
              "'%s' is no package requirement; write for example pandas==2.0, %s"
                  .formatted(
                      text.isEmpty() ? "(empty)" : text,
                      text.contains(".whl")
                          ? "and a local wheel as name @ file:///folder/name.whl"
                          : "pandas>=2,<3 or pandas")));
    }
    return new Requirement(text, normalise(shape.group(1)));
  }

  /// Whether one exact version is asked for.
  public boolean isPinned() {
    Matcher shape = SHAPE.matcher(text);
    return shape.matches() && PIN.matcher(shape.group(3)).matches();
  }

  /// The local file that it names: `name @ file:///...`.
  Optional<Path> file() {
    Matcher direct = FILE.matcher(text);
    if (!direct.find()) {
      return Optional.empty();
    }
    try {
      URI uri = URI.create(direct.group(1));
      return Optional.ofNullable(uri.getPath()).map(Path::of);
    } catch (IllegalArgumentException notAPath) {
      return Optional.empty(); // the installer will say so
    }
  }

  @Override
  public int compareTo(Requirement other) {
    return text.compareTo(other.text);
  }

  static String normalise(String name) {
    return name.replaceAll("[-_.]+", "-").toLowerCase(Locale.ROOT);
  }
}
