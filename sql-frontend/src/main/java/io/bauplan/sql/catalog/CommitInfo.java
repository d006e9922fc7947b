package io.bauplan.sql.catalog;

import java.util.Map;

/// What a writer says of its commit. Properties carry job, project and user, so that logs join to
/// jobs.
public record CommitInfo(String author, String message, Map<String, String> properties) {
  public static CommitInfo of(String message) {
    return new CommitInfo("", message, Map.of());
  }
}
