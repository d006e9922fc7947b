package io.bauplan.udf.java;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bauplan.udf.api.FunctionDefinition;
import io.bauplan.udf.environment.FileTrees;
import io.bauplan.udf.java.InlineCompiler.CompileError;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The user's classes, put where a function's JVM finds them. What was compiled last is kept: most
/// calls are of functions that were called before.
public final class JavaCode {
  private static final Pattern CLASS = Pattern.compile("\\bclass\\s+(\\w+)");
  private static final Pattern PACKAGE = Pattern.compile("(?m)^\\s*package\\s+([\\w.]+)\\s*;");
  private static final int KEPT = 64;

  private final Map<Source, Map<String, byte[]>> compiled =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Source, Map<String, byte[]>> eldest) {
          return size() > KEPT;
        }
      };

  /// What classes are made of.
  private record Source(String text, String handler, List<String> jars) {}

  /// A source that did not compile.
  public static final class CompileException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient CompileError error;

    CompileException(CompileError error) {
      super(error.message());
      this.error = error;
    }

    public CompileError error() {
      return error;
    }
  }

  /// Compiles an inline body and puts it and the jars into a folder; tells the request of them.
  ///
  /// @param function its requirements are paths of jars; with an empty source the handler comes
  ///     from one of them
  /// @param engine what is on the class path before them
  public void prepare(
      FunctionDefinition function, ObjectNode request, List<Path> engine, Path folder)
      throws IOException, CompileException {
    List<Path> jars = jars(function);
    boolean inline = !function.source().text().isBlank();
    String handler = inline ? className(function) : function.handler();
    request.put("handler", handler).put("inline", inline);
    var code = request.putArray("code");
    for (int i = 0; i < jars.size(); i++) {
      Path copy = folder.resolve(i + ".jar");
      Files.copy(jars.get(i), copy);
      code.add(copy.toString());
    }
    if (inline) {
      Path classes = Files.createDirectory(folder.resolve("classes"));
      compile(function, handler, engine, jars, classes);
      code.add(classes.toString());
    }
    FileTrees.makeReadable(folder);
  }

  private static List<Path> jars(FunctionDefinition function) throws CompileException {
    List<Path> jars = new ArrayList<>();
    for (String jar : function.environment().requirements()) {
      Path path = Path.of(jar.startsWith("file:") ? jar.substring(5) : jar).toAbsolutePath();
      if (!Files.isRegularFile(path)) {
        throw new CompileException(
            new CompileError("the jar '%s' is not there".formatted(jar), "", 1));
      }
      jars.add(path);
    }
    return jars;
  }

  private void compile(
      FunctionDefinition function, String handler, List<Path> engine, List<Path> jars, Path classes)
      throws IOException, CompileException {
    List<String> versions = new ArrayList<>();
    for (Path jar : jars) {
      versions.add(jar + " " + Files.size(jar) + " " + Files.getLastModifiedTime(jar));
    }
    Source source = new Source(function.source().text(), handler, versions);
    Map<String, byte[]> known;
    synchronized (compiled) {
      known = compiled.get(source);
    }
    if (known == null) {
      List<Path> classPath = new ArrayList<>(engine);
      classPath.addAll(jars);
      Optional<CompileError> error =
          InlineCompiler.compile(function.source(), handler, classPath, classes);
      if (error.isPresent()) {
        throw new CompileException(error.get());
      }
      known = read(classes);
      synchronized (compiled) {
        compiled.put(source, known);
      }
      return;
    }
    for (Map.Entry<String, byte[]> one : known.entrySet()) {
      Path file = classes.resolve(one.getKey());
      Files.createDirectories(Objects.requireNonNull(file.getParent()));
      Files.write(file, one.getValue());
    }
  }

  private static Map<String, byte[]> read(Path classes) throws IOException {
    Map<String, byte[]> files = new LinkedHashMap<>();
    try (Stream<Path> walk = Files.walk(classes)) {
      for (Path file : (Iterable<Path>) walk.filter(Files::isRegularFile)::iterator) {
        files.put(classes.relativize(file).toString(), Files.readAllBytes(file));
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    return files;
  }

  /// The class that the body declares under the handler's name, whose case SQL may have changed and
  /// whose package may stand in the body only.
  private static String className(FunctionDefinition function) {
    String text = function.source().text();
    String handler = function.handler();
    String simple = handler.substring(handler.lastIndexOf('.') + 1);
    Matcher classes = CLASS.matcher(text);
    while (classes.find()) {
      if (classes.group(1).equalsIgnoreCase(simple)) {
        Matcher folder = PACKAGE.matcher(text);
        return folder.find() ? folder.group(1) + "." + classes.group(1) : classes.group(1);
      }
    }
    return handler;
  }
}
