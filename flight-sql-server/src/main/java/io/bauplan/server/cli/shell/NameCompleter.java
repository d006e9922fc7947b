package io.bauplan.server.cli.shell;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bauplan.server.connection.EngineConnection;
import io.bauplan.server.endpoint.SqlWords;
import io.bauplan.sql.error.EngineException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jline.reader.Candidate;
import org.jline.reader.Completer;
import org.jline.reader.LineReader;
import org.jline.reader.ParsedLine;

/// Completes keywords, and the names of tables, functions and branches as they are now.
final class NameCompleter implements Completer {
  private static final List<String> COMMON_KEYWORDS =
      List.of(
          ("ALTER AND AS ASC BETWEEN BY CASE CAST CREATE CROSS DELETE DESC DISTINCT DROP ELSE END EXISTS"
                  + " FROM FULL FUNCTION GROUP HAVING IN INNER INSERT INTO IS JOIN LEFT LIKE NOT NULL ON"
                  + " OR ORDER OUTER RIGHT SELECT SET TABLE THEN UNION UPDATE USING VALUES WHEN WHERE WITH")
              .split(" "));
  private static final long FRESH_NANOS = 5_000_000_000L;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final EngineConnection connection;
  private List<String> names = List.of();
  private long readAt = System.nanoTime() - FRESH_NANOS;

  NameCompleter(EngineConnection connection) {
    this.connection = connection;
  }

  @Override
  public void complete(LineReader reader, ParsedLine line, List<Candidate> candidates) {
    String word = line.word();
    boolean lower = word.isEmpty() || Character.isLowerCase(word.charAt(0));
    for (List<String> keywords : List.of(COMMON_KEYWORDS, SqlWords.KEYWORDS)) {
      for (String keyword : keywords) {
        candidates.add(new Candidate(lower ? keyword.toLowerCase(Locale.ROOT) : keyword));
      }
    }
    names().forEach(name -> candidates.add(new Candidate(name)));
  }

  private List<String> names() {
    if (System.nanoTime() - readAt < FRESH_NANOS) {
      return names;
    }
    List<String> found = new ArrayList<>();
    try {
      for (String operation : List.of("tables", "functions", "branches")) {
        for (JsonNode row : connection.catalog(operation, JSON.createObjectNode())) {
          found.add(row.path("name").asText());
          if (row.has("namespace")) {
            found.add(row.path("namespace").asText() + "." + row.path("name").asText());
          }
        }
      }
      names = found;
    } catch (EngineException e) {
      // Completion offers what it knew.
    }
    readAt = System.nanoTime();
    return names;
  }
}
