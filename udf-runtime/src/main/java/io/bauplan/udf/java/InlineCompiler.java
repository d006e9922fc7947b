package io.bauplan.udf.java;

import io.bauplan.udf.api.FunctionSource;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.StandardLocation;
import javax.tools.ToolProvider;

/// Compiles the Java source of a function's body. Nothing of it runs: annotation processing is off.
public final class InlineCompiler {
  private static final int MAX_ERRORS = 20;

  private InlineCompiler() {}

  /// What is wrong with a source.
  ///
  /// @param message the first error, in one line
  /// @param listing every error with its place in the user's text and the line it stands in
  /// @param line of `FunctionSource.file`
  public record CompileError(String message, String listing, int line) {}

  /// Compiles into a folder; empty = it went well.
  ///
  /// @param handler the handler's class name, with its package if it has one
  public static Optional<CompileError> compile(
      FunctionSource source, String handler, List<Path> classPath, Path output) throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    if (compiler == null) {
      return Optional.of(
          new CompileError(
              "this Java installation has no compiler: run the engine on a JDK", "", 1));
    }
    DiagnosticCollector<JavaFileObject> diagnostics = new DiagnosticCollector<>();
    try (StandardJavaFileManager files =
        compiler.getStandardFileManager(diagnostics, Locale.ROOT, StandardCharsets.UTF_8)) {
      files.setLocationFromPaths(StandardLocation.CLASS_OUTPUT, List.of(output));
      files.setLocationFromPaths(StandardLocation.CLASS_PATH, classPath);
      List<String> options = List.of("-proc:none", "-Xlint:none", "-g", "-implicit:none");
      boolean compiled =
          compiler
              .getTask(null, files, diagnostics, options, null, List.of(new Text(source, handler)))
              .call();
      return compiled ? Optional.empty() : Optional.of(explain(diagnostics, source));
    }
  }

  private static CompileError explain(
      DiagnosticCollector<JavaFileObject> diagnostics, FunctionSource source) {
    List<String> lines = source.text().lines().toList();
    List<String> listing = new ArrayList<>();
    String first = "";
    int firstLine = source.firstLine();
    for (Diagnostic<? extends JavaFileObject> d : diagnostics.getDiagnostics()) {
      if (d.getKind() != Diagnostic.Kind.ERROR || listing.size() >= MAX_ERRORS) {
        continue;
      }
      int inText = (int) Math.max(1, d.getLineNumber());
      int line = source.firstLine() - 1 + inText;
      String message = d.getMessage(Locale.ROOT);
      if (listing.isEmpty()) {
        first = message.lines().findFirst().orElse(message);
        firstLine = line;
      }
      String text = inText <= lines.size() ? lines.get(inText - 1) : "";
      String caret = " ".repeat((int) Math.max(0, d.getColumnNumber() - 1)) + "^";
      listing.add("%s:%d: %s%n%s%n%s%n".formatted(source.file(), line, message, text, caret));
    }
    return new CompileError(first, String.join("", listing), firstLine);
  }

  private static final class Text extends SimpleJavaFileObject {
    private final String text;

    Text(FunctionSource source, String handler) {
      super(URI.create("string:///" + handler.replace('.', '/') + ".java"), Kind.SOURCE);
      this.text = source.text();
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }
}
