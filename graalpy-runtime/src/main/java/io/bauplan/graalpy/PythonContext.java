package io.bauplan.graalpy;

import io.bauplan.udf.api.FunctionDefinition;
import io.bauplan.udf.api.OutputListener;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.graalvm.polyglot.Context;
import org.graalvm.polyglot.Engine;
import org.graalvm.polyglot.EnvironmentAccess;
import org.graalvm.polyglot.HostAccess;
import org.graalvm.polyglot.PolyglotAccess;
import org.graalvm.polyglot.PolyglotException;
import org.graalvm.polyglot.Source;
import org.graalvm.polyglot.Value;
import org.graalvm.polyglot.io.IOAccess;
import org.jspecify.annotations.Nullable;

/// An interpreter of one session: nothing that a function leaves in it is seen by another query. It
/// has no files, processes, threads, native code, environment variables, or classes of the host; of
/// the host's objects it sees the elements of the arrays that it is given.
final class PythonContext implements AutoCloseable {
  private static final Source CALLS = calls();

  /// Elements of arrays, and nothing else.
  private static final HostAccess ARRAYS =
      HostAccess.newBuilder(HostAccess.NONE).allowArrayAccess(true).build();

  private final Context context;
  private final LineStream out = new LineStream(OutputListener.Stream.STDOUT);
  private final LineStream err = new LineStream(OutputListener.Stream.STDERR);
  private final Value run;
  private final Value told;

  /// What a function raised, or that it returned what it must not.
  ///
  /// @param line 0 = none
  record Failure(String type, String message, String traceback, int line) {
    static Failure of(Value told) {
      return new Failure(
          told.getArrayElement(0).asString(),
          told.getArrayElement(1).asString(),
          told.getArrayElement(2).asString(),
          told.getArrayElement(3).asInt());
    }
  }

  PythonContext(Engine engine) {
    this.context =
        Context.newBuilder("python")
            .engine(engine)
            .allowHostAccess(ARRAYS)
            .allowIO(IOAccess.NONE)
            .allowNativeAccess(false)
            .allowCreateThread(false)
            .allowCreateProcess(false)
            .allowEnvironmentAccess(EnvironmentAccess.NONE)
            .allowPolyglotAccess(PolyglotAccess.NONE)
            .in(InputStream.nullInputStream())
            .out(out)
            .err(err)
            .build();
    try {
      Value made = context.eval(CALLS);
      this.run = made.getArrayElement(0);
      this.told = made.getArrayElement(1);
    } catch (RuntimeException | Error e) {
      context.close(true);
      throw e;
    }
  }

  private static Source calls() {
    try (InputStream text = PythonContext.class.getResourceAsStream("calls.py")) {
      if (text == null) {
        throw new IllegalStateException("calls.py is missing");
      }
      return Source.newBuilder(
              "python", new String(text.readAllBytes(), StandardCharsets.UTF_8), "<calls>")
          .internal(true)
          .build();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// A function's code, to be compiled once for all contexts of an engine.
  static Source source(FunctionDefinition function) {
    String text = "\n".repeat(function.source().firstLine() - 1) + function.source().text();
    return Source.newBuilder("python", text, function.source().file()).buildLiteral();
  }

  void prints(OutputListener listener) {
    out.to(listener);
    err.to(listener);
  }

  /// Runs a function's text, which defines it.
  Optional<Failure> load(Source source) {
    try {
      context.eval(source);
      return Optional.empty();
    } catch (PolyglotException e) {
      Value raised = e.getGuestObject();
      if (raised == null || e.isSyntaxError() || !e.isGuestException()) {
        throw e;
      }
      return Optional.of(Failure.of(told.execute(raised, source.getName())));
    }
  }

  /// Calls a function for some rows; empty where all went well.
  Optional<Failure> run(
      FunctionDefinition function, Source source, Arrays given, ScalarKind kind, Results results) {
    Value failure =
        run.execute(
            function.handler(),
            source.getName(),
            source.getCharacters().toString(),
            given.rows(),
            given.kinds().stream().map(ScalarKind::word).toArray(String[]::new),
            given.columns().toArray(),
            given.nulls().toArray(),
            kind.word(),
            results.values(),
            results.holes());
    return failure.isNull() ? Optional.empty() : Optional.of(Failure.of(failure));
  }

  /// Arguments.
  ///
  /// @param columns of each column an array
  /// @param nulls of each column which values are missing, as 1; null where none is
  record Arrays(
      int rows, List<ScalarKind> kinds, List<Object> columns, List<byte @Nullable []> nulls) {}

  record Results(Object values, byte[] holes) {}

  /// Ends what runs in it, from any thread.
  void cancel() {
    context.close(true);
  }

  @Override
  public void close() {
    context.close(true);
    out.close();
    err.close();
  }
}
