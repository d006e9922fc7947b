package io.bauplan.sql.parser;

import io.bauplan.sql.error.NearestName;
import io.bauplan.sql.parser.generated.BauplanParserConstants;
import io.bauplan.sql.parser.generated.Token;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/// Finds the mistyped keyword behind a syntax error by trying: of the words around the error, the
/// one whose correction lets the parser read on. `SELECT a FORM t` is refused at `t` only, since
/// `FORM` may be a's alias.
final class Typos {
  /// Words looked at before the error, and after it where the grammar looked ahead.
  private static final int WORDS_BEFORE = 4;

  private static final int WORDS_AFTER = 4;

  /// Corrections tried; each reads the statement once.
  private static final int MAX_TRIES = 30;

  /// Longer texts are not read again.
  private static final int MAX_TEXT_CHARS = 20_000;

  /// What all of a text that parses counts as.
  static final int NO_ERROR = Integer.MAX_VALUE;

  /// @param word the keyword that was meant
  record Fix(Token token, String word) {}

  private record Try(Token token, String word, int distance, int reached) {}

  private Typos() {}

  /// @param tokens of the statement as far as they were read
  /// @param errorAt offset of the token that was refused
  /// @param parse gives the offset at which a changed text is refused, or `NO_ERROR`
  static Optional<Fix> find(
      SourceText source, List<Token> tokens, int errorAt, ToIntFunction<String> parse) {
    if (source.text().length() > MAX_TEXT_CHARS) {
      return Optional.empty();
    }
    int refused = 0;
    while (refused < tokens.size() - 1 && offset(source, tokens.get(refused)) < errorAt) {
      refused++;
    }
    List<Try> candidates = candidates(tokens, refused);
    @Nullable Try best = null;
    for (Try candidate : candidates.subList(0, Math.min(MAX_TRIES, candidates.size()))) {
      int begin = offset(source, candidate.token);
      int end = begin + candidate.token.image.length();
      String text =
          source.text().substring(0, begin) + candidate.word + source.text().substring(end);
      int reached = parse.applyAsInt(text);
      if (reached != NO_ERROR) {
        // In the text as it was.
        reached -= candidate.word.length() - candidate.token.image.length();
      }
      boolean further = reached > Math.max(errorAt, end);
      if (further && (best == null || reached > best.reached)) {
        best = new Try(candidate.token, candidate.word, candidate.distance, reached);
      }
    }
    return best == null ? Optional.empty() : Optional.of(new Fix(best.token, best.word));
  }

  /// The likeliest first: few letters differ, near the error.
  private static List<Try> candidates(List<Token> tokens, int refused) {
    List<Try> candidates = new ArrayList<>();
    int from = Math.max(0, refused - WORDS_BEFORE);
    int to = Math.min(tokens.size(), refused + WORDS_AFTER);
    for (Token token : tokens.subList(from, to)) {
      if (!isWord(token) || Keywords.isReserved(token.image)) {
        continue;
      }
      int limit = token.image.length() <= 4 ? 1 : 2;
      for (String word : Keywords.all()) {
        int distance = NearestName.distance(token.image, word);
        if (distance > 0 && distance <= limit && distance < word.length()) {
          candidates.add(new Try(token, word, distance, 0));
        }
      }
    }
    candidates.sort(Comparator.comparingInt(Try::distance));
    return candidates;
  }

  private static boolean isWord(Token token) {
    return token.image.length() > 1
        && token.kind != BauplanParserConstants.QUOTED_IDENTIFIER
        && token.kind != BauplanParserConstants.BACK_QUOTED_IDENTIFIER
        && token.image.toUpperCase(Locale.ROOT).matches("[A-Z_]+");
  }

  private static int offset(SourceText source, Token token) {
    return source.offset(token.beginLine, token.beginColumn);
  }
}
