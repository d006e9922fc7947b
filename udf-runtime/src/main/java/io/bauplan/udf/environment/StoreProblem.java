package io.bauplan.udf.environment;

import java.nio.file.Path;
import java.util.List;

/// Something in a store that is not as it was made.
///
/// @param subject `name==version`, or an environment by its key
/// @param environments the keys of those that use it
/// @param differences each in words: `six.py was changed`
public record StoreProblem(
    String subject, Path place, List<String> environments, List<String> differences) {
  public StoreProblem {
    environments = List.copyOf(environments);
    differences = List.copyOf(differences);
  }
}
