package io.bauplan.server.cli;

import java.util.List;
import java.util.logging.ConsoleHandler;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.Logger;

/// Log output of the process: nothing but errors unless `-v` is given.
final class Logging {
  // java.util.logging forgets loggers that nobody holds, with their levels.
  private static final Logger ROOT = Logger.getLogger("");
  private static final Logger OURS = Logger.getLogger("io.bauplan");

  private Logging() {}

  static void configure(String[] arguments) {
    boolean verbose = List.of(arguments).contains("-v") || List.of(arguments).contains("--verbose");
    LogManager.getLogManager().reset();
    System.setProperty(
        "java.util.logging.SimpleFormatter.format", "%1$tT.%1$tL %4$s %3$s %5$s%6$s%n");
    ROOT.setLevel(verbose ? Level.INFO : Level.OFF);
    OURS.setLevel(verbose ? Level.FINE : Level.OFF);
    if (verbose) {
      Handler handler = new ConsoleHandler();
      handler.setLevel(Level.ALL);
      ROOT.addHandler(handler);
    }
  }
}
