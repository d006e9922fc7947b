package io.bauplan.tests.sqllogictest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// The file of records known not to pass in the fixed sample, one a line: `script:line  cause`. It
/// may only shrink: a record that is not in it fails the run, and accepting takes lines out only.
/// A wrong answer is never accepted.
final class KnownFailures {
  private static final String GAP = "  ";

  private final Path file;
  private final List<String> comments = new ArrayList<>();
  private final Map<String, String> causes = new TreeMap<>();

  private KnownFailures(Path file) {
    this.file = file;
  }

  static KnownFailures read(Path file) throws IOException {
    KnownFailures known = new KnownFailures(file);
    for (String line : Files.readAllLines(file)) {
      int gap = line.indexOf(GAP);
      if (line.startsWith("#")) {
        known.comments.add(line);
      } else if (gap > 0) {
        known.causes.put(line.substring(0, gap), line.substring(gap + GAP.length()));
      }
    }
    return known;
  }

  /// What must not be: wrong answers, and failures that are not in the file.
  List<Tally.Failure> unknown(List<Tally.Failure> failures) {
    return failures.stream()
        .filter(f -> f.outcome() instanceof Outcome.Wrong || !causes.containsKey(f.record()))
        .toList();
  }

  /// Records of the file that pass now.
  List<String> fixed(List<Tally.Failure> failures) {
    List<String> failing = failures.stream().map(Tally.Failure::record).toList();
    return causes.keySet().stream().filter(record -> !failing.contains(record)).toList();
  }

  /// Takes records out of the file.
  void remove(List<String> records) throws IOException {
    records.forEach(causes::remove);
    List<String> lines = new ArrayList<>(comments);
    causes.forEach((record, cause) -> lines.add(record + GAP + cause));
    Files.write(file, lines);
  }
}
