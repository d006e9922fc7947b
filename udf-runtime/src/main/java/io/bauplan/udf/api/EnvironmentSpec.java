package io.bauplan.udf.api;

import java.time.LocalDate;
import java.util.List;
import java.util.Optional;

/// The interpreter and packages a function declares.
///
/// @param interpreterVersion `"3.11"`; empty = the default interpreter of the project or machine;
///     [#IN_PROCESS] = within the engine's process where it may and where that is faster
/// @param requirements PEP 508 requirements such as `pandas==2.0`, in the order the user wrote them
/// @param packagesAsOf resolve as the package index stood at the end of that day
public record EnvironmentSpec(
    Optional<String> interpreterVersion,
    List<String> requirements,
    Optional<LocalDate> packagesAsOf) {

  public static final String IN_PROCESS = "graalpy";

  public static final EnvironmentSpec DEFAULT =
      new EnvironmentSpec(Optional.empty(), List.of(), Optional.empty());

  public EnvironmentSpec {
    requirements = List.copyOf(requirements);
  }
}
