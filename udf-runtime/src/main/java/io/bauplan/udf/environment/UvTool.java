package io.bauplan.udf.environment;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Resolution and unpacking by uv.
final class UvTool implements PackageTool {
  private static final Pattern PIN = Pattern.compile("([A-Za-z0-9._-]+)==(\\S+)");
  private static final Pattern DIRECT = Pattern.compile("([A-Za-z0-9._-]+) @ (\\S+)");
  private static final Pattern UPLOADED = Pattern.compile("upload-time = ([0-9TZ:.+-]+)");

  private final Path uv;
  private final Path work;
  private final EnvironmentPolicy policy;

  /// @param work an existing folder for short-lived files
  UvTool(Path uv, Path work, EnvironmentPolicy policy) {
    this.uv = uv;
    this.work = work;
    this.policy = policy;
  }

  @Override
  public List<ResolvedPackage> resolve(
      Interpreter interpreter,
      List<Requirement> requirements,
      List<String> constraints,
      Optional<Instant> bound)
      throws IOException, InterruptedException, EnvironmentException {
    Path wanted = write(requirements.stream().map(Requirement::text).toList());
    Path limits = write(constraints);
    try {
      List<String> arguments =
          new ArrayList<>(
              List.of(
                  "pip",
                  "compile",
                  "--quiet",
                  "--no-header",
                  "--no-annotate",
                  "--constraints",
                  limits.toString()));
      bound.ifPresent(b -> arguments.addAll(List.of("--exclude-newer", b.toString())));
      arguments.add(wanted.toString());
      InstallerRun run = run(interpreter, arguments);
      if (!run.succeeded()) {
        throw InstallerMessages.explain(run.error(), interpreter, requirements, policy.network());
      }
      return parse(run.out());
    } finally {
      Files.deleteIfExists(wanted);
      Files.deleteIfExists(limits);
    }
  }

  @Override
  public Optional<Instant> newestRelease(Interpreter interpreter, List<Requirement> pinned)
      throws IOException, InterruptedException {
    Path wanted = write(pinned.stream().map(Requirement::text).toList());
    try {
      InstallerRun run =
          run(
              interpreter,
              List.of(
                  "pip",
                  "compile",
                  "--quiet",
                  "--no-header",
                  "--no-deps",
                  "--format",
                  "pylock.toml",
                  wanted.toString()));
      Matcher uploaded = UPLOADED.matcher(run.succeeded() ? run.out() : "");
      Optional<Instant> newest = Optional.empty();
      while (uploaded.find()) {
        Instant time = Instant.parse(uploaded.group(1));
        newest = newest.filter(n -> n.isAfter(time)).or(() -> Optional.of(time));
      }
      return newest;
    } finally {
      Files.deleteIfExists(wanted);
    }
  }

  @Override
  public void unpack(Interpreter interpreter, List<ResolvedPackage> packages, Path folder)
      throws IOException, InterruptedException, EnvironmentException {
    Path wanted = write(packages.stream().map(ResolvedPackage::source).toList());
    try {
      InstallerRun run =
          run(
              interpreter,
              List.of(
                  "pip",
                  "install",
                  "--quiet",
                  "--no-deps",
                  "--link-mode",
                  "hardlink",
                  "--target",
                  folder.toString(),
                  "--requirements",
                  wanted.toString()));
      if (!run.succeeded()) {
        List<Requirement> asked = new ArrayList<>();
        packages.forEach(p -> asked.add(new Requirement(p.source(), p.name())));
        throw InstallerMessages.explain(run.error(), interpreter, asked, policy.network());
      }
    } finally {
      Files.deleteIfExists(wanted);
    }
  }

  /// Installs an interpreter where uv keeps its own.
  void installInterpreter(String version) throws IOException, InterruptedException {
    InstallerRun.of(
        List.of(uv.toString(), "--quiet", "python", "install", version), variables(), work);
  }

  private InstallerRun run(Interpreter interpreter, List<String> arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(uv.toString(), "--no-progress"));
    command.addAll(arguments.subList(0, 2));
    command.addAll(List.of("--python", interpreter.binary().toString()));
    if (policy.sources() == EnvironmentPolicy.Sources.WHEELS_ONLY) {
      command.addAll(List.of("--only-binary", ":all:"));
    }
    if (policy.network() == EnvironmentPolicy.Network.OFFLINE) {
      command.add("--offline");
    }
    command.addAll(arguments.subList(2, arguments.size()));
    return InstallerRun.of(command, variables(), work);
  }

  private Map<String, String> variables() {
    Map<String, String> variables = new HashMap<>(IndexSettings.forUv(policy.variables()));
    variables.put("NO_COLOR", "1");
    return variables;
  }

  private Path write(List<String> lines) throws IOException {
    Path file = Files.createTempFile(work, "requirements-", ".txt");
    return Files.write(file, lines);
  }

  static List<ResolvedPackage> parse(String compiled) {
    List<ResolvedPackage> out = new ArrayList<>();
    for (String line : compiled.lines().map(String::strip).toList()) {
      Matcher pin = PIN.matcher(line.replaceAll("\\s*;.*", ""));
      Matcher direct = DIRECT.matcher(line);
      if (pin.matches()) {
        String name = Requirement.normalise(pin.group(1));
        out.add(new ResolvedPackage(name, pin.group(2), name + "==" + pin.group(2)));
      } else if (direct.find()) {
        String name = Requirement.normalise(direct.group(1));
        out.add(new ResolvedPackage(name, "direct", name + " @ " + direct.group(2)));
      }
    }
    return out;
  }
}
