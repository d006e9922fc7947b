package io.bauplan.sql.parser;

import io.bauplan.sql.parser.generated.BauplanParser;
import io.bauplan.sql.parser.generated.BauplanParserConstants;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.apache.calcite.sql.parser.SqlAbstractParserImpl;

/// The words of the grammar.
public final class Keywords {
  private static final Set<String> RESERVED = reserved();

  private Keywords() {}

  /// Whether a name of this spelling must be quoted.
  public static boolean isReserved(String word) {
    return RESERVED.contains(word.toUpperCase(Locale.ROOT));
  }

  /// In upper case; for completion in a shell.
  public static Set<String> reservedWords() {
    return RESERVED;
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
