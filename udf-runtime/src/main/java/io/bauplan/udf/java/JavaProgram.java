package io.bauplan.udf.java;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bauplan.udf.api.FunctionDefinition;
import io.bauplan.udf.java.InlineCompiler.CompileError;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a Java function's child runs: a JVM of its own with the engine's Arrow classes and the
/// user's classes on its class path, nothing else of the engine's process.
///
/// @param command the child's command line
/// @param visible files and folders that it must see
public record JavaProgram(List<String> command, List<Path> visible) {
  private static final Pattern CLASS = Pattern.compile("\\bclass\\s+(\\w+)");
  private static final Pattern PACKAGE = Pattern.compile("(?m)^\\s*package\\s+([\\w.]+)\\s*;");
  private static final String HEAP_SHARE = "-XX:MaxRAMPercentage=50";

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

  /// Compiles an inline body and writes the request into `folder`.
  ///
  /// @param function its requirements are paths of jars; with an empty source the handler comes
  ///     from one of them
  public static JavaProgram prepare(
      FunctionDefinition function, ObjectNode request, Path folder, OptionalLong memoryBytes)
      throws IOException, CompileException {
    List<Path> engine = engineClassPath();
    List<Path> jars = new ArrayList<>();
    for (String jar : function.environment().requirements()) {
      Path path = Path.of(jar.startsWith("file:") ? jar.substring(5) : jar).toAbsolutePath();
      if (!Files.isRegularFile(path)) {
        throw new CompileException(
            new CompileError("the jar '%s' is not there".formatted(jar), "", 1));
      }
      jars.add(path);
    }
    List<Path> classPath = new ArrayList<>(engine);
    classPath.addAll(jars);
    boolean inline = !function.source().text().isBlank();
    String handler = inline ? className(function) : function.handler();
    request.put("handler", handler);
    List<Path> visible = new ArrayList<>(classPath);
    if (inline) {
      Path classes = Files.createDirectory(folder.resolve("classes"));
      Optional<CompileError> error =
          InlineCompiler.compile(function.source(), handler, classPath, classes);
      if (error.isPresent()) {
        throw new CompileException(error.get());
      }
      io.bauplan.udf.environment.FileTrees.makeReadable(classes);
      classPath.add(classes);
      visible.add(classes);
    }
    Path file = folder.resolve("request.json");
    JsonMapper.builder().build().writeValue(file.toFile(), request.put("inline", inline));
    io.bauplan.udf.environment.FileTrees.makeReadable(file);
    visible.add(file);
    Path home = Path.of(System.getProperty("java.home")).toRealPath();
    visible.add(home);
    List<String> command = new ArrayList<>();
    command.add(home.resolve("bin").resolve("java").toString());
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "--add-opens=java.base/java.nio=ALL-UNNAMED",
            "-Darrow.allocation.manager.type=Unsafe",
            "-Dstdout.encoding=UTF-8",
            "-Dstderr.encoding=UTF-8",
            "-Djava.util.logging.config.file=/dev/null",
            "-Dslf4j.internal.verbosity=ERROR",
            "-XX:-UsePerfData",
            "-XX:+UseSerialGC",
            "-Xshare:auto"));
    command.add(
        memoryBytes.isPresent()
            ? "-Xmx" + Math.max(memoryBytes.getAsLong(), 16 << 20)
            : HEAP_SHARE);
    memoryBytes.ifPresent(b -> command.add("-Dfunction.memory=" + b));
    command.add("-cp");
    command.add(String.join(File.pathSeparator, classPath.stream().map(Path::toString).toList()));
    command.add(FunctionMain.class.getName());
    command.add(file.toString());
    return new JavaProgram(command, visible);
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

  /// Where the classes of Arrow, Jackson, the logging interface and this module were loaded from.
  private static List<Path> engineClassPath() throws IOException {
    Set<Path> found = new LinkedHashSet<>();
    for (String entry : System.getProperty("java.class.path", "").split(File.pathSeparator)) {
      String name = entry.isEmpty() ? "" : Path.of(entry).getFileName().toString();
      boolean wanted =
          name.matches(
              "(arrow|flatbuffers|jackson|slf4j-api|commons-codec|checker|jspecify|netty-common).*\\.jar");
      if (wanted && Files.exists(Path.of(entry))) {
        found.add(Path.of(entry).toRealPath());
      }
    }
    for (Class<?> one :
        List.of(
            FunctionMain.class,
            org.apache.arrow.vector.VectorSchemaRoot.class,
            org.apache.arrow.memory.BufferAllocator.class,
            org.apache.arrow.flatbuf.Message.class,
            com.google.flatbuffers.Table.class,
            com.fasterxml.jackson.databind.JsonNode.class,
            com.fasterxml.jackson.core.JsonParser.class,
            com.fasterxml.jackson.annotation.JsonFormat.class,
            org.slf4j.Logger.class)) {
      var source = one.getProtectionDomain().getCodeSource();
      if (source != null) {
        found.add(Path.of(source.getLocation().getPath()).toRealPath());
      }
    }
    return List.copyOf(found);
  }
}
