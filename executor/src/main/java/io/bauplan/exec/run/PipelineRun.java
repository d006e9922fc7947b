package io.bauplan.exec.run;

import io.bauplan.sql.catalog.Catalog;
import io.bauplan.sql.catalog.MergeOutcome;
import io.bauplan.sql.catalog.PinnedRef;
import io.bauplan.sql.catalog.RefKind;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.TableRef;
import io.bauplan.sql.project.Model;
import io.bauplan.udf.api.FunctionDefinition;
import io.bauplan.udf.api.FunctionRuntime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One run: a transaction on a branch, as in the paper. Inputs are pinned to one commit, models are
/// materialized on a private branch, and one merge makes them visible. Whatever fails before the
/// merge leaves the target as it was.
final class PipelineRun {
  private static final Logger LOG = LoggerFactory.getLogger(PipelineRun.class);

  /// Models of one run that execute at the same time.
  private static final int CONCURRENT_MODELS = 4;

  private final RunContext run;
  private final PinnedRef target;
  private final long start = System.nanoTime();
  private volatile boolean ending;
  private final List<String> published = Collections.synchronizedList(new ArrayList<>());

  /// @param target the reference that the run reads and merges to, pinned
  PipelineRun(RunContext run, PinnedRef target) {
    this.run = run;
    this.target = target;
  }

  /// Never throws for what goes wrong with the run: the result says it.
  RunResult execute() {
    boolean dry = run.request().publishing() == RunRequest.Publishing.DRY_RUN;
    Optional<PinnedRef> branch = Optional.empty();
    try {
      if (!dry) {
        if (target.kind() != RefKind.BRANCH) {
          throw new EngineException(
                  ErrorCode.INVALID_STATEMENT,
                  target + " is not a branch: a run cannot publish to it")
              .withHint("run on a branch, or with --dry-run");
        }
        branch = Optional.of(run.catalog().createBranch(RunBranches.name(run.jobId()), target));
      }
      run.listener().event(started());
      prepareEnvironments();
      executeAll();
      RunResult result = dry ? result(RunResult.Status.SUCCEEDED, "", "", "") : publish();
      if (result.status() == RunResult.Status.SUCCEEDED) {
        branch.ifPresent(this::deleteBranch);
      }
      return finish(result);
    } catch (EngineException e) {
      boolean cancelled = e.code() == ErrorCode.CANCELLED;
      if (cancelled) {
        // Nobody asked for what a cancelled run left half done.
        branch.ifPresent(this::deleteBranch);
      }
      return finish(
          new RunResult(
              run.jobId(),
              cancelled ? RunResult.Status.CANCELLED : RunResult.Status.FAILED,
              target.name(),
              "",
              cancelled ? "" : branch.map(PinnedRef::name).orElse(""),
              List.of(),
              e.getMessage(),
              e.code().sqlState(),
              millis()));
    } finally {
      run.dag()
          .ordered()
          .forEach(model -> run.worker().dropIntermediate(run.intermediateId(model)));
    }
  }

  private RunResult finish(RunResult result) {
    run.listener().event(new RunEvent.Finished(result));
    return result;
  }

  private RunEvent.Started started() {
    List<RunEvent.Node> nodes = new ArrayList<>();
    for (Model model : run.dag().ordered()) {
      String kind =
          switch (model) {
            case Model.Sql ignored -> "sql";
            case Model.Function ignored -> "python";
            case Model.Expectation ignored -> "expectation";
          };
      nodes.add(
          new RunEvent.Node(
              model.name(),
              kind,
              model.reads(),
              model.materialization().name(),
              definition(model).map(PipelineRun::environment).orElse("")));
    }
    return new RunEvent.Started(
        run.jobId(),
        run.project(),
        target.name(),
        target.commit(),
        RunBranches.name(run.jobId()),
        nodes);
  }

  private static String environment(FunctionDefinition definition) {
    String python =
        definition.environment().interpreterVersion().map(v -> "python " + v).orElse("python");
    List<String> packages = definition.environment().requirements();
    return packages.isEmpty() ? python : python + ", " + String.join(", ", packages);
  }

  private static Optional<FunctionDefinition> definition(Model model) {
    return switch (model) {
      case Model.Sql ignored -> Optional.empty();
      case Model.Function function -> Optional.of(function.definition());
      case Model.Expectation expectation -> Optional.of(expectation.definition());
    };
  }

  /// Environments are built while the first models run.
  private void prepareEnvironments() {
    FunctionRuntime functions = run.worker().functions();
    for (Model model : run.dag().ordered()) {
      definition(model).ifPresent(definition -> functions.prepare(definition.environment()));
    }
  }

