package io.bauplan.udf.python;

import io.bauplan.udf.api.InvocationOutcome;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;

/// What a hostile function may try. The files beside the suite hold them:
///
///     ## name | outcomes that mean it was blocked | levels | timeout=MILLISECONDS
///     body of `def f(data)`
///
/// A body that gets to its end has got through, unless `contained` is among the outcomes: then what
/// counts is what the body says itself (`raise Breached`) and what the canaries say.
///
/// @param blocked names of outcomes: a class of exception, `violation`, `memory`, `time`, `output`,
///     `crashed`, `contained`
/// @param levels where it may be tried; elsewhere it would harm this machine if it got through
record Attack(String name, Set<String> blocked, String levels, Duration timeout, String body) {
  static final String CONTAINED = "contained";
  static final String BREACHED = "Breached";
  private static final String FOLDER = "attacks/";
  private static final List<String> FILES =
      List.of(
          "files.txt",
          "secrets.txt",
          "network.txt",
          "processes.txt",
          "kernel.txt",
          "memory.txt",
          "control.txt",
          "arrow.txt",
          "store.txt");
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  static List<Attack> all() {
    List<Attack> attacks = new ArrayList<>();
    for (String file : FILES) {
      attacks.addAll(of(file));
    }
    return attacks;
  }

  static List<Attack> of(String file) {
    List<Attack> attacks = new ArrayList<>();
    for (String part : resource(file).split("(?m)^## ")) {
      if (!part.isBlank()) {
        attacks.add(parse(part));
      }
    }
    return attacks;
  }

  private static Attack parse(String part) {
    int end = part.indexOf('\n');
    String[] head = part.substring(0, end).split("\\|", -1);
    String levels = head.length > 2 ? head[2].strip() : "ABCD";
    Duration timeout =
        head.length > 3
            ? Duration.ofMillis(Long.parseLong(head[3].strip().replace("timeout=", "")))
            : TIMEOUT;
    return new Attack(
        head[0].strip(),
        Set.copyOf(Arrays.asList(head[1].strip().split(" +"))),
        levels,
        timeout,
        part.substring(end + 1).stripTrailing());
  }

  static String resource(String name) {
    try (InputStream in =
        Objects.requireNonNull(Attack.class.getResourceAsStream(FOLDER + name), name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The source of the function, for targets told as JSON.
  String source(String targets) {
    String end =
        blocked.contains(CONTAINED) ? "  return data\n" : "  raise Breached('it got to its end')\n";
    return resource("prelude.py")
        + "\nT = json.loads(r'''"
        + targets
        + "''')\n\ndef f(data):\n"
        + body.indent(2)
        + end;
  }

  /// An outcome in a word: what an attack may name.
  static String named(InvocationOutcome outcome) {
    return switch (outcome) {
      case InvocationOutcome.Completed ignored -> CONTAINED;
      case InvocationOutcome.UserFailed failed -> failed.type();
      case InvocationOutcome.SandboxViolation ignored -> "violation";
      case InvocationOutcome.LimitExceeded limit -> limit.limit().name().toLowerCase(Locale.ROOT);
      case InvocationOutcome.Crashed ignored -> "crashed";
      case InvocationOutcome.Cancelled ignored -> "cancelled";
      case InvocationOutcome.NotStarted ignored -> "not-started";
    };
  }
}
