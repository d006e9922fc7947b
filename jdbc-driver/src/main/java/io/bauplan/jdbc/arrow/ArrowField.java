package io.bauplan.jdbc.arrow;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One column, or one child of a nested column.
///
/// @param width bytes of one value where the kind leaves it open (decimals, fixed binary), values
///     of one entry for fixed lists, else 0
/// @param precision decimal digits of a DECIMAL
/// @param scale digits after the point of a DECIMAL
/// @param unitsPerSecond resolution of times, timestamps and durations: 1 to 1 000 000 000
/// @param zone the time zone of a TIMESTAMP_TZ
/// @param children element, entries, members or alternatives of a nested kind
/// @param metadata the column's Flight SQL metadata
/// @param dictionary how the column is dictionary-encoded, null when it is not
public record ArrowField(
    String name,
    boolean nullable,
    Kind kind,
    int width,
    int precision,
    int scale,
    long unitsPerSecond,
    @Nullable String zone,
    List<ArrowField> children,
    Map<String, String> metadata,
    @Nullable Dictionary dictionary) {

  private static final long MICROS = 1_000_000;

  /// @param id names the dictionary within the stream
  /// @param index the kind of the numbers in the column
  public record Dictionary(long id, Kind index) {}

  /// A nullable field of a kind without parameters; times and timestamps count microseconds.
  public static ArrowField of(String name, Kind kind) {
    return new ArrowField(name, true, kind, 0, 0, 0, MICROS, null, List.of(), Map.of(), null);
  }

  public static ArrowField decimal(String name, int precision, int scale) {
    return new ArrowField(
        name, true, Kind.DECIMAL, 16, precision, scale, 1, null, List.of(), Map.of(), null);
  }

  public static ArrowField timestampUtc(String name) {
    return new ArrowField(
        name, true, Kind.TIMESTAMP_TZ, 0, 0, 0, MICROS, "UTC", List.of(), Map.of(), null);
  }
}
