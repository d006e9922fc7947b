package io.bauplan.udf.environment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Resolution and unpacking by the interpreter's own pip, where uv cannot be had. pip knows no
/// bound by date; the check of binary wheels against NumPy (see [NumpyAbi]) still holds.
final class PipTool implements PackageTool {
  private final Path work;
  private final EnvironmentPolicy policy;

  PipTool(Path work, EnvironmentPolicy policy) {
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
    Path report = Files.createTempFile(work, "report-", ".json");
    Path limits = Files.write(Files.createTempFile(work, "constraints-", ".txt"), constraints);
    try {
      List<String> arguments =
          new ArrayList<>(
              List.of("--dry-run", "--ignore-installed", "--report", report.toString()));
      arguments.addAll(List.of("--constraint", limits.toString()));
      requirements.forEach(r -> arguments.add(r.text()));
      InstallerRun run = run(interpreter, arguments);
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
    InstallerRun run = run(interpreter, arguments);
    if (!run.succeeded()) {
      List<Requirement> asked = new ArrayList<>();
      packages.forEach(p -> asked.add(new Requirement(p.source(), p.name())));
      throw InstallerMessages.explain(run.error(), interpreter, asked, policy.network());
    }
  }

  private InstallerRun run(Interpreter interpreter, List<String> arguments)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                interpreter.binary().toString(),
                "-m",
                "pip",
                "install",
                "--quiet",
                "--no-input",
                "--disable-pip-version-check"));
    if (policy.sources() == EnvironmentPolicy.Sources.WHEELS_ONLY) {
      command.addAll(List.of("--only-binary", ":all:"));
    }
    if (policy.network() == EnvironmentPolicy.Network.OFFLINE) {
      command.add("--no-index");
    }
    command.addAll(arguments);
    Map<String, String> variables = new HashMap<>(policy.variables());
    variables.keySet().removeIf(k -> k.startsWith("PYTHON") || k.equals("VIRTUAL_ENV"));
    return InstallerRun.of(command, variables, work);
  }
}
