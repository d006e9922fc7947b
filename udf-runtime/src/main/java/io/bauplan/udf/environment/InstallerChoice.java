package io.bauplan.udf.environment;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Chooses the installer: the user's uv, else a private uv under `tools/` (fetched once with pip),
/// else the interpreter's own pip.
final class InstallerChoice {
  private static final Logger LOG = LoggerFactory.getLogger(InstallerChoice.class);

  private final Path root;
  private final EnvironmentPolicy policy;

  InstallerChoice(Path root, EnvironmentPolicy policy) {
    this.root = root;
    this.policy = policy;
  }

  PackageTool choose(Interpreter interpreter) {
    Path work = root.resolve("tmp");
    return findOrFetchUv(interpreter)
        .<PackageTool>map(u -> new UvTool(u, work, policy))
        .orElseGet(() -> new PipTool(work, root.resolve("tools"), policy));
  }

  Optional<Path> findOrFetchUv(Interpreter interpreter) {
    return find().or(() -> fetch(interpreter));
  }

  void installInterpreter(String version) throws IOException, InterruptedException {
    Optional<Path> uv = find();
    if (uv.isPresent() && policy.network() == EnvironmentPolicy.Network.ALLOWED) {
      new UvTool(uv.get(), root.resolve("tmp"), policy).installInterpreter(version);
    }
  }

  private Path privateUv() {
    return root.resolve("tools").resolve("uv").resolve("bin").resolve("uv");
  }

  private Optional<Path> find() {
    Map<String, String> variables = policy.variables();
    Stream<Path> onPath =
        Stream.of(variables.getOrDefault("PATH", "").split(":"))
            .filter(f -> !f.isBlank())
            .map(f -> Path.of(f, "uv"));
    Path home = Path.of(variables.getOrDefault("HOME", "/"));
    Stream<Path> usual =
        Stream.of(home.resolve(".local/bin/uv"), home.resolve(".cargo/bin/uv"), privateUv());
    return Stream.concat(onPath, usual).filter(Files::isExecutable).findFirst();
  }

  private Optional<Path> fetch(Interpreter interpreter) {
    if (policy.network() == EnvironmentPolicy.Network.OFFLINE) {
      return Optional.empty();
    }
    try {
      Path tools = root.resolve("tools");
      Path target = Files.createTempDirectory(root.resolve("tmp"), "uv-");
      try {
        Map<String, String> variables = new HashMap<>(policy.variables());
        variables.keySet().removeIf(k -> k.startsWith("PYTHON"));
        InstallerRun run =
            InstallerRun.of(
                List.of(
                    interpreter.binary().toString(),
                    "-m",
                    "pip",
                    "install",
                    "--quiet",
                    "--no-input",
                    "--disable-pip-version-check",
                    "--only-binary",
                    ":all:",
                    "--target",
                    target.toString(),
                    "uv"),
                variables,
                root.resolve("tmp"));
        if (run.succeeded() && !Files.isExecutable(privateUv())) {
          Files.move(target, tools.resolve("uv"), StandardCopyOption.ATOMIC_MOVE);
        }
      } finally {
        FileTrees.delete(target);
      }
      return find();
    } catch (IOException e) {
      LOG.debug("no private uv", e);
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }
}
