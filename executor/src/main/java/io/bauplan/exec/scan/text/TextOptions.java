package io.bauplan.exec.scan.text;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.error.NearestName;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Options of `read_csv` and `read_json`.
///
/// | option | default |
/// |---|---|
/// | `header` (also `skip_header`, `parse_header`) | found out |
/// | `delimiter` (also `delim`, `sep`, `field_delimiter`) | found out among `,` `;` tab and bar |
/// | `quote` | `"` |
/// | `null` (also `nullstr`): text that means NULL, beside the empty cell | none |
/// | `sample_rows` (also `sample_size`): rows looked at for the types, -1 = all | 20480 |
/// | `all_varchar`: no inference | false |
record TextOptions(
    Optional<Boolean> header,
    Optional<Character> delimiter,
    char quote,
    Optional<String> nullText,
    long sampleRows,
    boolean allVarchar) {
  private static final long DEFAULT_SAMPLE_ROWS = 20_480;
  private static final List<String> KNOWN =
      List.of(
          "header",
          "skip_header",
          "parse_header",
          "delimiter",
          "delim",
          "sep",
          "field_delimiter",
          "quote",
          "null",
          "nullstr",
          "sample_rows",
          "sample_size",
          "all_varchar");

  static TextOptions of(Map<String, String> options) {
    for (String name : options.keySet()) {
      if (!KNOWN.contains(name.toLowerCase(Locale.ROOT))) {
        throw new EngineException(
            ErrorCode.INVALID_ARGUMENT,
            "there is no option \"" + name + "\" of text files",
            null,
            NearestName.hint(name, KNOWN).orElse("options: " + String.join(", ", KNOWN)),
            null);
      }
    }
    Optional<String> delimiter = first(options, "delimiter", "delim", "sep", "field_delimiter");
    long sample =
        first(options, "sample_rows", "sample_size")
            .map(TextOptions::rows)
            .orElse(DEFAULT_SAMPLE_ROWS);
    return new TextOptions(
        first(options, "header", "skip_header", "parse_header").map(text -> bool("header", text)),
        delimiter.map(text -> character("delimiter", text.equals("\\t") ? "\t" : text)),
        first(options, "quote").map(text -> character("quote", text)).orElse('"'),
        first(options, "null", "nullstr"),
        sample < 0 ? Long.MAX_VALUE : sample,
        first(options, "all_varchar").map(text -> bool("all_varchar", text)).orElse(false));
  }

  private static Optional<String> first(Map<String, String> options, String... names) {
    for (String name : names) {
      for (Map.Entry<String, String> option : options.entrySet()) {
        if (option.getKey().equalsIgnoreCase(name)) {
          return Optional.of(option.getValue());
        }
      }
    }
    return Optional.empty();
  }

  private static long rows(String text) {
    try {
      long rows = Long.parseLong(text.strip());
      if (rows >= -1 && rows != 0) {
        return rows;
      }
    } catch (NumberFormatException e) {
      // Falls through to the error, which says all that there is to say.
    }
    throw new EngineException(
        ErrorCode.INVALID_ARGUMENT,
        "option sample_rows must be a number of rows, or -1 for all, not \"" + text + "\"");
  }

  private static boolean bool(String name, String text) {
    return switch (text.strip().toLowerCase(Locale.ROOT)) {
      case "true", "1", "yes", "on" -> true;
      case "false", "0", "no", "off" -> false;
      default ->
          throw new EngineException(
              ErrorCode.INVALID_ARGUMENT,
              "option " + name + " must be true or false, not \"" + text + "\"");
    };
  }

  private static char character(String name, String text) {
    if (text.length() != 1) {
      throw new EngineException(
          ErrorCode.INVALID_ARGUMENT,
          "option " + name + " must be one character, not \"" + text + "\"");
    }
    return text.charAt(0);
  }
}
