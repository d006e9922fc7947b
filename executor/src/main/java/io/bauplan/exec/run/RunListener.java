package io.bauplan.exec.run;

/// Receives a run's events in order, one at a time.
@FunctionalInterface
public interface RunListener {
  void event(RunEvent event);

  RunListener NONE = event -> {};
}
