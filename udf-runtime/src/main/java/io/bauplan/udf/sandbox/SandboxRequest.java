package io.bauplan.udf.sandbox;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/// What one sandboxed process may see and use.
///
/// @param visible files and folders shown read-only, at their own paths
/// @param writable existing files that it may write
/// @param control the file for its outcome; also one of the writable ones
/// @param root an existing empty folder that becomes its root's mount point
/// @param scratch an existing empty folder to work in where it has no `/tmp` of its own
/// @param memoryBytes private memory per process
/// @param fileBytes largest file it may write
/// @param network whether it keeps the host's network
public record SandboxRequest(
    List<Path> visible,
    List<Path> writable,
    Path control,
    Path root,
    Path scratch,
    OptionalLong memoryBytes,
    long fileBytes,
    Network network) {

  public enum Network {
    NONE,
    HOST
  }

  public SandboxRequest {
    visible = List.copyOf(visible);
    writable = List.copyOf(writable);
  }
}
