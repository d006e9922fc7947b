package io.bauplan.udf.environment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.bauplan.udf.api.EnvironmentFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Resolution and unpacking by pip, where uv cannot be had. Only pip 26 and later can keep to a
/// day: the interpreter's own if it is that new, else one fetched for the purpose. It does not tell
/// when something was released, so a pin bounds nothing by itself; the check of binary wheels
/// against NumPy (see [NumpyAbi]) still holds.
final class PipTool implements PackageTool {
  private static final String PRIOR = "--uploaded-prior-to";

  private final Path work;
  private final Path tools;
  private final EnvironmentPolicy policy;

  /// @param work an existing folder for short-lived files
  /// @param tools an existing folder on the same file system, for a newer pip
  PipTool(Path work, Path tools, EnvironmentPolicy policy) {
    this.work = work;
    this.tools = tools;
    this.policy = policy;
  }

  @Override
  public List<ResolvedPackage> resolve(
      Interpreter interpreter,
      List<Requirement> requirements,
      List<String> constraints,
      Optional<Instant> bound)
      throws IOException, InterruptedException, EnvironmentException {
    Path report = Files.createTempFile(work, "report-", ".json");
    Path limits = Files.write(Files.createTempFile(work, "constraints-", ".txt"), constraints);
    try {
      List<String> arguments =
          new ArrayList<>(
              List.of("--dry-run", "--ignore-installed", "--report", report.toString()));
      arguments.addAll(List.of("--constraint", limits.toString()));
      requirements.forEach(r -> arguments.add(r.text()));
      List<String> pip = List.of("-m", "pip");
      if (bound.isPresent()) {
        pip = pipThatKnowsDays(interpreter);
        arguments.addAll(List.of(PRIOR, bound.get().toString()));
      }
      InstallerRun run = run(interpreter, pip, arguments);
      if (!run.succeeded()) {
        throw InstallerMessages.explain(run.error(), interpreter, requirements, policy.network());
      }
      List<ResolvedPackage> out = new ArrayList<>();
      JsonNode json = JsonMapper.builder().build().readTree(report.toFile());
      for (JsonNode item : json.path("install")) {
        String name = Requirement.normalise(item.path("metadata").path("name").asText());
        String version = item.path("metadata").path("version").asText();
        String source =
            item.path("is_direct").asBoolean()
                ? name + " @ " + item.path("download_info").path("url").asText()
                : name + "==" + version;
        out.add(new ResolvedPackage(name, version, source));
      }
      return out;
    } finally {
      Files.deleteIfExists(report);
      Files.deleteIfExists(limits);
    }
  }

  @Override
  public Optional<Instant> newestRelease(Interpreter interpreter, List<Requirement> pinned) {
    return Optional.empty();
  }

  @Override
  public void unpack(Interpreter interpreter, List<ResolvedPackage> packages, Path folder)
      throws IOException, InterruptedException, EnvironmentException {
    List<String> arguments =
        new ArrayList<>(List.of("--no-deps", "--no-compile", "--target", folder.toString()));
    packages.forEach(p -> arguments.add(p.source()));
    InstallerRun run = run(interpreter, List.of("-m", "pip"), arguments);
    if (!run.succeeded()) {
      List<Requirement> asked = new ArrayList<>();
      packages.forEach(p -> asked.add(new Requirement(p.source(), p.name())));
      throw InstallerMessages.explain(run.error(), interpreter, asked, policy.network());
    }
  }

  /// How the interpreter is asked for a pip with the option `--uploaded-prior-to`.
  private List<String> pipThatKnowsDays(Interpreter interpreter)
      throws IOException, InterruptedException, EnvironmentException {
    List<String> own = List.of("-m", "pip");
    Path place = tools.resolve("pip-3" + interpreter.minor());
    List<String> fetched = List.of(place.resolve("pip").toString());
    if (knowsDays(interpreter, own)) {
      return own;
    }
    if (!Files.isDirectory(place) && policy.network() == EnvironmentPolicy.Network.ALLOWED) {
      Path target = Files.createTempDirectory(work, "pip-");
      try {
        InstallerRun run =
            run(interpreter, own, List.of("--no-deps", "--target", target.toString(), "pip>=26"));
        if (run.succeeded() && !Files.isDirectory(place)) {
          Files.move(target, place, StandardCopyOption.ATOMIC_MOVE);
        }
      } finally {
        FileTrees.delete(target);
      }
    }
    if (Files.isDirectory(place) && knowsDays(interpreter, fetched)) {
      return fetched;
    }
    throw InstallerMessages.failure(
        EnvironmentFailure.Reason.OTHER,
        "PACKAGES_AS_OF",
        ("PACKAGES_AS_OF needs uv, or pip 26 or later for %s, and neither is here nor in the"
                + " package index; install uv, or leave the day out and pin the versions")
            .formatted(interpreter.label()));
  }

  private boolean knowsDays(Interpreter interpreter, List<String> pip)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(interpreter.binary().toString()));
    command.addAll(pip);
    command.addAll(List.of("install", "--help"));
    return InstallerRun.of(command, variables(), work).out().contains(PRIOR);
  }

  private InstallerRun run(Interpreter interpreter, List<String> pip, List<String> arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(interpreter.binary().toString()));
    command.addAll(pip);
    command.addAll(List.of("install", "--quiet", "--no-input", "--disable-pip-version-check"));
    if (policy.sources() == EnvironmentPolicy.Sources.WHEELS_ONLY) {
      command.addAll(List.of("--only-binary", ":all:"));
    }
    if (policy.network() == EnvironmentPolicy.Network.OFFLINE) {
      command.add("--no-index");
    }
    command.addAll(arguments);
    return InstallerRun.of(command, variables(), work);
  }

  private Map<String, String> variables() {
    Map<String, String> variables = new HashMap<>(policy.variables());
    variables.keySet().removeIf(k -> k.startsWith("PYTHON") || k.equals("VIRTUAL_ENV"));
    variables.putIfAbsent("PIP_RETRIES", "2");
    return variables;
  }
}
