package io.bauplan.server.cli;

import java.io.BufferedWriter;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;

/// Where a command writes: results to `out`, everything said to a person to `err`.
///
/// @param columns width of the terminal behind `out`; 0 = not a terminal, nothing is cut
/// @param live the terminal behind `err` can be rewritten in place
public record Console(Writer out, PrintStream err, int columns, Liveness live) {
  private static final int DEFAULT_COLUMNS = 120;
  private static final int BUFFER_CHARS = 32 * 1024;

  public enum Liveness {
    TERMINAL,
    PLAIN
  }

  /// The process's own streams. The launcher says which are terminals, as Java cannot tell them
  /// apart.
  static Console standard() {
    boolean outIsTerminal = Boolean.getBoolean("bauplan.tty.out");
    boolean errIsTerminal = Boolean.getBoolean("bauplan.tty.err");
    Writer out =
        new BufferedWriter(
            new OutputStreamWriter(
                new FileOutputStream(FileDescriptor.out), StandardCharsets.UTF_8),
            BUFFER_CHARS);
    PrintStream err =
        new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
    int columns = outIsTerminal ? Integer.getInteger("bauplan.columns", DEFAULT_COLUMNS) : 0;
    return new Console(out, err, columns, errIsTerminal ? Liveness.TERMINAL : Liveness.PLAIN);
  }

  /// Writes a result text.
  void print(String text) {
    try {
      out.write(text);
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// A line for a person.
  void say(String line) {
    err.println(line);
  }
}
