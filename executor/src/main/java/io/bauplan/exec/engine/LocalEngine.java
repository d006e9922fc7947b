package io.bauplan.exec.engine;

/// Both planes in this process.
final class LocalEngine {
  private LocalEngine() {}

  static Engine open(EngineConfig config) {
    throw new UnsupportedOperationException("being assembled for " + config.warehouse());
  }
}
