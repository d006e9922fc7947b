package io.bauplan.udf.replay;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bauplan.udf.api.EnvironmentSpec;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;

/// A call that failed.
///
/// @param id of the invocation; it begins with the job's id
/// @param failure in one line
/// @param missing why it cannot be made again; empty = it can
/// @param bytes of its inputs
/// @param environmentKey of the environment that it ran in
/// @param secrets names of arguments whose values are not kept
/// @param request what the harness was told; tables are files of `folder`
/// @param folder where it is kept
public record KeptCall(
    String id,
    String function,
    Instant when,
    String failure,
    String missing,
    long bytes,
    EnvironmentSpec environment,
    String environmentKey,
    OptionalLong memoryBytes,
    List<String> secrets,
    ObjectNode request,
    Path folder) {
  public KeptCall {
    secrets = List.copyOf(secrets);
  }

  /// Whether it is of a job, whose id may be cut short.
  public boolean isOf(String job) {
    return !job.isEmpty() && id.startsWith(job);
  }
}
