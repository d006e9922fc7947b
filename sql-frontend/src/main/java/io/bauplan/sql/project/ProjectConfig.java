package io.bauplan.sql.project;

import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// `bauplan_project.yml`.
///
/// @param id the project's stable identity; secrets are bound to it
/// @param packages default packages of Python models, as PEP 508 requirements
/// @param packagesAsOf the day as which packages are resolved, where a function says none
/// @param parameters in the order of the file
/// @param includePaths further folders, relative to the project, whose files belong to it
public record ProjectConfig(
    String id,
    String name,
    String description,
    Optional<String> pythonVersion,
    List<String> packages,
    Optional<LocalDate> packagesAsOf,
    Optional<String> namespace,
    Optional<Duration> timeout,
    Map<String, Parameter> parameters,
    List<String> includePaths) {

  /// @param defaultValue as text; empty = none
  public record Parameter(
      String name,
      ParameterType type,
      Optional<String> defaultValue,
      Required required,
      String description) {}

  public enum ParameterType {
    STR,
    INT,
    FLOAT,
    BOOL,
    SECRET
  }

  public enum Required {
    YES,
    NO
  }
}
