package io.bauplan.tests.kills;

import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.exec.engine.StatementOptions;
import io.bauplan.exec.run.RunEvent;
import io.bauplan.exec.run.RunRequest;
import io.bauplan.exec.run.RunResult;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.session.Session;
import io.bauplan.tests.support.EngineRows;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;

/// An engine in a process of its own, for a test that kills it or what it has started.
///
/// Each line of its input is `sql` or `run` and, in Base64, a statement or the folder of a project.
/// It says `said LINE` for each print of a function, `event NAME` for those of a run, and at the
/// end `rows [...]` or `failed SQLSTATE MESSAGE`. It closes when its input does.
public final class VictimEngine {
  private static final StatementOptions OPTIONS =
      new StatementOptions(List.of(), Duration.ofMinutes(2), (stream, line) -> say("said " + line));

  private VictimEngine() {}

  public static void main(String[] arguments) throws Exception {
    try (Engine engine = Engine.open(EngineConfig.of(Path.of(arguments[0])));
        BufferedReader in =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      say("open");
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        String[] words = line.split(" ");
        String text = new String(Base64.getDecoder().decode(words[1]), StandardCharsets.UTF_8);
        try {
          say(words[0].equals("run") ? run(engine, text) : query(engine, text));
        } catch (EngineException e) {
          say("failed " + e.code().sqlState() + " " + e.getMessage().replace('\n', ' '));
        }
      }
    }
  }

  private static String query(Engine engine, String sql) {
    return "rows " + EngineRows.run(engine, Session.DEFAULT, sql, OPTIONS, figures -> {});
  }

  private static String run(Engine engine, String project) {
    RunResult result =
        engine.run(
            Session.DEFAULT,
            RunRequest.of(project, "main"),
            event -> {
              if (event instanceof RunEvent.Output output) {
                say("said " + output.line());
              } else {
                say("event " + event.getClass().getSimpleName());
              }
            });
    return result.status() == RunResult.Status.SUCCEEDED
        ? "rows " + result.published()
        : "failed " + result.sqlState() + " " + result.error().replace('\n', ' ');
  }

  private static synchronized void say(String line) {
    System.out.println(line);
    System.out.flush();
  }
}
