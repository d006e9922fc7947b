package io.bauplan.server.cli;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.udf.environment.Interpreter;
import io.bauplan.udf.environment.InterpreterFinder;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The folder a demo works in: a copy of `examples/listing1` and a warehouse.
///
/// @param substitutions models that run on another interpreter than they ask for, in words
record DemoFolder(Path root, List<String> substitutions) {
  /// Says that a folder was made by the demo and may be made anew.
  private static final String MARKER = ".bauplan-demo";

  private static final List<String> FILES = List.of("bauplan_project.yml", "models.py");
  private static final Pattern PYTHON = Pattern.compile("@bauplan\\.python\\(\"([0-9.]+)\"");

  Path project() {
    return root.resolve("listing1");
  }

  Path warehouse() {
    return root.resolve(".bauplan");
  }

  /// Makes the folder; the one of an earlier demo is replaced, any other must be empty.
  static DemoFolder prepare(@Nullable Path wanted) {
    Path root =
        wanted != null
            ? wanted.toAbsolutePath().normalize()
            : Path.of(
                System.getProperty("java.io.tmpdir"),
                "bauplan-demo-" + System.getProperty("user.name"));
    try {
      if (Files.exists(root) && !isEmpty(root)) {
        if (!Files.exists(root.resolve(MARKER))) {
          throw new EngineException(
                  ErrorCode.INVALID_ARGUMENT, root + " is not empty and not of an earlier demo")
              .withHint("name an empty or new folder: bauplan demo DIR");
        }
        delete(root);
      }
      DemoFolder folder = new DemoFolder(root, new ArrayList<>());
      Files.createDirectories(folder.project());
      Files.createFile(root.resolve(MARKER));
      for (String file : FILES) {
        String text = resource(file);
        Files.writeString(
            folder.project().resolve(file), file.endsWith(".py") ? folder.substitute(text) : text);
      }
      return folder;
    } catch (IOException e) {
      throw new EngineException(
              ErrorCode.WAREHOUSE_UNUSABLE, "cannot write the demo's folder " + root, e)
          .withHint("name a folder that you may write to: bauplan demo DIR");
    }
  }

  private static boolean isEmpty(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.findAny().isEmpty();
    }
  }

  private static void delete(Path folder) throws IOException {
    List<Path> paths;
    try (Stream<Path> all = Files.walk(folder)) {
      paths = all.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : paths) {
      Files.delete(path);
    }
  }

  private static String resource(String file) {
    try (InputStream in = DemoFolder.class.getResourceAsStream("/listing1/" + file)) {
      if (in == null) {
        throw new IllegalStateException("the build left out examples/listing1/" + file);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The demo goes on where an interpreter cannot be had: on the nearest there is, and it says so.
  private String substitute(String models) {
    InterpreterFinder finder = new InterpreterFinder(List.of(), System.getenv());
    StringBuilder text = new StringBuilder();
    Matcher matcher = PYTHON.matcher(models);
    while (matcher.find()) {
      String wanted = matcher.group(1);
      Optional<Interpreter> other =
          finder.find(Optional.of(wanted)).isPresent() ? Optional.empty() : finder.nearest(wanted);
      String used =
          other.map(i -> i.version().substring(0, i.version().lastIndexOf('.'))).orElse(wanted);
      if (!used.equals(wanted)) {
        substitutions.add(
            "Python " + wanted + " is not on this machine: that model runs on Python " + used);
      }
      matcher.appendReplacement(text, "@bauplan.python(\"" + used + "\"");
    }
    return matcher.appendTail(text).toString();
  }

  List<String> nextCommands() {
    String warehouse = warehouse().toString();
    return List.of(
        "./bauplan query --warehouse "
            + warehouse
            + " \"SELECT * FROM usd_by_country ORDER BY usd DESC LIMIT 3\"",
        "./bauplan sql --warehouse " + warehouse,
        "./bauplan run --warehouse " + warehouse + " --project-dir " + project(),
        "./bauplan branch ls --warehouse " + warehouse,
        "JDBC:    jdbc:bauplan:"
            + warehouse
            + "   (or jdbc:bauplan://localhost:31337 after `serve`)",
        "server:  ./bauplan serve --warehouse " + warehouse,
        "Python:  pip install adbc-driver-flightsql pyarrow, then as `serve` prints");
  }
}
