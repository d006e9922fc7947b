package io.bauplan.sql.session;

import io.bauplan.sql.catalog.Catalog;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

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

  /// The setting that limits the memory of each function, whatever the functions say.
  public static final String FUNCTION_MEMORY = "function_memory";

  /// `SET optimizer = 'off'`: joins in the order written, no rewriting beyond what runs at all.
  public static final String OPTIMIZER = "optimizer";

  /// The day as which packages of functions created from now on are resolved.
  public static final String PACKAGES_AS_OF = "packages_as_of";

  /// The setting that makes the batches that operators pass on shorter than usual.
  public static final String BATCH_ROWS = "batch_rows";

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
    return isOn("column_cache");
  }

  /// False after `SET optimizer = 'off'`.
  public boolean optimizes() {
    return isOn(OPTIMIZER);
  }

  private boolean isOn(String setting) {
    return switch (settings.getOrDefault(setting, "on").toLowerCase(Locale.ROOT)) {
      case "off", "false", "no", "0" -> false;
      default -> true;
    };
  }

  /// After `SET batch_rows = 7` how many rows a batch has at most, otherwise more than any has.
  public int batchRows() {
    String rows = settings.get(BATCH_ROWS);
    if (rows == null) {
      return Integer.MAX_VALUE;
    }
    try {
      int parsed = Integer.parseInt(rows.strip());
      if (parsed > 0) {
        return parsed;
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw new EngineException(
            ErrorCode.INVALID_ARGUMENT, "\"" + rows + "\" is no number of rows for " + BATCH_ROWS)
        .withHint("write a whole number from 1 on");
  }

  /// Refuses what is no value of its setting, before queries do.
  public void checkSettings() {
    long ignoredBytes = memoryLimitBytes();
    OptionalLong ignoredFunctionBytes = functionMemoryBytes();
    int ignoredRows = batchRows();
    Optional<LocalDate> ignoredDay = packagesAsOf();
  }

  /// After `SET packages_as_of = '2023-06-30'` that day.
  public Optional<LocalDate> packagesAsOf() {
    String day = settings.get(PACKAGES_AS_OF);
    try {
      return day == null ? Optional.empty() : Optional.of(LocalDate.parse(day.strip()));
    } catch (DateTimeParseException e) {
      throw new EngineException(
              ErrorCode.INVALID_ARGUMENT, "\"" + day + "\" is no day for " + PACKAGES_AS_OF)
          .withHint("write it as '2023-06-30'");
    }
  }

  /// After `SET memory_limit = '512MB'` what each query may take, otherwise as much as all may.
  public long memoryLimitBytes() {
    String limit = settings.get(MEMORY_LIMIT);
    return limit == null ? Long.MAX_VALUE : ByteSize.parse(MEMORY_LIMIT, limit);
  }

  /// After `SET function_memory = '8GB'` what each function may take, instead of what it says.
  public OptionalLong functionMemoryBytes() {
    String limit = settings.get(FUNCTION_MEMORY);
    return limit == null
        ? OptionalLong.empty()
        : OptionalLong.of(ByteSize.parse(FUNCTION_MEMORY, limit));
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
