package io.bauplan.exec.expression;

import io.bauplan.exec.expression.StrictNode.Kernel;
import io.bauplan.sql.plan.DataType;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// How alike two texts are, parts of texts and of addresses.
final class WordKernels {
  private WordKernels() {}

  static @Nullable Kernel find(String function, List<DataType> types) {
    if (types.isEmpty() || !(types.getFirst() instanceof DataType.VarcharType)) {
      return null;
    }
    return switch (function) {
      case "levenshtein" ->
          (in, row, out) ->
              out.set(
                  row, (long) distance(TextKernels.text(in[0], row), TextKernels.text(in[1], row)));
      case "hamming" ->
          (in, row, out) ->
              out.set(row, hamming(TextKernels.text(in[0], row), TextKernels.text(in[1], row)));
      case "jaccard" ->
          (in, row, out) ->
              out.set(row, jaccard(TextKernels.text(in[0], row), TextKernels.text(in[1], row)));
      case "strtok" -> WordKernels::token;
      case "quote" ->
          (in, row, out) ->
              out.set(row, "'" + TextKernels.text(in[0], row).replace("'", "''") + "'");
      case "normalize" ->
          (in, row, out) ->
              out.set(row, Normalizer.normalize(TextKernels.text(in[0], row), Normalizer.Form.NFC));
      case "array_contains_value" ->
          types.get(1) instanceof DataType.VarcharType
              ? (in, row, out) ->
                  out.set(
                      row,
                      Bytes.indexOf(
                                  in[0].longs[row],
                                  in[0].lengths[row],
                                  Bytes.array(in[1].longs[row], in[1].lengths[row]),
                                  0)
                              < 0
                          ? 0L
                          : 1L)
              : null;
      case "to_boolean" -> (in, row, out) -> truth(in, row, out, false);
      case "try_to_boolean" -> (in, row, out) -> truth(in, row, out, true);
      case "url_extract_host" -> url(URI::getHost);
      case "url_extract_path" -> url(URI::getPath);
      case "url_extract_protocol" -> url(URI::getScheme);
      case "url_extract_query" -> url(URI::getQuery);
      case "url_extract_fragment" -> url(URI::getFragment);
      case "url_extract_port" -> WordKernels::port;
      case "url_extract_parameter" -> WordKernels::parameter;
      default -> null;
    };
  }

  private static int distance(String left, String right) {
    int[] a = left.codePoints().toArray();
    int[] b = right.codePoints().toArray();
    int[] costs = new int[b.length + 1];
    for (int j = 0; j <= b.length; j++) {
      costs[j] = j;
    }
    for (int i = 1; i <= a.length; i++) {
      int diagonal = costs[0];
      costs[0] = i;
      for (int j = 1; j <= b.length; j++) {
        int above = costs[j];
        int change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
        costs[j] = Math.min(change, Math.min(above, costs[j - 1]) + 1);
        diagonal = above;
      }
    }
    return costs[b.length];
  }

  private static long hamming(String left, String right) {
    int[] a = left.codePoints().toArray();
    int[] b = right.codePoints().toArray();
    if (a.length != b.length) {
      throw Errors.invalidArgument("HAMMING compares texts of equal length");
    }
    long different = 0;
    for (int i = 0; i < a.length; i++) {
      different += a[i] == b[i] ? 0 : 1;
    }
    return different;
  }

  /// Of the sets of characters.
  private static double jaccard(String left, String right) {
    Set<Integer> a = characters(left);
    Set<Integer> all = characters(right);
    if (a.isEmpty() || all.isEmpty()) {
      throw Errors.invalidArgument("JACCARD compares texts that are not empty");
    }
    Set<Integer> both = new HashSet<>(a);
    both.retainAll(all);
    all.addAll(a);
    return (double) both.size() / all.size();
  }

  private static Set<Integer> characters(String text) {
    Set<Integer> characters = new HashSet<>();
    text.codePoints().forEach(characters::add);
    return characters;
  }

  /// `STRTOK(text [, delimiters [, part]])`: empty parts do not count.
  private static void token(Register[] in, int row, StrictNode.Output out) {
    String delimiters = in.length > 1 ? TextKernels.text(in[1], row) : " ";
    long wanted = in.length > 2 ? in[2].longs[row] : 1;
    java.util.StringTokenizer tokens =
        new java.util.StringTokenizer(TextKernels.text(in[0], row), delimiters);
    for (long i = 1; tokens.hasMoreTokens(); i++) {
      String token = tokens.nextToken();
      if (i == wanted) {
        out.set(row, token);
        return;
      }
    }
    out.setNull(row);
  }

  private static void truth(Register[] in, int row, StrictNode.Output out, boolean safe) {
    String text = TextKernels.text(in[0], row).strip().toLowerCase(java.util.Locale.ROOT);
    switch (text) {
      case "true", "t", "yes", "y", "on", "1" -> out.set(row, 1L);
      case "false", "f", "no", "n", "off", "0" -> out.set(row, 0L);
      default -> {
        if (!safe) {
          throw Errors.invalidCast(text, DataType.BOOLEAN);
        }
        out.setNull(row);
      }
    }
  }

  private static Kernel url(Function<URI, @Nullable String> part) {
    return (in, row, out) -> {
      String found = part(TextKernels.text(in[0], row), part);
      if (found == null) {
        out.setNull(row);
      } else {
        out.set(row, found);
      }
    };
  }

  private static @Nullable String part(String url, Function<URI, @Nullable String> part) {
    try {
      return part.apply(new URI(url));
    } catch (URISyntaxException e) {
      return null;
    }
  }

  private static void port(Register[] in, int row, StrictNode.Output out) {
    try {
      int port = new URI(TextKernels.text(in[0], row)).getPort();
      if (port >= 0) {
        out.set(row, port);
        return;
      }
    } catch (URISyntaxException e) {
      // No URL: NULL, as for its other parts.
    }
    out.setNull(row);
  }

  private static void parameter(Register[] in, int row, StrictNode.Output out) {
    String query = part(TextKernels.text(in[0], row), URI::getRawQuery);
    String name = TextKernels.text(in[1], row);
    if (query != null) {
      for (String pair : query.split("&", -1)) {
        int equals = pair.indexOf('=');
        String key = equals < 0 ? pair : pair.substring(0, equals);
        if (key.equals(name)) {
          String value = equals < 0 ? "" : pair.substring(equals + 1);
          out.set(row, URLDecoder.decode(value, StandardCharsets.UTF_8));
          return;
        }
      }
    }
    out.setNull(row);
  }
}
