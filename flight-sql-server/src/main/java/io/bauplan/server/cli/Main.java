package io.bauplan.server.cli;

import java.io.IOException;

/// The process: runs one command line.
public final class Main {
  private Main() {}

  public static void main(String[] arguments) throws IOException {
    Logging.configure(arguments);
    Console console = Console.standard();
    int code = BauplanCommand.execute(console, arguments);
    try {
      console.out().flush();
    } catch (IOException e) {
      // Nobody reads any more.
    }
    console.err().flush();
    System.exit(code);
  }
}
