package io.bauplan.tests.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.exec.engine.StatementOptions;
import io.bauplan.exec.engine.StatementResult;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.session.Session;
import io.bauplan.udf.api.OutputListener;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Functions with every type of argument: an answer, or an error for people. Those of collections
/// in the ordinary build; `-Dsweep.functions=.*` takes all of them (half a minute), and
/// `-Dsweep.arguments=2` every pair of types (ten minutes).
class FunctionSweepTest {
  @TempDir Path warehouse;

  @Test
  void noArgumentBreaksAFunction() {
    int arguments = Integer.getInteger("sweep.arguments", 1);
    Pattern names =
        Pattern.compile(
            System.getProperty("sweep.functions", "(list|array|map|reverse|slice|shuffle).*"));
    Map<String, String> broken = new TreeMap<>();
    long answered = 0;
    long refused = 0;
    try (Engine engine = Engine.open(EngineConfig.of(warehouse))) {
      for (String sql : FuzzTables.STATEMENTS) {
        run(engine, sql);
      }
      for (String function : new Signatures().names(arguments)) {
        if (!names.matcher(function).matches()) {
          continue;
        }
        List<String> taken = new ArrayList<>();
        for (List<SqlType> types : types(arguments)) {
          String list = types.stream().map(SqlType::sample).collect(Collectors.joining(", "));
          String sql = "SELECT " + function + "(" + list + ") FROM everything e";
          try {
            run(engine, sql);
            answered++;
            taken.add(types.toString());
          } catch (EngineException e) {
            refused++;
            if (e.code() == ErrorCode.INTERNAL_ERROR) {
              broken.put(sql, String.valueOf(e.getCause() == null ? e : e.getCause()));
            }
          } catch (RuntimeException | Error e) {
            broken.put(sql, e.toString());
          }
        }
        if (Boolean.getBoolean("sweep.show")) {
          System.out.println(function + " " + taken);
        }
      }
    }
    System.out.printf("answered %d, refused %d, broken %d%n", answered, refused, broken.size());
    broken.forEach((sql, error) -> System.out.println(sql + "  ->  " + error));
    assertThat(broken).isEmpty();
    assertThat(answered).isGreaterThan(50);
  }

  private static List<List<SqlType>> types(int arguments) {
    List<List<SqlType>> all = List.of(List.of());
    for (int i = 0; i < arguments; i++) {
      all =
          all.stream()
              .flatMap(
                  before ->
                      Arrays.stream(SqlType.values())
                          .map(t -> Stream.concat(before.stream(), Stream.of(t)).toList()))
              .toList();
    }
    return all;
  }

  private static void run(Engine engine, String sql) {
    StatementOptions options =
        new StatementOptions(List.of(), Duration.ofSeconds(10), OutputListener.NONE);
    if (engine.execute(Session.DEFAULT, sql, options) instanceof StatementResult.Rows rows) {
      try (var query = rows.query()) {
        for (var batch = query.next(); batch != null; batch = query.next()) {
          batch.close();
        }
      }
    }
  }
}