  /// Runs every model as soon as its parents are done; the first failure cancels the others.
  private void executeAll() {
    NodeExecution node = new NodeExecution(run);
    List<Model> waiting = new ArrayList<>(run.dag().ordered());
    Set<Model> done = new HashSet<>();
    List<Future<Model>> running = new ArrayList<>();
    try (ExecutorService threads =
        Executors.newFixedThreadPool(
            CONCURRENT_MODELS,
            Thread.ofPlatform().daemon().name("run-" + run.jobId() + "-", 0).factory())) {
      ExecutorCompletionService<Model> completion = new ExecutorCompletionService<>(threads);
      try {
        while (!waiting.isEmpty() || !running.isEmpty()) {
          for (Model model : List.copyOf(waiting)) {
            if (done.containsAll(run.dag().parents(model))) {
              waiting.remove(model);
              running.add(completion.submit(() -> execute(node, model)));
            }
          }
          Future<Model> finished = completion.take();
          running.remove(finished);
          done.add(finished.get());
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new EngineException(ErrorCode.CANCELLED, "the run was cancelled", e);
      } catch (ExecutionException e) {
        throw e.getCause() instanceof EngineException engine
            ? engine
            : new EngineException(
                ErrorCode.INTERNAL_ERROR, "the run failed: " + e.getCause(), e.getCause());
      } finally {
        ending = true;
        running.forEach(future -> future.cancel(true));
      }
    }
  }

  private Model execute(NodeExecution node, Model model) {
    try {
      NodeResult result = node.execute(model);
      run.scope().put(model, result);
      if (result instanceof NodeResult.Stored(TableRef table)) {
        published.add(table.dotted());
      } else if (run.materializes(model)) {
        published.add(new ModelPublication(run).table(model).dotted());
      }
      if (run.materializes(model)
          && run.request().publishing() == RunRequest.Publishing.EACH_MODEL) {
        merge();
      }
      return model;
    } catch (EngineException e) {
      // What fails because the run is ending is no news.
      if (e.code() != ErrorCode.CANCELLED && !ending) {
        run.listener()
            .event(
                new RunEvent.ModelFailed(
                    model.name(), e.code().sqlState(), text(e), e.hint().orElse("")));
      }
      throw e;
    } catch (RuntimeException e) {
      LOG.error("run {} model {} failed", run.jobId(), model.name(), e);
      throw new EngineException(
          ErrorCode.INTERNAL_ERROR, "model \"" + model.name() + "\" failed: " + e, e);
    }
  }

  /// The message with its place.
  private static String text(EngineException e) {
    return e.position()
        .filter(at -> !at.source().isEmpty())
        .map(at -> at.source() + ":" + at.line() + ": " + e.getMessage())
        .orElse(e.getMessage());
  }

  private RunResult publish() {
    return switch (merge()) {
      case MergeOutcome.Merged(PinnedRef merged, boolean ignored) ->
          result(RunResult.Status.SUCCEEDED, merged.commit(), "", "");
      case MergeOutcome.Conflict conflict ->
          result(
              RunResult.Status.FAILED,
              "",
              target.name()
                  + " changed while the run worked, in "
                  + conflict.conflicting().stream()
                      .map(TableRef::dotted)
                      .collect(Collectors.joining(", "))
                  + ": nothing was published; run again",
              ErrorCode.COMMIT_CONFLICT.sqlState());
      case MergeOutcome.Unknown unknown -> afterUnknown(unknown);
    };
  }

  /// An unknown outcome is read again, never assumed: the merge commit carries the job's id.
  private RunResult afterUnknown(MergeOutcome.Unknown unknown) {
    PinnedRef head = run.catalog().resolve(target.name());
    Optional<String> merged =
        run.catalog().log(head, Catalog.PUBLISH_SEARCH_COMMITS).stream()
            .filter(commit -> run.jobId().equals(commit.properties().get("bauplan.job")))
            .map(commit -> commit.id())
            .findFirst();
    return merged
        .map(commit -> result(RunResult.Status.SUCCEEDED, commit, "", ""))
        .orElseGet(
            () ->
                result(
                    RunResult.Status.UNKNOWN,
                    "",
                    unknown.message(),
                    ErrorCode.COMMIT_STATE_UNKNOWN.sqlState()));
  }

  private MergeOutcome merge() {
    PinnedRef branch = run.catalog().resolve(RunBranches.name(run.jobId()));
    return run.catalog().merge(branch, target.name(), run.publishCommit());
  }

  private RunResult result(RunResult.Status status, String commit, String error, String sqlState) {
    boolean succeeded = status == RunResult.Status.SUCCEEDED;
    boolean dry = run.request().publishing() == RunRequest.Publishing.DRY_RUN;
    return new RunResult(
        run.jobId(),
        status,
        target.name(),
        commit,
        succeeded || dry ? "" : RunBranches.name(run.jobId()),
        succeeded && !dry ? published.stream().sorted().toList() : List.of(),
        error,
        sqlState,
        millis());
  }

  private void deleteBranch(PinnedRef branch) {
    try {
      run.catalog().deleteReference(run.catalog().resolve(branch.name()));
    } catch (EngineException e) {
      LOG.warn("run {} leaves its branch {}", run.jobId(), branch.name(), e);
    }
  }

  private long millis() {
    return (System.nanoTime() - start) / 1_000_000;
  }
}
