package io.bauplan.exec.run;

import io.bauplan.exec.worker.ObservedWorker;
import io.bauplan.exec.worker.Worker;
import io.bauplan.sql.catalog.Catalog;
import io.bauplan.sql.catalog.PinnedRef;
import io.bauplan.sql.catalog.RefKind;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.explain.Explanation;
import io.bauplan.sql.explain.FileTotals;
import io.bauplan.sql.project.PipelineDag;
import io.bauplan.sql.project.Project;
import io.bauplan.sql.project.ProjectReader;
import io.bauplan.sql.session.Session;
import io.bauplan.sql.session.StatementPlanner;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/// Starts runs: reads the project, pins the target, executes.
public final class Runs {
  private static final int JOB_ID_BYTES = 6;

  private final Catalog catalog;
  private final StatementPlanner planner;
  private final Worker worker;
  private final ProjectReader projects;

  public Runs(Catalog catalog, StatementPlanner planner, Worker worker, ProjectReader projects) {
    this.catalog = catalog;
    this.planner = planner;
    this.worker = worker;
    this.projects = projects;
  }

  /// Runs to the end. What is wrong with the project or the request throws; what goes wrong with
  /// the run is in the result.
  public RunResult run(Session session, RunRequest request, RunListener listener, String jobId) {
    return run(session, request, listener, jobId, worker);
  }

  private RunResult run(
      Session session, RunRequest request, RunListener listener, String jobId, Worker on) {
    Project project = projects.read(Path.of(request.projectDirectory()));
    PipelineDag dag = PipelineDag.of(project.models());
    PinnedRef target = catalog.resolve(request.reference());
    Session runSession =
        session
            .withReference(
                request.publishing() == RunRequest.Publishing.DRY_RUN
                        || target.kind() != RefKind.BRANCH
                    ? pinned(target)
                    : RunBranches.name(jobId))
            .withNamespace(List.of(namespace(project, request.namespace()).split("\\.")));
    RunContext context =
        new RunContext(
            jobId,
            catalog,
            planner,
            on,
            runSession,
            request,
            project.config().name(),
            dag,
            RunScope.of(dag),
            RunParameters.of(project.config(), request.parameters()),
            new SequentialListener(listener));
    return new PipelineRun(context, target).execute();
  }

  /// The plans of a project's models, as they would run from the session's reference; `ANALYZE`
  /// makes a dry run first.
  public Explanation explain(Session session, String directory, Explanation.Mode mode) {
    String folder = Path.of(directory).toAbsolutePath().normalize().toString();
    Project project = projects.read(Path.of(folder));
    PipelineDag dag = PipelineDag.of(project.models());
    PinnedRef at = catalog.resolve(session.reference());
    if (mode == Explanation.Mode.ANALYZE) {
      return analyze(session, folder, dag, at);
    }
    Session pinned =
        session
            .withReference(pinned(at))
            .withNamespace(List.of(namespace(project, "").split("\\.")));
    RunParameters parameters = RunParameters.of(project.config(), Map.of());
    return new PipelineExplanation(catalog, planner, pinned, at, dag, parameters).explain(mode);
  }

  private Explanation analyze(Session session, String folder, PipelineDag dag, PinnedRef at) {
    RunRequest request =
        new RunRequest(
            folder,
            session.reference(),
            "",
            Map.of(),
            RunRequest.Preview.OFF,
            RunRequest.Publishing.DRY_RUN,
            RunRequest.Strictness.LENIENT,
            RunRequest.Caching.ON);
    ObservedWorker observed = new ObservedWorker(worker);
    Map<String, RunEvent.ModelFinished> finished = new ConcurrentHashMap<>();
    RunResult result =
        run(
            session,
            request,
            event -> {
              if (event instanceof RunEvent.ModelFinished done) {
                finished.put(done.model(), done);
              }
            },
            jobId(),
            observed);
    if (result.status() != RunResult.Status.SUCCEEDED) {
      throw new EngineException(ErrorCode.FUNCTION_FAILED, result.error());
    }
    return AnalyzedPipeline.explanation(
        result.jobId(), dag, observed.observations(), finished, FileTotals.of(catalog, at));
  }

  private static String namespace(Project project, String requested) {
    return requested.isBlank()
        ? project.config().namespace().orElse(Catalog.DEFAULT_NAMESPACE)
        : requested;
  }

  private static String pinned(PinnedRef target) {
    return target.name().isEmpty() ? "@" + target.commit() : target.name() + "@" + target.commit();
  }

  private static String jobId() {
    byte[] bytes = new byte[JOB_ID_BYTES];
    ThreadLocalRandom.current().nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  /// Events of concurrent models, one at a time. A listener that fails must not fail the run.
  private record SequentialListener(RunListener listener) implements RunListener {
    @Override
    public void event(RunEvent event) {
      synchronized (this) {
        try {
          listener.event(event);
        } catch (EngineException e) {
          throw e;
        } catch (RuntimeException e) {
          org.slf4j.LoggerFactory.getLogger(Runs.class).warn("a run's listener failed", e);
        }
      }
    }
  }
}
