package io.bauplan.sql.session;

import io.bauplan.sql.catalog.Catalog;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// The immutable state of one session; `USE` and `SET` give a new one.
///
/// @param reference what names resolve at, as in [Catalog#resolve]
/// @param namespace for unqualified names
/// @param zone in which timestamps with local time zone are shown and cast
public record Session(
    Principal principal,
    String reference,
    List<String> namespace,
    ZoneId zone,
    Map<String, String> settings) {

  /// The setting that limits the memory of each query.
  public static final String MEMORY_LIMIT = "memory_limit";

  public static final Session DEFAULT =
      new Session(
          Principal.LOCAL,
          Catalog.DEFAULT_BRANCH,
          List.of(Catalog.DEFAULT_NAMESPACE),
          ZoneId.of("UTC"),
          Map.of());

  public Session {
    namespace = List.copyOf(namespace);
    settings = Map.copyOf(settings);
  }

  /// False after `SET column_cache = 'off'`: scans read from storage, and leave nothing behind.
  public boolean usesColumnCache() {
    return switch (settings.getOrDefault("column_cache", "on").toLowerCase(Locale.ROOT)) {
      case "off", "false", "no", "0" -> false;
      default -> true;
    };
  }

  /// After `SET memory_limit = '512MB'` what each query may take, otherwise as much as all may.
  public long memoryLimitBytes() {
    String limit = settings.get(MEMORY_LIMIT);
    return limit == null ? Long.MAX_VALUE : ByteSize.parse(MEMORY_LIMIT, limit);
  }

  public Session withReference(String newReference) {
    return new Session(principal, newReference, namespace, zone, settings);
  }

  public Session withNamespace(List<String> newNamespace) {
    return new Session(principal, reference, newNamespace, zone, settings);
  }

  public Session withPrincipal(Principal newPrincipal) {
    return new Session(newPrincipal, reference, namespace, zone, settings);
  }
}
