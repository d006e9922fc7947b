package io.bauplan.sql.parser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// Broken statements end in an `EngineException` with a place, whatever is broken; and what still
/// parses still prints.
class SqlMutationTest {
  private static final int MUTATIONS = Integer.getInteger("bauplan.mutations", 1_000);
  private static final Pattern TOKEN =
      Pattern.compile("\\s+|\\w+|'(?:[^']|'')*'|\"[^\"]*\"|\\$\\$.*?\\$\\$|.", Pattern.DOTALL);

  @Test
  void brokenStatementsGetAnErrorWithAPlace() {
    long seed = Long.getLong("bauplan.seed", 20_260_101L);
    Random random = new Random(seed);
    List<List<String>> statements = SqlCorpusTest.valid().map(SqlMutationTest::tokens).toList();
    List<String> tokens = statements.stream().flatMap(List::stream).distinct().toList();
    int parsed = 0;
    for (int i = 0; i < MUTATIONS; i++) {
      List<String> statement = new ArrayList<>(statements.get(random.nextInt(statements.size())));
      for (int n = random.nextInt(3); n >= 0; n--) {
        mutate(statement, tokens, random);
      }
      String sql = String.join("", statement);
      try {
        Statement read = SqlText.parse(sql);
        String printed = StatementPrinter.toSql(read);
        assertThat(StatementDifference.between(read, SqlText.parse(printed)))
            .as("seed %d: %s printed as %s", seed, sql, printed)
            .isEmpty();
        parsed++;
      } catch (EngineException e) {
        assertThat(e.position()).as("seed %d: %s", seed, sql).isPresent();
        assertThat(e.getMessage()).as("seed %d: %s", seed, sql).isNotBlank().hasSizeLessThan(400);
        assertThat(ErrorReport.render(e, sql)).contains("error: ");
      } catch (Throwable e) {
        fail("seed " + seed + ": " + sql, e);
      }
    }
    assertThat(parsed).isPositive();
  }

  private static void mutate(List<String> statement, List<String> tokens, Random random) {
    int at = random.nextInt(statement.size() + 1);
    String token = tokens.get(random.nextInt(tokens.size()));
    if (statement.isEmpty() || at == statement.size()) {
      statement.add(token);
      return;
    }
    switch (random.nextInt(5)) {
      case 0 -> statement.remove(at);
      case 1 -> statement.set(at, token);
      case 2 -> statement.add(at, token);
      case 3 -> statement.add(at, statement.get(random.nextInt(statement.size())));
      default -> {
        String other = statement.get(at);
        int to = random.nextInt(statement.size());
        statement.set(at, statement.get(to));
        statement.set(to, other);
      }
    }
  }

  private static List<String> tokens(String sql) {
    List<String> tokens = new ArrayList<>();
    Matcher matcher = TOKEN.matcher(sql);
    while (matcher.find()) {
      tokens.add(matcher.group());
    }
    return tokens;
  }
}
