package io.bauplan.exec.run;

import java.util.Map;

/// What to run.
///
/// @param projectDirectory absolute path of the project folder
/// @param reference branch (or any reference, for dry runs) whose data the run reads and that it
///     merges to
/// @param namespace default namespace of the models; empty = the project's, else `bauplan`
/// @param parameters values for the project's parameters, as text
/// @param preview which rows of each result to show
public record RunRequest(
    String projectDirectory,
    String reference,
    String namespace,
    Map<String, String> parameters,
    Preview preview,
    Publishing publishing,
    Strictness strictness,
    Caching caching) {

  public enum Preview {
    ON,
    OFF,
    HEAD,
    TAIL
  }

  public enum Publishing {
    /// One merge at the end.
    TRANSACTION,
    /// Each materialized model as soon as it is done.
    EACH_MODEL,
    /// Nothing is materialized or published.
    DRY_RUN
  }

  public enum Strictness {
    LENIENT,
    STRICT
  }

  public enum Caching {
    ON,
    OFF
  }

  public static RunRequest of(String projectDirectory, String reference) {
    return new RunRequest(
        projectDirectory,
        reference,
        "",
        Map.of(),
        Preview.ON,
        Publishing.TRANSACTION,
        Strictness.LENIENT,
        Caching.ON);
  }
}
