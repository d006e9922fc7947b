package io.bauplan.exec.job;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What one job says, appended to its file as it says it. The file is made with the first line, and
/// ends with a line that says so where the job says too much. Thread-safe.
final class JobLog implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(JobLog.class);
  private static final long MAX_BYTES = 4L << 20;

  private final Path file;
  private @Nullable OutputStream out;
  private long bytes;
  private boolean full;

  JobLog(Path file) {
    this.file = file;
  }

  synchronized void add(String model, String stream, String text) {
    if (full) {
      return;
    }
    byte[] line = JobJson.line(new Job.LogLine(Instant.now(), model, stream, text));
    bytes += line.length;
    if (bytes > MAX_BYTES) {
      full = true;
      line =
          JobJson.line(
              new Job.LogLine(
                  Instant.now(), "", "note", "no more is kept of what this job says: 4 MB"));
    }
    try {
      OutputStream open = out;
      if (open == null) {
        open = Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        out = open;
      }
      open.write(line);
    } catch (IOException e) {
      full = true;
      LOG.warn("event=job_log_failed file={} error={}", file, e.toString());
    }
  }

  @Override
  public synchronized void close() {
    full = true;
    OutputStream open = out;
    out = null;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        LOG.warn("event=job_log_failed file={} error={}", file, e.toString());
      }
    }
  }
}
