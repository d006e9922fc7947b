package io.bauplan.udf.environment;

import io.bauplan.udf.api.EnvironmentFailure;
import io.bauplan.udf.api.EnvironmentFailure.Reason;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
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
  private static final Pattern TOO_OLD =
      Pattern.compile("only (\\S+) (?:is|are) available and you require (\\S+?),");
  private static final Pattern TOO_NEW =
      Pattern.compile("`([^`]+)` was filtered by `exclude-newer`");
  private static final Pattern PUBLISHED =
      Pattern.compile("latest version[^.]*? is v(\\S+), published at (\\d{4}-\\d\\d-\\d\\d)");
  private static final Pattern NO_TIMES =
      Pattern.compile("does not provide upload-time|missing an upload date");
  private static final Pattern NO_FILE =
      Pattern.compile("(?:Distribution not found at: (\\S+)|No such file or directory: '([^']+)')");
  private static final Pattern BROKEN =
      Pattern.compile(
          "(?i)zip file|Failed to read metadata|is invalid\\.|Hash mismatch|do not match the hash"
              + "|RECORD file|The wheel is invalid");
  private static final Pattern NO_REQUIREMENT =
      Pattern.compile(
          "Couldn't parse requirement in `[^`]*` at position \\d+\\s+(.*)|Invalid requirement");
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
    if (isFull(printed)) {
      return full(text);
    }
    Optional<EnvironmentException> told = told(printed, text, interpreter, requirements);
    if (told.isPresent()) {
      return told.get();
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
          ((network == EnvironmentPolicy.Network.OFFLINE
                      ? "The network is off, and not all that %s needs is in the local store; build"
                          + " the environment once with the network on (`bauplan env build`)"
                      : "The package index cannot be reached, and not all that %s needs is in the"
                          + " local store; connect once, or set the index in pip's or uv's own"
                          + " configuration")
                  + " (%s)")
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
          "The packages cannot be had together; change or leave out one of the versions: %s"
              .formatted(text));
    }
    return failure(
        Reason.OTHER, wanted(requirements), "The packages cannot be installed: %s".formatted(text));
  }

  private static Optional<EnvironmentException> told(
      String printed, String text, Interpreter interpreter, List<Requirement> requirements) {
    Matcher tooNew = TOO_NEW.matcher(printed);
    boolean filtered = tooNew.find();
    Matcher published = PUBLISHED.matcher(printed);
    if (filtered && published.find()) {
      String subject = written(tooNew.group(1), requirements);
      return Optional.of(
          failure(
              Reason.CONFLICT,
              subject,
              "No release of %s that fits was there on that day (%s came on %s); choose a later day as PACKAGES_AS_OF, or an older version"
                  .formatted(subject, published.group(1), published.group(2))));
    }
    if (filtered || NO_TIMES.matcher(printed).find()) {
      return Optional.of(
          failure(
              Reason.OTHER,
              filtered ? written(tooNew.group(1), requirements) : wanted(requirements),
              "The package index does not say when packages were uploaded, so PACKAGES_AS_OF cannot"
                  + " be kept; use an index that does (PEP 700), or leave the day out and pin the"
                  + " versions"));
    }
    Matcher noRequirement = NO_REQUIREMENT.matcher(printed);
    if (noRequirement.find()) {
      return Optional.of(
          failure(
              Reason.UNKNOWN_PACKAGE,
              wanted(requirements),
              "%s cannot be read as package requirements%s; write for example pandas>=2,<3"
                  .formatted(
                      wanted(requirements),
                      noRequirement.group(1) == null ? "" : ": " + noRequirement.group(1))));
    }
    Matcher noFile = NO_FILE.matcher(printed);
    if (noFile.find()) {
      String file = noFile.group(1) == null ? noFile.group(2) : noFile.group(1);
      return Optional.of(
          failure(
              Reason.UNKNOWN_PACKAGE,
              file,
              "There is no wheel at %s; check its path".formatted(file)));
    }
    if (BROKEN.matcher(printed).find()) {
      return Optional.of(
          failure(
              Reason.OTHER,
              wanted(requirements),
              "A wheel cannot be read; build or download it again (%s)".formatted(text)));
    }
    Matcher tooOld = TOO_OLD.matcher(printed);
    if (tooOld.find()) {
      String subject = written(tooOld.group(2), requirements);
      return Optional.of(
          failure(
              Reason.UNKNOWN_PACKAGE,
              subject,
              "There is no release %s for %s (there is %s)"
                  .formatted(subject, interpreter.label(), tooOld.group(1))));
    }
    return Optional.empty();
  }

  /// For what the engine itself could not read or write in the store.
  static EnvironmentException storeFailure(Path store, IOException error) {
    String said = String.valueOf(error.getMessage());
    if (isFull(said)) {
      return full(said);
    }
    return failure(
        Reason.DISK,
        store.toString(),
        ("The package store %s cannot be used: %s; make it writable, or set XDG_CACHE_HOME to"
                + " another folder")
            .formatted(store, said));
  }

  private static boolean isFull(String text) {
    String low = text.toLowerCase(Locale.ROOT);
    return low.contains("no space left") || low.contains("disk quota");
  }

  private static EnvironmentException full(String said) {
    return failure(
        Reason.DISK,
        "",
        ("There is no space left for the packages; free some, for example with `bauplan env gc`,"
                + " or set XDG_CACHE_HOME to a folder on a larger disk (%s)")
            .formatted(said));
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
    // The engine's own wish is left out, as the user knows nothing of it.
    List<String> own =
        requirements.stream()
            .map(Requirement::text)
            .filter(t -> !t.equals(EnvironmentBuilder.PYARROW) || requirements.size() == 1)
            .toList();
    return String.join(", ", own);
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
