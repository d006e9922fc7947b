package io.bauplan.tests.pipelines;

import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.run.RunEvent;
import io.bauplan.exec.run.RunRequest;
import io.bauplan.exec.run.RunResult;
import io.bauplan.sql.session.Session;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A run and everything it said.
public record RecordedRun(RunResult result, List<RunEvent> events) {

  public static RecordedRun of(Engine engine, Path project) {
    return of(engine, RunRequest.of(project.toString(), "main"));
  }

  public static RecordedRun of(Engine engine, RunRequest request) {
    List<RunEvent> events = new ArrayList<>();
    RunResult result = engine.run(Session.DEFAULT, request, events::add);
    return new RecordedRun(result, events);
  }

  List<String> prints(String model) {
    return events.stream()
        .filter(event -> event instanceof RunEvent.Output output && output.model().equals(model))
        .map(event -> ((RunEvent.Output) event).line())
        .toList();
  }

  <E extends RunEvent> List<E> all(Class<E> type) {
    return events.stream().filter(type::isInstance).map(type::cast).toList();
  }

  /// A folder with one Python file.
  public static Path project(Path folder, String models) {
    return write(folder, "models.py", models).getParent();
  }

  static Path write(Path folder, String name, String text) {
    try {
      Files.createDirectories(folder);
      return Files.writeString(folder.resolve(name), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
