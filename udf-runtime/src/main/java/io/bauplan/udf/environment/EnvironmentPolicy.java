package io.bauplan.udf.environment;

import java.util.Map;

/// What may be done to provide an environment.
///
/// @param network whether packages may be fetched
/// @param sources whether packages without a wheel may be built, which runs their code unsandboxed
/// @param interpreters whether a missing interpreter may be installed with `uv python install`
/// @param variables environment variables of the installer: the user's own index, proxy and
///     certificate settings are in them
public record EnvironmentPolicy(
    Network network, Sources sources, Interpreters interpreters, Map<String, String> variables) {

  public enum Network {
    ALLOWED,
    OFFLINE
  }

  public enum Sources {
    WHEELS_ONLY,
    BUILD_ALLOWED
  }

  public enum Interpreters {
    FOUND_ONLY,
    INSTALL_ALLOWED
  }

  public EnvironmentPolicy {
    variables = Map.copyOf(variables);
  }

  /// Wheels from the user's own index, interpreters of the machine; `BAUPLAN_OFFLINE` or
  /// `UV_OFFLINE` turn the network off.
  public static EnvironmentPolicy of(Map<String, String> variables) {
    boolean offline = isSet(variables, "BAUPLAN_OFFLINE") || isSet(variables, "UV_OFFLINE");
    return new EnvironmentPolicy(
        offline ? Network.OFFLINE : Network.ALLOWED,
        Sources.WHEELS_ONLY,
        isSet(variables, "BAUPLAN_INSTALL_PYTHON")
            ? Interpreters.INSTALL_ALLOWED
            : Interpreters.FOUND_ONLY,
        variables);
  }

  private static boolean isSet(Map<String, String> variables, String name) {
    String value = variables.getOrDefault(name, "");
    return !value.isBlank() && !value.equals("0") && !value.equalsIgnoreCase("false");
  }
}
