package io.bauplan.tests.sqllogictest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class PendingStatementsTest {
  private static List<String> ready(String... statements) {
    PendingStatements pending = new PendingStatements(name -> name.equals("old"));
    for (String sql : statements) {
      pending.add(new ScriptRecord.Statement(1, List.of(), sql, false));
    }
    return pending.take().stream().map(PendingStatements.Ready::sql).toList();
  }

  @Test
  void insertsTheRowsOfATableAtOnceWhateverTheOrderOfTheirColumns() {
    assertThat(
            ready(
                "INSERT INTO t(b,a) VALUES('x, y',1)",
                "INSERT INTO t(a,b) VALUES(2,'it''s')",
                "INSERT INTO u VALUES(3)",
                "DELETE FROM u",
                "INSERT INTO u VALUES(4)"))
        .containsExactly(
            "INSERT INTO t(a,b) VALUES (1,'x, y'),(2,'it''s')",
            "INSERT INTO u VALUES (3)",
            "DELETE FROM u",
            "INSERT INTO u VALUES (4)");
  }

  @Test
  void forgetsWhatIsDroppedUnread() {
    assertThat(
            ready(
                "DROP VIEW IF EXISTS v",
                "CREATE VIEW v AS SELECT * FROM old",
                "DROP VIEW v",
                "CREATE TABLE t(a INTEGER)",
                "INSERT INTO t VALUES(1)",
                "DROP TABLE t",
                "DROP TABLE IF EXISTS old"))
        .containsExactly("DROP TABLE IF EXISTS old");
  }

  @Test
  void keepsWhatOthersRead() {
    List<String> all =
        List.of("CREATE TABLE t(a INTEGER)", "INSERT INTO old SELECT a FROM t", "DROP TABLE t");
    assertThat(ready(all.toArray(String[]::new))).isEqualTo(all);
  }
}
