package io.bauplan.exec.job;

import io.bauplan.exec.run.RunEvent;
import io.bauplan.exec.run.RunListener;
import io.bauplan.exec.run.RunResult;
import io.bauplan.exec.worker.QueryFigures;
import io.bauplan.exec.worker.RunningQuery;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.udf.api.OutputListener;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A job under way. Whoever started it says how it ended, once; later words do not count.
/// Thread-safe.
public final class RunningJob {
  private final JobLog log;
  private final Consumer<Job> onEnd;
  private final List<RunningQuery> queries = new ArrayList<>();
  private Job job;
  private @Nullable Thread interruptible;
  private boolean stopped;
  private boolean over;

  /// Takes ownership of the log.
  ///
  /// @param onEnd gets the job as it ended
  RunningJob(Job job, JobLog log, Consumer<Job> onEnd) {
    this.job = job;
    this.log = log;
    this.onEnd = onEnd;
  }

  public String id() {
    return job.id();
  }

  synchronized Job job() {
    return job;
  }

  public synchronized void isQuery() {
    job = job.withKind(Job.Kind.QUERY);
  }

  /// A query of the job, so that stopping the job ends it. The caller goes on owning it.
  public RunningQuery track(RunningQuery query) {
    boolean cancel;
    synchronized (this) {
      queries.add(query);
      cancel = stopped;
    }
    if (cancel) {
      query.cancel();
    }
    return query;
  }

  /// What the job's queries did so far.
  List<QueryFigures> figures() {
    List<RunningQuery> all;
    synchronized (this) {
      all = List.copyOf(queries);
    }
    return all.stream().map(RunningQuery::figures).toList();
  }

  /// Stopping the job interrupts the calling thread, until the job is over.
  public synchronized void interruptible() {
    interruptible = Thread.currentThread();
  }

  void stop() {
    List<RunningQuery> running;
    synchronized (this) {
      stopped = true;
      running = List.copyOf(queries);
      Thread thread = interruptible;
      if (thread != null) {
        thread.interrupt();
      }
    }
    running.forEach(RunningQuery::cancel);
  }

  /// Whether somebody asked for its end.
  public synchronized boolean isStopped() {
    return stopped;
  }

  /// Keeps prints and hands them on.
  public OutputListener output(OutputListener next) {
    return (stream, line) -> {
      log.add("", stream.name().toLowerCase(Locale.ROOT), line);
      next.line(stream, line);
    };
  }

  /// Keeps what a run says and hands it on.
  public RunListener listener(RunListener next) {
    return event -> {
      keep(event);
      next.event(event);
    };
  }

  private void keep(RunEvent event) {
    switch (event) {
      case RunEvent.Started started -> {
        synchronized (this) {
          job = job.withProject(started.project());
        }
        log.add("", "state", "started on " + started.target() + "@" + started.inputCommit());
      }
      case RunEvent.ModelStarted started -> log.add(started.model(), "state", "started");
      case RunEvent.Note note -> log.add(note.model(), "note", note.text());
      case RunEvent.Output output -> log.add(output.model(), output.stream(), output.line());
      case RunEvent.ModelFinished done ->
          log.add(
              done.model(),
              "state",
              done.rows() < 0
                  ? "planned into its reader"
                  : "finished: " + done.rows() + " rows, " + done.millis() + " ms");
      case RunEvent.ExpectationChecked checked ->
          log.add(
              checked.expectation(),
              checked.passed() ? "state" : "error",
              checked.passed() ? "passed" : checked.message());
      case RunEvent.ModelFailed failed ->
          log.add(failed.model(), "error", failed.message() + " (" + failed.sqlState() + ")");
      case RunEvent.Finished finished ->
          log.add("", "state", finished.result().status().name().toLowerCase(Locale.ROOT));
      case RunEvent.Progress ignored -> {}
      case RunEvent.Preview ignored -> {}
    }
  }

  public void succeeded(long rows) {
    end(Job.State.SUCCEEDED, rows, Job.Failure.NONE, "", "");
  }

  public void failed(Throwable error, long rows) {
    String state =
        error instanceof EngineException e
            ? e.code().sqlState()
            : ErrorCode.INTERNAL_ERROR.sqlState();
    boolean cancelled = error instanceof EngineException e && e.code() == ErrorCode.CANCELLED;
    end(
        cancelled ? Job.State.CANCELLED : Job.State.FAILED,
        rows,
        new Job.Failure(String.valueOf(error.getMessage()), state),
        "",
        "");
  }

  public void cancelled(long rows) {
    end(
        Job.State.CANCELLED,
        rows,
        new Job.Failure("cancelled", ErrorCode.CANCELLED.sqlState()),
        "",
        "");
  }

  public void ended(RunResult result) {
    Job.State state =
        switch (result.status()) {
          case SUCCEEDED -> Job.State.SUCCEEDED;
          case FAILED -> Job.State.FAILED;
          case CANCELLED -> Job.State.CANCELLED;
          case UNKNOWN -> Job.State.UNKNOWN;
        };
    end(
        state,
        0,
        new Job.Failure(result.error(), result.sqlState()),
        result.commit(),
        result.keptBranch());
  }

  private void end(
      Job.State state, long rows, Job.Failure failure, String commit, String keptBranch) {
    Job ended;
    synchronized (this) {
      if (over) {
        return;
      }
      over = true;
      if (interruptible != null && stopped && interruptible == Thread.currentThread()) {
        // The interrupt was for the job.
        boolean ignored = Thread.interrupted();
      }
      interruptible = null;
      job = job.ended(state, rows, failure, commit, keptBranch);
      ended = job;
    }
    log.close();
    onEnd.accept(ended);
  }
}
