package io.bauplan.udf.python;

import java.lang.management.ManagementFactory;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// How much shared memory the tables of functions may take; beyond it they lie on disk.
final class TableBudget {
  /// Names the budget, such as `8GB`.
  private static final String VARIABLE = "BAUPLAN_SHARED_MEMORY";

  private static final Pattern FORM = Pattern.compile("([0-9]{1,12})([KMGT]?)(I?B)?");

  private TableBudget() {}

  /// What the variable says, else half of the machine's memory.
  static long bytes(Map<String, String> variables) {
    String text = variables.getOrDefault(VARIABLE, "").replace(" ", "").toUpperCase(Locale.ROOT);
    if (text.isEmpty()) {
      return ManagementFactory.getOperatingSystemMXBean()
              instanceof com.sun.management.OperatingSystemMXBean machine
          ? machine.getTotalMemorySize() / 2
          : Long.MAX_VALUE;
    }
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "%s is '%s', which is no amount of memory; write it as 8GB".formatted(VARIABLE, text));
    }
    int unit = 10 * " KMGT".indexOf(matcher.group(2).isEmpty() ? " " : matcher.group(2));
    return Long.parseLong(matcher.group(1)) << unit;
  }
}
