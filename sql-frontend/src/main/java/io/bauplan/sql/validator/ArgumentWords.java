package io.bauplan.sql.validator;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Says in our words which types an operator or function was given and which it takes.
record ArgumentWords(String message, String hint) {
  private static final int MAX_FORMS = 4;

  /// `<BIGINT>`, not the `<` of a comparison.
  private static final Pattern TYPE = Pattern.compile("<([A-Za-z(][^<>]*)>");

  private static final Set<String> COMPARISONS = Set.of("=", "<>", "<", "<=", ">", ">=");

  /// Names that statements are rewritten to.
  private static final Map<String, String> NAMES =
      Map.of("TRUNCATE_TIME", "DATE_TRUNC", "LIST_SLICE_OPEN", "[:]", "ITEM", "[]");

  private static final Map<String, String> FAMILIES =
      Map.ofEntries(
          Map.entry("NUMERIC", "a number"),
          Map.entry("EXACT_NUMERIC", "a number"),
          Map.entry("APPROXIMATE_NUMERIC", "a number"),
          Map.entry("INTEGER", "a whole number"),
          Map.entry("CHARACTER", "text"),
          Map.entry("STRING", "text or BINARY"),
          Map.entry("BINARY", "BINARY"),
          Map.entry("BOOLEAN", "BOOLEAN"),
          Map.entry("DATETIME", "a date or time"),
          Map.entry("TIMESTAMP", "a TIMESTAMP"),
          Map.entry("DATE", "a DATE"),
          Map.entry("TIME", "a TIME"),
          Map.entry("DATETIME_INTERVAL", "an INTERVAL"),
          Map.entry("INTERVAL", "an INTERVAL"),
          Map.entry("ARRAY", "a list"),
          Map.entry("MULTISET", "a multiset"),
          Map.entry("MAP", "a map"),
          Map.entry("LIST OR TEXT", "a list or text"),
          Map.entry("LIST OR MAP", "a list or map"),
          Map.entry("ANY", "anything"));

  static ArgumentWords of(String operator, String found, String forms) {
    List<String> types =
        types(found).stream()
            .map(ValidationErrors::words)
            // Field names come in capitals.
            .map(type -> type.startsWith("ROW(") ? "ROW" : type)
            .toList();
    String name = NAMES.getOrDefault(operator, operator);
    if (operator.equals("$SCALAR_QUERY")) {
      return new ArgumentWords(
          "a sub-query that stands for a value must have one column", "Leave one column in it.");
    }
    boolean infix = types.size() == 2 && !operator.matches("\\w+.*");
    String given = String.join(infix ? " and " : ", ", types);
    String message = name + " cannot take " + (given.isEmpty() ? "no arguments" : given);
    if (COMPARISONS.contains(operator)) {
      return new ArgumentWords(
          types.size() == 2 ? types.get(0) + " cannot be compared with " + types.get(1) : message,
          "Cast one side to the other's type.");
    }
    return new ArgumentWords(message, hint(operator, forms));
  }

  private static String hint(String operator, String forms) {
    if (operator.equals("ITEM")) {
      return "It takes a list and a position from 1, a map and a key, or a row and a field.";
    }
    Set<String> shown = new LinkedHashSet<>();
    for (String form : forms.split("\n")) {
      List<String> wanted = new ArrayList<>();
      for (String family : types(form)) {
        wanted.add(
            FAMILIES.getOrDefault(
                family.toUpperCase(Locale.ROOT),
                ValidationErrors.words(family).toLowerCase(Locale.ROOT)));
      }
      shown.add(
          wanted.isEmpty() ? form.replaceAll("['<>]", "").strip() : String.join(" and ", wanted));
    }
    List<String> some = shown.stream().limit(MAX_FORMS).toList();
    return "It takes " + String.join(", or ", some) + (shown.size() > MAX_FORMS ? ", ..." : ".");
  }

  private static List<String> types(String text) {
    List<String> types = new ArrayList<>();
    Matcher matcher = TYPE.matcher(text);
    while (matcher.find()) {
      types.add(matcher.group(1));
    }
    return types;
  }
}
