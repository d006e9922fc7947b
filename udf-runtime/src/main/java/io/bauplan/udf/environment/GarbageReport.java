package io.bauplan.udf.environment;

import java.util.List;

/// What a collection of garbage took away.
///
/// @param environments keys
/// @param packages as `name==version`
/// @param bytes of the packages' files
public record GarbageReport(List<String> environments, List<String> packages, long bytes) {
  public GarbageReport {
    environments = List.copyOf(environments);
    packages = List.copyOf(packages);
  }
}
