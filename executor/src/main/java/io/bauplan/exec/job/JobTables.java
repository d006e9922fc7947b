package io.bauplan.exec.job;

import io.bauplan.exec.worker.QueryFigures;
import io.bauplan.sql.session.SystemTables;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// `sys.jobs`, and parts of it: `sys.queries`, `sys.runs`, `sys.job_logs`; and how far those under
/// way are: `sys.running_queries`.
public final class JobTables implements SystemTables {
  private static final String SYS = "sys";

  /// Lines of sys.job_logs, of the newest jobs.
  private static final int MAX_LINES = 50_000;

  private final Jobs jobs;

  public JobTables(Jobs jobs) {
    this.jobs = jobs;
  }

  @Override
  public List<SystemTable> tables() {
    return List.of(
        table(
            "jobs",
            request -> rows(job -> true, JobTables::job),
            "id",
            "kind",
            "state",
            "user_name",
            "reference",
            "namespace",
            "project",
            "text",
            "started TIMESTAMP",
            "ended TIMESTAMP",
            "duration_ms BIGINT",
            "row_count BIGINT",
            "error",
            "sql_state"),
        table(
            "queries",
            request -> rows(job -> job.kind() != Job.Kind.RUN, JobTables::query),
            "id",
            "state",
            "user_name",
            "reference",
            "query",
            "started TIMESTAMP",
            "duration_ms BIGINT",
            "row_count BIGINT",
            "error"),
        table(
            "runs",
            request -> rows(job -> job.kind() == Job.Kind.RUN, JobTables::run),
            "id",
            "state",
            "user_name",
            "reference",
            "project",
            "directory",
            "started TIMESTAMP",
            "duration_ms BIGINT",
            "commit",
            "kept_branch",
            "error"),
        table(
            "running_queries",
            request -> jobs.running().stream().map(JobTables::progress).toList(),
            "id",
            "kind",
            "user_name",
            "text",
            "started TIMESTAMP",
            "elapsed_ms BIGINT",
            "thread_ms BIGINT",
            "rows_read BIGINT",
            "bytes_read BIGINT",
            "peak_memory_bytes BIGINT",
            "spilled_bytes BIGINT"),
        table(
            "job_logs",
            request -> lines(),
            "job_id",
            "line INTEGER",
            "time TIMESTAMP",
            "model",
            "stream",
            "text"));
  }

  private static SystemTable table(String name, RowSource source, String... columns) {
    return new SystemTable(SYS, name, SystemTables.columns(columns), source);
  }

  /// One row of a job.
  private interface JobRow {
    List<@Nullable Object> row(Job job);
  }

  private List<List<@Nullable Object>> rows(Predicate<Job> wanted, JobRow shape) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (Job job : jobs.list()) {
      if (wanted.test(job)) {
        rows.add(shape.row(job));
      }
    }
    return rows;
  }

  private static List<@Nullable Object> job(Job job) {
    return SystemTables.row(
        job.id(),
        job.kind().name(),
        job.state().name(),
        job.user(),
        job.reference(),
        job.namespace(),
        orNull(job.project()),
        job.text(),
        SystemTables.micros(job.started()),
        job.ended().map(SystemTables::micros).orElse(null),
        job.duration().map(Duration::toMillis).orElse(null),
        job.ended().isPresent() && job.kind() != Job.Kind.RUN ? (Long) job.rows() : null,
        orNull(job.error()),
        orNull(job.sqlState()));
  }

  private static List<@Nullable Object> query(Job job) {
    return SystemTables.row(
        job.id(),
        job.state().name(),
        job.user(),
        job.reference(),
        job.text(),
        SystemTables.micros(job.started()),
        job.duration().map(Duration::toMillis).orElse(null),
        job.ended().isPresent() ? (Long) job.rows() : null,
        orNull(job.error()));
  }

  private static List<@Nullable Object> progress(RunningJob running) {
    Job job = running.job();
    long nanos = 0;
    long rows = 0;
    long bytes = 0;
    long memory = 0;
    long spilled = 0;
    for (QueryFigures query : running.figures()) {
      for (QueryFigures.OperatorFigures operator : query.operators()) {
        nanos += operator.nanos();
        rows += operator.details().getOrDefault("rowsRead", 0L);
        bytes += operator.details().getOrDefault("bytesRead", 0L);
      }
      memory = Math.max(memory, query.peakMemoryBytes());
      spilled += query.spilledBytes();
    }
    return SystemTables.row(
        job.id(),
        job.kind().name(),
        job.user(),
        job.text(),
        SystemTables.micros(job.started()),
        Duration.between(job.started(), Instant.now()).toMillis(),
        TimeUnit.NANOSECONDS.toMillis(nanos),
        rows,
        bytes,
        memory,
        spilled);
  }

  private static List<@Nullable Object> run(Job job) {
    return SystemTables.row(
        job.id(),
        job.state().name(),
        job.user(),
        job.reference(),
        orNull(job.project()),
        job.text(),
        SystemTables.micros(job.started()),
        job.duration().map(Duration::toMillis).orElse(null),
        orNull(job.commit()),
        orNull(job.keptBranch()),
        orNull(job.error()));
  }

  private static @Nullable String orNull(String text) {
    return text.isEmpty() ? null : text;
  }

  private List<List<@Nullable Object>> lines() {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    Set<String> logged = jobs.logged();
    for (Job job : jobs.list()) {
      List<Job.LogLine> log = logged.contains(job.id()) ? jobs.log(job.id()) : List.of();
      for (int i = 0; i < log.size() && rows.size() < MAX_LINES; i++) {
        Job.LogLine line = log.get(i);
        rows.add(
            SystemTables.row(
                job.id(),
                (long) i + 1,
                SystemTables.micros(line.time()),
                orNull(line.model()),
                line.stream(),
                line.text()));
      }
    }
    return rows;
  }
}
