package io.bauplan.exec.expression.value;

import io.bauplan.exec.expression.Errors;
import io.bauplan.exec.expression.PatternKernels;
import io.bauplan.exec.expression.TextFormat;
import io.bauplan.sql.plan.DataType;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.IllegalFormatException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Texts that become lists, texts made by a pattern, and hashes of anything.
final class TextFunctions {
  private static final Pattern BRACES = Pattern.compile("\\{\\{|\\}\\}|\\{(\\d*)(?::([^}]*))?\\}");

  private static final int HASH_ROUNDS = 31;

  private TextFunctions() {}

  static @Nullable ValueFunction find(String function, List<DataType> types) {
    return switch (function) {
      case "split_text" -> ((ValueFunction) TextFunctions::split).strict();
      case "regexp_extract_all" -> ((ValueFunction) TextFunctions::matches).strict();
      case "regexp_split" -> ((ValueFunction) TextFunctions::splitByPattern).strict();
      case "format_text" -> in -> format(in, types);
      case "typeof" -> in -> types.getFirst().sql();
      case "hash" -> in -> hash(in);
      default -> null;
    };
  }

  private static Object split(@Nullable Object[] in) {
    String text = string(in[0]);
    String delimiter = string(in[1]);
    int limit = in.length > 2 ? clamped(in[2]) : -1;
    if (delimiter.isEmpty()) {
      return text.codePoints().mapToObj(Character::toString).toList();
    }
    return Arrays.asList(text.split(Pattern.quote(delimiter), limit));
  }

  /// A count that no text has is as good as the largest.
  private static int clamped(@Nullable Object number) {
    return (int)
        Math.clamp((Long) Objects.requireNonNull(number), Integer.MIN_VALUE, Integer.MAX_VALUE);
  }

  private static String string(@Nullable Object value) {
    return (String) Objects.requireNonNull(value);
  }

  private static Object matches(@Nullable Object[] in) {
    Matcher matcher = PatternKernels.compile(string(in[1]), "").matcher(string(in[0]));
    int group = in.length > 2 ? clamped(in[2]) : matcher.groupCount() == 1 ? 1 : 0;
    if (group < 0 || group > matcher.groupCount()) {
      throw Errors.invalidArgument("REGEXP_EXTRACT_ALL: the pattern has no group " + group);
    }
    List<@Nullable Object> found = new ArrayList<>();
    while (matcher.find()) {
      found.add(matcher.group(group));
    }
    return found;
  }

  private static Object splitByPattern(@Nullable Object[] in) {
    return Arrays.asList(PatternKernels.compile(string(in[1]), "").split(string(in[0]), -1));
  }

  /// `{}`, `{0}` or `%s`, `%05d`: whichever the pattern has.
  private static @Nullable Object format(@Nullable Object[] in, List<DataType> types) {
    if (in[0] == null) {
      return null;
    }
    String pattern = string(in[0]);
    @Nullable Object[] values = new Object[in.length - 1];
    for (int i = 0; i < values.length; i++) {
      Object value = in[i + 1];
      values[i] =
          value instanceof Long || value instanceof Double || value instanceof BigDecimal
              ? plain(value, types.get(i + 1))
              : value == null
                  ? null
                  : value instanceof Boolean ? value : shown(value, types.get(i + 1));
    }
    if (pattern.indexOf('%') < 0 && BRACES.matcher(pattern).find()) {
      return braces(pattern, values);
    }
    try {
      return String.format(Locale.ROOT, pattern, values);
    } catch (IllegalFormatException e) {
      throw Errors.invalidArgument(
          "FORMAT: '" + Errors.shown(pattern) + "' does not fit its values: " + e.getMessage());
    }
  }

  /// Numbers stay numbers; times become text.
  private static Object plain(Object value, DataType type) {
    return switch (type) {
      case DataType.DateType(), DataType.TimestampType _, DataType.TimeType() -> shown(value, type);
      default -> value;
    };
  }

  private static String shown(Object value, DataType type) {
    return switch (type) {
      case DataType.DateType() -> TextFormat.date((Long) value);
      case DataType.TimestampType _ -> TextFormat.timestamp((Long) value);
      default -> text(value);
    };
  }

  private static String braces(String pattern, @Nullable Object[] values) {
    StringBuilder text = new StringBuilder();
    Matcher matcher = BRACES.matcher(pattern);
    int next = 0;
    int end = 0;
    while (matcher.find()) {
      text.append(pattern, end, matcher.start());
      end = matcher.end();
      if (matcher.group().length() == 2 && matcher.group(1) == null) {
        text.append(matcher.group().charAt(0));
        continue;
      }
      int at =
          Objects.requireNonNullElse(matcher.group(1), "").isEmpty()
              ? next++
              : Integer.parseInt(matcher.group(1));
      if (at >= values.length) {
        throw Errors.invalidArgument("FORMAT: there is no value for {" + at + "}");
      }
      String how = matcher.group(2);
      Object value = values[at];
      text.append(
          how == null || how.isEmpty()
              ? String.valueOf(value)
              : String.format(
                  Locale.ROOT, "%" + how + (how.matches(".*[a-z]$") ? "" : "s"), value));
    }
    return text.append(pattern, end, pattern.length()).toString();
  }

  /// A value as text, where its type does not matter.
  static String text(Object value) {
    return switch (value) {
      case byte[] bytes -> HexFormat.of().formatHex(bytes);
      case BigDecimal number -> number.toPlainString();
      default -> value.toString();
    };
  }

  private static Object hash(@Nullable Object[] in) {
    long hash = 0;
    for (Object value : in) {
      hash = hash * HASH_ROUNDS + mix(value);
    }
    return hash;
  }

  private static long mix(@Nullable Object value) {
    long hash =
        switch (value) {
          case null -> 0x5bd1e995L;
          case Long number -> number;
          case Boolean truth -> truth ? 1 : 2;
          case Double number -> Double.doubleToLongBits(number == 0 ? 0.0 : number);
          case BigDecimal number ->
              string(
                  number
                      .stripTrailingZeros()
                      .toPlainString()
                      .getBytes(java.nio.charset.StandardCharsets.UTF_8));
          case String text -> string(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
          case byte[] bytes -> string(bytes);
          case List<?> list -> {
            long all = 7;
            for (Object element : list) {
              all = all * HASH_ROUNDS + mix(element);
            }
            yield all;
          }
          case Map<?, ?> map -> {
            long all = 11;
            for (Map.Entry<?, ?> entry : map.entrySet()) {
              all += mix(entry.getKey()) ^ Long.rotateLeft(mix(entry.getValue()), 17);
            }
            yield all;
          }
          default -> value.hashCode();
        };
    hash ^= hash >>> 33;
    hash *= 0xff51afd7ed558ccdL;
    hash ^= hash >>> 33;
    hash *= 0xc4ceb9fe1a85ec53L;
    return hash ^ hash >>> 33;
  }

  private static long string(byte[] bytes) {
    long hash = 0xcbf29ce484222325L;
    for (byte b : bytes) {
      hash = (hash ^ (b & 0xff)) * 0x100000001b3L;
    }
    return hash;
  }
}
