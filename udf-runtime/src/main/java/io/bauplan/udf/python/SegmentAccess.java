package io.bauplan.udf.python;

import io.bauplan.udf.environment.Interpreter;
import io.bauplan.udf.shm.Segment;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Whether functions' processes reach the engine's segments, found out by trying, once: some
/// machines hide the descriptors of one process from others of the same user.
final class SegmentAccess {
  private static final Logger LOG = LoggerFactory.getLogger(SegmentAccess.class);
  private static final long TIMEOUT_SECONDS = 20;

  private boolean tried;
  private boolean works;

  /// @param find the interpreter that tries; without one there are no functions
  synchronized boolean works(Supplier<Optional<Interpreter>> find) {
    if (tried) {
      return works;
    }
    Optional<Interpreter> interpreter = find.get();
    if (interpreter.isPresent()) {
      works = Segment.problem().isEmpty() && reaches(interpreter.get());
      tried = !Thread.currentThread().isInterrupted();
    }
    return works;
  }

  private static boolean reaches(Interpreter interpreter) {
    try (Segment segment = Segment.sample()) {
      String path = "/proc/" + ProcessHandle.current().pid() + "/fd/" + segment.file();
      Process process =
          new ProcessBuilder(
                  interpreter.binary().toString(),
                  "-I",
                  "-S",
                  "-c",
                  "import sys; open(sys.argv[1], 'rb').read(1)",
                  path)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      boolean ended = process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS);
      if (!ended) {
        process.destroyForcibly();
      }
      boolean reached = ended && process.exitValue() == 0;
      if (!reached) {
        LOG.warn("functions get copies of cached columns: other processes cannot open {}", path);
      }
      return reached;
    } catch (IOException e) {
      LOG.warn("functions get copies of cached columns", e);
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
