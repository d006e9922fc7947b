package io.bauplan.sql.explain;

import io.bauplan.sql.explain.ExplainNode.Actual;
import io.bauplan.sql.explain.ExplainNode.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/// Figures of a node in words. A figure that nobody counted is left out.
final class Figures {
  private Figures() {}

  /// Lines below a node, the filter first.
  ///
  /// @param totalNanos of all nodes, for shares; 0 = none
  static List<String> lines(ExplainNode node, long totalNanos) {
    List<String> lines = new ArrayList<>();
    node.filter().ifPresent(filter -> lines.add("filter: " + filter));
    String rows = rows(node, totalNanos);
    if (!rows.isEmpty()) {
      lines.add(rows);
    }
    String read = node.actual().map(actual -> read(node, actual)).orElseGet(() -> planned(node));
    if (!read.isEmpty()) {
      lines.add(read);
    }
    node.actual().map(Figures::given).filter(text -> !text.isEmpty()).ifPresent(lines::add);
    node.actual().map(Figures::called).filter(text -> !text.isEmpty()).ifPresent(lines::add);
    node.actual().map(Figures::skipped).filter(text -> !text.isEmpty()).ifPresent(lines::add);
    return lines;
  }

  private static String rows(ExplainNode node, long totalNanos) {
    OptionalDouble estimate = node.estimatedRows();
    if (node.actual().isEmpty()) {
      return estimate.isPresent() ? "about " + count(estimate.getAsDouble(), "row") : "";
    }
    Actual actual = node.actual().get();
    StringBuilder text = new StringBuilder(count(actual.rows(), "row"));
    if (estimate.isPresent()) {
      text.append(" (estimated ").append(number(estimate.getAsDouble())).append(')');
    }
    text.append(", ").append(millis(actual.nanos()));
    if (totalNanos > 0) {
      text.append(String.format(Locale.ROOT, " (%.0f%%)", 100.0 * actual.nanos() / totalNanos));
    }
    if (actual.peakMemoryBytes() > 0) {
      text.append(", ").append(bytes(actual.peakMemoryBytes())).append(" memory");
    }
    if (actual.counter("bytesSpilled") > 0) {
      text.append(", ").append(bytes(actual.counter("bytesSpilled"))).append(" spilled to disk");
    }
    return text.toString();
  }

  private static String planned(ExplainNode node) {
    return node.files().map(f -> "reads " + files(f) + ", " + bytes(f.bytes())).orElse("");
  }

  private static String files(Files files) {
    return files.total().isPresent() && files.total().getAsLong() != files.count()
        ? number(files.count()) + " of " + count(files.total().getAsLong(), "file")
        : count(files.count(), "file");
  }

  private static String read(ExplainNode node, Actual actual) {
    List<String> parts = new ArrayList<>();
    long rowGroups = actual.counter("rowGroupsRead");
    if (rowGroups > 0) {
      parts.add(count(rowGroups, "row group"));
    }
    node.files().ifPresent(files -> parts.add(files(files)));
    if (actual.counters().containsKey("rowsRead")) {
      parts.add(count(actual.counter("rowsRead"), "row"));
    }
    String from = parts.isEmpty() ? "" : " (" + String.join(", ", parts) + ")";
    return actual.counters().containsKey("bytesRead")
        ? "read " + bytes(actual.counter("bytesRead")) + from + cached(actual)
        : "";
  }

  private static String cached(Actual actual) {
    StringBuilder text = new StringBuilder();
    if (actual.counter("bytesFromMemory") > 0) {
      text.append(", ").append(bytes(actual.counter("bytesFromMemory"))).append(" from memory");
    }
    if (actual.counter("bytesFromDisk") > 0) {
      text.append(", ").append(bytes(actual.counter("bytesFromDisk"))).append(" from disk cache");
    }
    if (actual.counter("bytesSaved") > 0) {
      text.append(", saved ").append(bytes(actual.counter("bytesSaved")));
    }
    return text.toString();
  }

  /// What a function was given.
  private static String given(Actual actual) {
    return actual.counters().containsKey("bytesMapped")
        ? "input "
            + bytes(actual.counter("bytesMapped"))
            + " mapped from shared memory, "
            + bytes(actual.counter("bytesCopied"))
            + " copied"
            + (actual.counter("bytesPassed") > 0
                ? ", " + bytes(actual.counter("bytesPassed")) + " returned by reference"
                : "")
        : "";
  }

  /// How a function was started, and where its time went.
  private static String called(Actual actual) {
    long calls = actual.counter("functionCalls");
    if (calls == 0) {
      return "";
    }
    return count(calls, "call")
        + " ("
        + actual.counter("zygoteCalls")
        + " forked from a zygote"
        + (actual.counter("inProcessCalls") > 0
            ? ", " + actual.counter("inProcessCalls") + " in the engine's process"
            : "")
        + "), environment "
        + millis(actual.counter("environmentNanos"))
        + ", input "
        + millis(actual.counter("transferNanos"))
        + ", start "
        + millis(actual.counter("startNanos"))
        + " (imports "
        + millis(actual.counter("importNanos"))
        + "), function "
        + millis(actual.counter("userNanos"))
        + ", output "
        + millis(actual.counter("outputNanos"));
  }

  private static String skipped(Actual actual) {
    List<String> parts = new ArrayList<>();
    long files = actual.counter("filesSkipped");
    if (files > 0) {
      parts.add(count(files, "file") + " (" + bytes(actual.counter("fileBytesSkipped")) + ")");
    }
    long groups = actual.counter("rowGroupsSkipped");
    if (groups > 0) {
      parts.add(count(groups, "row group"));
    }
    long pages = actual.counter("pagesSkipped");
    if (pages > 0) {
      parts.add(count(pages, "page"));
    }
    if (groups + pages > 0) {
      int last = parts.size() - 1;
      parts.set(
          last,
          parts.get(last)
              + " ("
              + count(actual.counter("rowsSkipped"), "row")
              + ", "
              + bytes(actual.counter("bytesSkipped"))
              + ")");
    }
    return parts.isEmpty() ? "" : "skipped " + String.join(", ", parts);
  }

  static String count(double many, String what) {
    return number(many) + " " + what + (Math.round(many) == 1 ? "" : "s");
  }

  static String number(double value) {
    return value < 1e15
        ? String.format(Locale.ROOT, "%,d", Math.round(value))
        : String.format(Locale.ROOT, "%.1e", value);
  }

  static String millis(long nanos) {
    return String.format(Locale.ROOT, nanos < 10_000_000 ? "%.2f ms" : "%,.0f ms", nanos / 1e6);
  }

  static String bytes(long bytes) {
    if (bytes < 10_000) {
      return String.format(Locale.ROOT, "%,d B", bytes);
    }
    return bytes < 10_000_000
        ? String.format(Locale.ROOT, "%,d kB", bytes / 1000)
        : String.format(Locale.ROOT, "%,d MB", bytes / 1_000_000);
  }
}
