package io.bauplan.sql.error;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/// Finds the name that someone probably meant, for "did you mean" hints.
///
/// The distance is Damerau's in its restricted form (insertions, deletions, replacements and swaps
/// of neighbours), letter case ignored.
public final class NearestName {
  /// Longer names are not compared: hints are for people's typing errors.
  private static final int MAX_NAME_CHARS = 256;

  /// Candidates looked at; a hint is not worth more.
  private static final int MAX_CANDIDATES = 10_000;

  private static final int MIN_ABBREVIATION_CHARS = 3;

  private NearestName() {}

  /// The candidate nearest to `wanted`, if one is near enough: at most a third of its letters
  /// differ. Of several equally near the first wins.
  public static Optional<String> nearest(String wanted, Collection<String> candidates) {
    if (wanted.isEmpty() || wanted.length() > MAX_NAME_CHARS) {
      return Optional.empty();
    }
    String from = wanted.toLowerCase(Locale.ROOT);
    String best = null;
    int bestDistance = Math.max(1, (wanted.length() + 1) / 3) + 1;
    int seen = 0;
    for (String candidate : candidates) {
      if (seen++ >= MAX_CANDIDATES) {
        break;
      }
      if (Math.abs(candidate.length() - wanted.length()) >= bestDistance) {
        continue;
      }
      int distance = distance(from, candidate.toLowerCase(Locale.ROOT));
      if (distance < bestDistance && distance < candidate.length()) {
        best = candidate;
        bestDistance = distance;
      }
    }
    return best != null ? Optional.of(best) : abbreviated(from, candidates);
  }

  /// `amnt` for `amount`: letters left out, none changed.
  private static Optional<String> abbreviated(String wanted, Collection<String> candidates) {
    if (wanted.length() < MIN_ABBREVIATION_CHARS) {
      return Optional.empty();
    }
    return candidates.stream()
        .limit(MAX_CANDIDATES)
        .filter(candidate -> candidate.length() <= 2 * wanted.length())
        .filter(candidate -> isSubsequence(wanted, candidate.toLowerCase(Locale.ROOT)))
        .findFirst();
  }

  private static boolean isSubsequence(String letters, String of) {
    if (of.isEmpty() || of.charAt(0) != letters.charAt(0)) {
      return false;
    }
    int found = 0;
    for (int i = 0; i < of.length() && found < letters.length(); i++) {
      found += of.charAt(i) == letters.charAt(found) ? 1 : 0;
    }
    return found == letters.length();
  }

  /// `did you mean "x"?`, ready to be an exception's hint.
  public static Optional<String> hint(String wanted, Collection<String> candidates) {
    return nearest(wanted, candidates).map(name -> "did you mean \"" + name + "\"?");
  }

  /// Insertions, deletions, replacements and swaps of neighbours between two names; letter case is
  /// ignored.
  public static int distance(String first, String second) {
    String a = first.toLowerCase(Locale.ROOT);
    String b = second.toLowerCase(Locale.ROOT);
    int[] beforeLast = new int[b.length() + 1];
    int[] last = new int[b.length() + 1];
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      last[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = last[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(replaced, Math.min(last[j], row[j - 1]) + 1);
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          row[j] = Math.min(row[j], beforeLast[j - 2] + 1);
        }
      }
      int[] free = beforeLast;
      beforeLast = last;
      last = row;
      row = free;
    }
    return last[b.length()];
  }
}
