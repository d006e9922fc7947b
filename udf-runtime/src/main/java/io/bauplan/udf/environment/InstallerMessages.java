package io.bauplan.udf.environment;

import io.bauplan.udf.api.EnvironmentFailure;
import io.bauplan.udf.api.EnvironmentFailure.Reason;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Turns what an installer printed into one sentence for the user.
final class InstallerMessages {
  private static final int MAX_CHARACTERS = 700;
  private static final Pattern NOT_FOUND =
      Pattern.compile("([A-Za-z0-9._-]+) was not found in the (?:package registry|cache)");
  private static final Pattern NO_VERSION =
      Pattern.compile(
          "(?:there is no version of|No matching distribution found for) ([A-Za-z0-9._-]+\\S*)");
  private static final Pattern ONLY_OLDER = Pattern.compile("only (\\S+) (?:is|are) available");
  private static final Pattern NO_WHEELS =
      Pattern.compile(
          "([A-Za-z0-9._-]+)(==\\S+)? has no (?:usable )?wheels|no wheels with a matching");

  private InstallerMessages() {}

  static EnvironmentException explain(
      String printed,
      Interpreter interpreter,
      List<Requirement> requirements,
      EnvironmentPolicy.Network network) {
    String text = clean(printed);
    String low = printed.toLowerCase(Locale.ROOT);
    if (low.contains("no space left") || low.contains("disk quota")) {
      return failure(Reason.DISK, "", "There is no space left for the packages: " + text);
    }
    Matcher noWheels = NO_WHEELS.matcher(printed);
    if (noWheels.find()) {
      String subject = written(noWheels.group(1) == null ? "" : noWheels.group(1), requirements);
      return failure(
          Reason.CONFLICT,
          subject,
          "No ready-built package of %s fits %s; choose another version of it or of Python (%s)"
              .formatted(subject.isEmpty() ? "a requirement" : subject, interpreter.label(), text));
    }
    boolean unreachable =
        low.contains("network was disabled")
            || low.contains("network connectivity is disabled")
            || low.contains("error sending request")
            || low.contains("failed to fetch")
            || low.contains("dns error")
            || low.contains("newconnectionerror")
            || low.contains("max retries exceeded")
            || low.contains("temporary failure in name resolution")
            || (network == EnvironmentPolicy.Network.OFFLINE
                && (NOT_FOUND.matcher(printed).find() || NO_VERSION.matcher(printed).find()));
    if (unreachable) {
      return failure(
          Reason.OFFLINE,
          wanted(requirements),
          "The package index cannot be reached, and %s is not in the local store; connect once, or set the index in pip's or uv's own configuration (%s)"
              .formatted(wanted(requirements), text));
    }
    Matcher notFound = NOT_FOUND.matcher(printed);
    if (notFound.find()) {
      String subject = written(notFound.group(1), requirements);
      return failure(
          Reason.UNKNOWN_PACKAGE,
          subject,
          "The package '%s' is not in the package index; check its name".formatted(subject));
    }
    Matcher noVersion = NO_VERSION.matcher(printed);
    if (noVersion.find()) {
      String subject = written(noVersion.group(1), requirements);
      Matcher older = ONLY_OLDER.matcher(printed);
      return failure(
          Reason.UNKNOWN_PACKAGE,
          subject,
          "There is no release %s for %s%s"
              .formatted(
                  subject,
                  interpreter.label(),
                  older.find() ? " (there is " + older.group(1) + ")" : "; check the version"));
    }
    if (low.contains("unsatisfiable") || low.contains("conflict")) {
      return failure(
          Reason.CONFLICT,
          wanted(requirements),
          "The packages cannot be had together: %s".formatted(text));
    }
    return failure(
        Reason.OTHER, wanted(requirements), "The packages cannot be installed: %s".formatted(text));
  }

  static EnvironmentException failure(Reason reason, String subject, String message) {
    return new EnvironmentException(new EnvironmentFailure(reason, subject, message));
  }

  private static String written(String subject, List<Requirement> requirements) {
    String name = Requirement.normalise(subject.replaceAll("[=<>!~,;\\[ ].*", ""));
    return requirements.stream()
        .filter(r -> r.name().equals(name))
        .map(Requirement::text)
        .findFirst()
        .orElse(subject);
  }

  private static String wanted(List<Requirement> requirements) {
    return String.join(", ", requirements.stream().map(Requirement::text).toList());
  }

  private static String clean(String printed) {
    String text =
        printed
            .replaceAll("\\x1b\\[[0-9;]*m", "")
            .replaceAll("(?m)^error: No solution found when resolving dependencies.*$", "")
            .replaceAll("(?m)^\\s*(cause|error|hint): ", "")
            .replaceAll("(?i)(https?://)[^\\s/@]*@", "$1")
            .replaceAll("\\s+", " ")
            .strip();
    return text.length() > MAX_CHARACTERS ? text.substring(0, MAX_CHARACTERS) + "..." : text;
  }
}
