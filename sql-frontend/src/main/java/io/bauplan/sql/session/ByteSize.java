package io.bauplan.sql.session;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Amounts of memory as people write them: `512MB`, `1.5 GB`, `2GiB`, `1073741824`. Units are
/// powers of 1024, whatever their spelling.
public final class ByteSize {
  private static final Pattern FORM =
      Pattern.compile("\\s*([0-9]{1,18}(?:\\.[0-9]{1,6})?)\\s*([kmgt]?)(?:i?b)?\\s*");

  private ByteSize() {}

  /// @param setting named in the error
  public static long parse(String setting, String text) {
    Matcher matcher = FORM.matcher(text.toLowerCase(Locale.ROOT));
    if (!matcher.matches()) {
      throw invalid(setting, text);
    }
    int shift =
        switch (matcher.group(2)) {
          case "k" -> 10;
          case "m" -> 20;
          case "g" -> 30;
          case "t" -> 40;
          default -> 0;
        };
    double bytes = Double.parseDouble(matcher.group(1)) * (1L << shift);
    if (bytes < 1 || bytes > Long.MAX_VALUE) {
      throw invalid(setting, text);
    }
    return (long) bytes;
  }

  private static EngineException invalid(String setting, String text) {
    return new EngineException(
            ErrorCode.INVALID_ARGUMENT, "\"" + text + "\" is no amount of memory for " + setting)
        .withHint("write a number and a unit, such as 512MB or 2GB");
  }
}
