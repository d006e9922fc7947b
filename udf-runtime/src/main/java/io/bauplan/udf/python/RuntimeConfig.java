package io.bauplan.udf.python;

import io.bauplan.udf.environment.EnvironmentPolicy;
import io.bauplan.udf.replay.KeepPolicy;
import io.bauplan.udf.sandbox.SandboxPolicy;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// How a runtime is set up.
///
/// @param store where packages, environments and the harness live; kept between runs
/// @param sharedMemory where the folder for shared tables is made; empty = `/dev/shm`
/// @param interpreterFolders searched before PATH
/// @param zygotes how many processes wait for calls with their packages imported
/// @param failed what is kept of calls that fail
/// @param variables the environment in which interpreters and installers are looked for
public record RuntimeConfig(
    Path store,
    Optional<Path> sharedMemory,
    List<Path> interpreterFolders,
    EnvironmentPolicy environments,
    SandboxPolicy sandbox,
    ZygotePolicy zygotes,
    KeepPolicy failed,
    Map<String, String> variables) {

  public RuntimeConfig {
    interpreterFolders = List.copyOf(interpreterFolders);
    variables = Map.copyOf(variables);
  }

  /// The defaults, with the engine's own environment variables applied.
  public static RuntimeConfig of(Path store) {
    Map<String, String> variables = System.getenv();
    return new RuntimeConfig(
        store,
        Optional.empty(),
        List.of(),
        EnvironmentPolicy.of(variables),
        SandboxPolicy.of(variables),
        ZygotePolicy.of(variables),
        KeepPolicy.of(variables),
        variables);
  }

  /// With tables of functions in files of a folder, such as one on a local disk.
  public RuntimeConfig withSharedMemory(Path folder) {
    return new RuntimeConfig(
        store,
        Optional.of(folder),
        interpreterFolders,
        environments,
        sandbox,
        zygotes,
        failed,
        variables);
  }

  public RuntimeConfig withSandbox(SandboxPolicy policy) {
    return new RuntimeConfig(
        store, sharedMemory, interpreterFolders, environments, policy, zygotes, failed, variables);
  }

  public RuntimeConfig withEnvironments(EnvironmentPolicy policy) {
    return new RuntimeConfig(
        store, sharedMemory, interpreterFolders, policy, sandbox, zygotes, failed, variables);
  }

  public RuntimeConfig withZygotes(ZygotePolicy policy) {
    return new RuntimeConfig(
        store, sharedMemory, interpreterFolders, environments, sandbox, policy, failed, variables);
  }

  public RuntimeConfig withFailed(KeepPolicy policy) {
    return new RuntimeConfig(
        store, sharedMemory, interpreterFolders, environments, sandbox, zygotes, policy, variables);
  }
}
