package io.bauplan.sql.parser;

import io.bauplan.sql.parser.generated.BauplanParser;
import io.bauplan.sql.parser.generated.BauplanParserConstants;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.apache.calcite.sql.parser.SqlAbstractParserImpl;

/// The words of the grammar.
public final class Keywords {
  private static final Set<String> RESERVED = reserved();
  private static final Set<String> STATEMENT_WORDS =
      Set.of(
          "BRANCH",
          "BRANCHES",
          "TAG",
          "TAGS",
          "MATERIALIZED",
          "NAMESPACE",
          "NAMESPACES",
          "EXPECTATION",
          "OPTIMIZE",
          "VACUUM",
          "SUMMARIZE",
          "REFRESH",
          "RERUN",
          "PIPELINE",
          "JOB",
          "ASSIGN",
          "PROPERTIES",
          "PARTITIONED",
          "OVERWRITE",
          "COPY",
          "SHOW",
          "TABLES",
          "VIEWS",
          "COLUMNS",
          "FUNCTIONS",
          "SETTINGS",
          "HANDLER",
          "PACKAGES",
          "RETURNS",
          "LINEAGE",
          "SEMANTICS");
  private static final Set<String> ALL = everything();

  private Keywords() {}

  /// Whether a name of this spelling must be quoted.
  public static boolean isReserved(String word) {
    return RESERVED.contains(word.toUpperCase(Locale.ROOT));
  }

  /// In upper case; for completion in a shell.
  public static Set<String> reservedWords() {
    return RESERVED;
  }

  /// Words of the grammar, and those that the classes which read statements look for, in upper
  /// case: what a mistyped word may stand for.
  static Set<String> all() {
    return ALL;
  }

  private static Set<String> everything() {
    Set<String> all = new TreeSet<>(STATEMENT_WORDS);
    for (String image : BauplanParserConstants.tokenImage) {
      String word = image.length() > 3 ? image.substring(1, image.length() - 1) : "";
      if (word.matches("[A-Z_]{2,}")) {
        all.add(word);
      }
    }
    return all;
  }

  private static Set<String> reserved() {
    SqlAbstractParserImpl.Metadata metadata =
        new BauplanParser(new java.io.StringReader("")).getMetadata();
    Set<String> reserved = new HashSet<>();
    for (String image : BauplanParserConstants.tokenImage) {
      String word = image.length() > 2 ? image.substring(1, image.length() - 1) : "";
      if (!word.isEmpty()
          && Character.isLetter(word.charAt(0))
          && metadata.isKeyword(word)
          && !metadata.isNonReservedKeyword(word)) {
        reserved.add(word.toUpperCase(Locale.ROOT));
      }
    }
    return Set.copyOf(reserved);
  }
}
