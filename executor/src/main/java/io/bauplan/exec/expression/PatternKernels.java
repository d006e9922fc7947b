package io.bauplan.exec.expression;

import io.bauplan.exec.expression.StrictNode.Kernel;
import io.bauplan.sql.plan.DataType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/// Regular expressions, in Java's syntax. A pattern is compiled once, not once a row.
public final class PatternKernels {
  private static final int CACHED_PATTERNS = 200;

  private static final Map<String, Pattern> COMPILED =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Pattern> eldest) {
          return size() > CACHED_PATTERNS;
        }
      };

  private PatternKernels() {}

  static @Nullable Kernel find(String function, List<DataType> types) {
    if (types.size() < 2
        || !(types.get(0) instanceof DataType.VarcharType)
        || !(types.get(1) instanceof DataType.VarcharType)) {
      return null;
    }
    return switch (function) {
      case "regexp_like" ->
          types.size() == 2
              ? (in, row, out) -> out.set(row, matcher(in, row).find() ? 1L : 0L)
              : types.size() == 3
                  ? (in, row, out) ->
                      out.set(
                          row,
                          compile(TextKernels.text(in[1], row), TextKernels.text(in[2], row))
                                  .matcher(TextKernels.text(in[0], row))
                                  .find()
                              ? 1L
                              : 0L)
                  : null;
      case "regexp_count" -> (in, row, out) -> out.set(row, matcher(in, row).results().count());
      case "regexp_position" ->
          (in, row, out) -> {
            Matcher matcher = matcher(in, row);
            out.set(
                row,
                matcher.find()
                    ? TextKernels.text(in[0], row).codePointCount(0, matcher.start()) + 1L
                    : -1L);
          };
      case "regexp_part" -> PatternKernels::part;
      case "regexp_extract" -> extract(types.size() == 3);
      case "regexp_replace" -> replacement(types);
      default -> null;
    };
  }

  /// `REGEXP_SUBSTR(text, pattern [, from [, occurrence [, flags [, group]]]])`.
  private static void part(Register[] in, int row, StrictNode.Output out) {
    String text = TextKernels.text(in[0], row);
    long from = in.length > 2 ? in[2].longs[row] : 1;
    long occurrence = in.length > 3 ? in[3].longs[row] : 1;
    String flags = in.length > 4 ? TextKernels.text(in[4], row) : "";
    long group = in.length > 5 ? in[5].longs[row] : flags.contains("e") ? 1 : 0;
    if (from < 1 || occurrence < 1) {
      throw Errors.invalidArgument("REGEXP_SUBSTR counts characters and matches from 1");
    }
    Matcher matcher = compile(TextKernels.text(in[1], row), flags).matcher(text);
    if (group < 0 || group > matcher.groupCount()) {
      throw Errors.invalidArgument("REGEXP_SUBSTR: the pattern has no group " + group);
    }
    int points = text.codePointCount(0, text.length());
    int start = from > points ? text.length() : text.offsetByCodePoints(0, (int) from - 1);
    boolean found = matcher.find(start);
    for (long i = 1; found && i < occurrence; i++) {
      found = matcher.find();
    }
    String part = found ? matcher.group((int) group) : null;
    if (part == null) {
      out.setNull(row);
    } else {
      out.set(row, part);
    }
  }

  /// The whole match, or its only group; the third argument names another.
  private static Kernel extract(boolean group) {
    return (in, row, out) -> {
      Matcher matcher = matcher(in, row);
      if (!matcher.find()) {
        out.setNull(row);
        return;
      }
      long number = group ? in[2].longs[row] : matcher.groupCount() == 1 ? 1 : 0;
      if (number < 0 || number > matcher.groupCount()) {
        throw Errors.invalidArgument(
            "REGEXP_EXTRACT: the pattern has "
                + matcher.groupCount()
                + " groups; there is no group "
                + number);
      }
      String found = matcher.group((int) number);
      if (found == null) {
        out.setNull(row);
      } else {
        out.set(row, found);
      }
    };
  }

  /// `\1` and `$1` in the replacement stand for groups; every match is replaced, with flags that
  /// lack `g` only the first.
  private static @Nullable Kernel replacement(List<DataType> types) {
    if (types.size() < 2
        || types.size() > 4
        || types.stream().anyMatch(type -> !(type instanceof DataType.VarcharType))) {
      return null;
    }
    return (in, row, out) -> {
      String flags = in.length == 4 ? TextKernels.text(in[3], row) : "g";
      Matcher matcher =
          compile(TextKernels.text(in[1], row), flags.replace("g", ""))
              .matcher(TextKernels.text(in[0], row));
      String by =
          in.length > 2 ? TextKernels.text(in[2], row).replaceAll("\\\\(\\d)", "\\$$1") : "";
      try {
        out.set(row, flags.contains("g") ? matcher.replaceAll(by) : matcher.replaceFirst(by));
      } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
        throw Errors.invalidArgument("REGEXP_REPLACE: " + e.getMessage());
      }
    };
  }

  private static Matcher matcher(Register[] in, int row) {
    return compile(TextKernels.text(in[1], row), "").matcher(TextKernels.text(in[0], row));
  }

  /// @param flags of `i` (case does not matter), `s` (`.` matches line ends), `m` (`^` and `$`
  /// match at lines), `c` (case matters)
  public static Pattern compile(String pattern, String flags) {
    String key = flags + ' ' + pattern;
    synchronized (COMPILED) {
      Pattern known = COMPILED.get(key);
      if (known != null) {
        return known;
      }
      Pattern made = make(pattern, flags);
      COMPILED.put(key, made);
      return made;
    }
  }

  private static Pattern make(String pattern, String flags) {
    int bits = 0;
    for (char flag : flags.toCharArray()) {
      bits |=
          switch (flag) {
            case 'i' -> Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE;
            case 's' -> Pattern.DOTALL;
            case 'm' -> Pattern.MULTILINE;
            case 'c', 'e' -> 0;
            default ->
                throw Errors.invalidArgument(
                    "'" + flag + "' is no flag of a regular expression; there are i, s, m, c, g");
          };
    }
    try {
      return Pattern.compile(pattern, bits);
    } catch (PatternSyntaxException e) {
      throw Errors.invalidArgument(
          "'" + Errors.shorten(pattern) + "' is no regular expression: " + e.getDescription());
    }
  }
}
