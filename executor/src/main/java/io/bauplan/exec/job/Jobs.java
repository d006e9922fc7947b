package io.bauplan.exec.job;

import io.bauplan.exec.run.RunRequest;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.project.ProjectFiles;
import io.bauplan.sql.session.Session;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The jobs of a warehouse: those under way in this engine and, from the journal, those before and
/// those of other engines. Thread-safe.
public final class Jobs implements AutoCloseable {
  /// Jobs that are ever listed.
  public static final int MAX_LISTED = 10_000;

  private static final int ID_BYTES = 6;
  private static final int MAX_TEXT_CHARS = 4_000;

  /// Values of parameters may be secrets.
  private static final Pattern PARAMETERS =
      Pattern.compile("(?is)^(\\s*RUN\\s+PIPELINE\\b.*?)\\bWITH\\s*\\(.*$");

  private static final Logger LOG = LoggerFactory.getLogger(Jobs.class);

  private final JobJournal journal;
  private final JobSources sources;
  private final Map<String, RunningJob> running = new ConcurrentHashMap<>();

  private Jobs(JobJournal journal, JobSources sources) {
    this.journal = journal;
    this.sources = sources;
  }

  public static Jobs open(Path warehouse) {
    Path folder = warehouse.resolve("jobs");
    Jobs jobs = new Jobs(JobJournal.open(folder), new JobSources(folder.resolve("source")));
    try {
      jobs.sources.removeBefore(Instant.now().minus(JobJournal.RETENTION));
    } catch (IOException e) {
      LOG.warn("event=sources_not_removed error={}", e.toString());
    }
    return jobs;
  }

  /// Records that a job starts.
  public RunningJob start(Job.Kind kind, Session session, String text) {
    String shown = PARAMETERS.matcher(text).replaceFirst("$1WITH (...)");
    Job job =
        new Job(
            newId(),
            kind,
            Job.State.RUNNING,
            session.principal().name(),
            session.reference(),
            String.join(".", session.namespace()),
            shown.length() > MAX_TEXT_CHARS ? shown.substring(0, MAX_TEXT_CHARS) + "..." : shown,
            "",
            Instant.now(),
            Optional.empty(),
            0,
            "",
            "",
            "",
            "");
    RunningJob started = new RunningJob(job, journal.log(job.id()), this::ended);
    running.put(job.id(), started);
    journal.write(job);
    return started;
  }

  private void ended(Job job) {
    journal.write(job);
    running.remove(job.id());
  }

  private static String newId() {
    byte[] bytes = new byte[ID_BYTES];
    ThreadLocalRandom.current().nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  /// Newest first.
  public List<Job> list() {
    Map<String, Job> jobs = new LinkedHashMap<>();
    journal.read(MAX_LISTED).forEach(job -> jobs.put(job.id(), job));
    running.values().stream().map(RunningJob::job).forEach(job -> jobs.put(job.id(), job));
    List<Job> all = new ArrayList<>(jobs.values());
    all.sort(Comparator.comparing(Job::started).reversed());
    return all;
  }

  /// The jobs of this engine that are not over, in no order.
  List<RunningJob> running() {
    return List.copyOf(running.values());
  }

  public Job get(String id) {
    return list().stream()
        .filter(job -> job.id().equals(id))
        .findFirst()
        .orElseThrow(
            () ->
                new EngineException(ErrorCode.INVALID_ARGUMENT, "there is no job \"" + id + "\"")
                    .withHint("SELECT id FROM sys.jobs lists those that are kept"));
  }

  /// Keeps what a run is made from.
  public void keepSources(String id, ProjectFiles project, RunRequest request) {
    sources.save(id, project, request);
  }

  /// The request that makes a run again, from its sources as they were.
  public RunRequest rerun(String id) {
    return sources.request(id);
  }

  /// What a job said, in order.
  public List<Job.LogLine> log(String id) {
    return journal.readLog(id);
  }

  /// The jobs that said something.
  Set<String> logged() {
    return journal.logged();
  }

  /// Asks a job for its end; it is over soon after.
  public void stop(String id) {
    RunningJob job = running.get(id);
    if (job == null) {
      Job known = get(id);
      throw new EngineException(
              ErrorCode.INVALID_ARGUMENT,
              known.state() == Job.State.RUNNING
                  ? "job " + id + " runs in another engine"
                  : "job " + id + " is over: " + known.state())
          .withHint("only a job under way can be stopped, where it runs");
    }
    job.stop();
  }

  /// When the oldest of the others under way began, so that maintenance keeps what they use.
  public Optional<Instant> oldestBut(String id) {
    return running.values().stream()
        .filter(job -> !job.id().equals(id))
        .map(job -> job.job().started())
        .min(Instant::compareTo);
  }

  @Override
  public void close() {
    running.values().forEach(RunningJob::stop);
    journal.close();
  }
}
