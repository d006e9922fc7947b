package io.bauplan.exec.run;

import io.bauplan.exec.worker.Worker;
import io.bauplan.sql.catalog.Catalog;
import io.bauplan.sql.catalog.PinnedRef;
import io.bauplan.sql.catalog.RefKind;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.project.PipelineDag;
import io.bauplan.sql.project.Project;
import io.bauplan.sql.project.ProjectReader;
import io.bauplan.sql.session.Session;
import io.bauplan.sql.session.StatementPlanner;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
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
  public RunResult run(Session session, RunRequest request, RunListener listener) {
    Project project = projects.read(Path.of(request.projectDirectory()));
    PipelineDag dag = PipelineDag.of(project.models());
    PinnedRef target = catalog.resolve(request.reference());
    String jobId = jobId();
    Session runSession =
        session
            .withReference(
                request.publishing() == RunRequest.Publishing.DRY_RUN
                        || target.kind() != RefKind.BRANCH
                    ? pinned(target)
                    : RunBranches.name(jobId))
            .withNamespace(List.of(namespace(project, request).split("\\.")));
    RunContext context =
        new RunContext(
            jobId,
            catalog,
            planner,
            worker,
            runSession,
            request,
            project.config().name(),
            dag,
            RunScope.of(dag),
            RunParameters.of(project.config(), request.parameters()),
            new SequentialListener(listener));
    return new PipelineRun(context, target).execute();
  }

  private static String namespace(Project project, RunRequest request) {
    return request.namespace().isBlank()
        ? project.config().namespace().orElse(Catalog.DEFAULT_NAMESPACE)
        : request.namespace();
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
