package io.bauplan.tests.bench;

import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.exec.engine.WarmUp;
import io.bauplan.tests.support.EngineRows;
import io.bauplan.tests.support.TpchQueries;
import java.nio.file.Path;
import java.util.Locale;

/// A process that has just started: opens the engine, warms up or only waits as long, then asks
/// queries of TPC-H a few times each and prints a line of times per query.
public final class FirstQueries {
  private static final int ASKED = 12;

  private FirstQueries() {}

  /// @param arguments the warehouse; `warm` or `cold`; milliseconds between start and first query;
  ///     queries, with commas between
  public static void main(String[] arguments) throws InterruptedException {
    boolean warm = arguments[1].equals("warm");
    long start = System.nanoTime();
    try (Engine engine = Engine.open(EngineConfig.of(Path.of(arguments[0])));
        AutoCloseable warmUp = warm ? WarmUp.start(engine) : () -> {}) {
      long opened = System.nanoTime();
      Thread.sleep(Long.parseLong(arguments[2]));
      for (String name : arguments[3].split(",")) {
        StringBuilder line = new StringBuilder(name);
        for (int i = 0; i < ASKED; i++) {
          long before = System.nanoTime();
          EngineRows.run(engine, TpchQueries.text(name));
          line.append(String.format(Locale.ROOT, " %.1f", (System.nanoTime() - before) / 1e6));
        }
        System.out.println(line);
      }
      System.out.printf(Locale.ROOT, "opened %.1f%n", (opened - start) / 1e6);
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
