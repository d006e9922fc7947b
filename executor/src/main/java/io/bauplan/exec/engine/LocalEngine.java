package io.bauplan.exec.engine;

import io.bauplan.exec.cache.CacheTables;
import io.bauplan.exec.cache.ColumnCache;
import io.bauplan.exec.cache.ColumnFiles;
import io.bauplan.exec.fallback.CalciteFallback;
import io.bauplan.exec.job.Job;
import io.bauplan.exec.job.JobTables;
import io.bauplan.exec.job.Jobs;
import io.bauplan.exec.job.RunningJob;
import io.bauplan.exec.memory.FreedMemory;
import io.bauplan.exec.run.RunListener;
import io.bauplan.exec.run.RunRequest;
import io.bauplan.exec.run.RunResult;
import io.bauplan.exec.run.Runs;
import io.bauplan.exec.scan.StandardDataFiles;
import io.bauplan.exec.scan.store.ObjectStores;
import io.bauplan.exec.spill.SpillFolder;
import io.bauplan.exec.worker.LocalWorker;
import io.bauplan.exec.worker.RunningQuery;
import io.bauplan.exec.worker.Worker;
import io.bauplan.sql.catalog.Catalog;
import io.bauplan.sql.catalog.nessie.NessieCatalogs;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.explain.Explanation;
import io.bauplan.sql.parser.StatementPlaces;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.PlannedStatement;
import io.bauplan.sql.plan.RowType;
import io.bauplan.sql.project.ProjectReader;
import io.bauplan.sql.session.CalcitePlanner;
import io.bauplan.sql.session.Session;
import io.bauplan.sql.session.StatementPlanner;
import io.bauplan.sql.session.SystemTables;
import io.bauplan.udf.api.FunctionRuntime;
import io.bauplan.udf.python.LocalFunctionRuntime;
import io.bauplan.udf.python.PythonSourceInspector;
import io.bauplan.udf.python.RuntimeConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.arrow.memory.AllocationListener;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.memory.rounding.RoundingPolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Both planes in this process: the control plane is the catalog, the planner and the runs; the
/// data plane is the worker. They meet in plans, figures and streams of rows only.
final class LocalEngine implements Engine {
  private static final Logger LOG = LoggerFactory.getLogger(LocalEngine.class);

  /// Arrow would round every buffer up to a power of two, which doubles what columns take.
  private static final RoundingPolicy EXACT = bytes -> bytes + 63 & -64;

  /// What runs that nobody waits for get to let go when the engine closes.
  private static final Duration DETACHED_PATIENCE = Duration.ofSeconds(10);

  private final EngineConfig config;
  private final Catalog catalog;
  private final FunctionRuntime functions;
  private final BufferAllocator allocator;
  private final Optional<ColumnCache> columns;
  private final StandardDataFiles files;
  private final Worker worker;
  private final SystemTables systemTables;
  private final StatementPlanner planner;
  private final StatementExecution statements;
  private final Jobs jobs;
  private final Runs runs;
  private final Set<Thread> detached = ConcurrentHashMap.newKeySet();

  /// Takes ownership of the catalog and the runtime.
  private LocalEngine(EngineConfig config, Catalog catalog, FunctionRuntime functions) {
    this.config = config;
    this.catalog = catalog;
    this.functions = functions;
    FreedMemory.keep();
    this.allocator = new RootAllocator(AllocationListener.NOOP, Long.MAX_VALUE, EXACT);
    this.columns = columnCache(config, allocator);
    this.files = new StandardDataFiles(new ObjectStores(), columns, config.threads());
    this.worker =
        new LocalWorker(
            allocator,
            config.memoryBytes(),
            config.threads(),
            files,
            new CalciteFallback(),
            functions,
            new SpillFolder(config.spillFolder(), config.spillBytes()));
    this.jobs = Jobs.open(config.warehouse());
    List<SystemTables.SystemTable> own = new java.util.ArrayList<>(new JobTables(jobs).tables());
    own.addAll(CacheTables.of(columns));
    own.addAll(new EnvironmentTables(functions).tables());
    this.systemTables = SystemTables.with(() -> own);
    this.planner = new CalcitePlanner(catalog, worker.fileSchemas(), systemTables);
    this.statements = new StatementExecution(this, jobs);
    ProjectReader projects = new ProjectReader(PythonSourceInspector.open(config.cacheDirectory()));
    this.runs = new Runs(catalog, planner, worker, projects);
  }

  static Engine open(EngineConfig config) {
    createFolder(config.warehouse());
    Catalog catalog =
        config.catalog().isPresent()
            ? NessieCatalogs.openRemote(
                config.catalog().get(),
                config.dataLocation().orElse(config.warehouse().resolve("data").toString()))
            : NessieCatalogs.openEmbedded(config.warehouse(), config.dataLocation());
    try {
      return new LocalEngine(config, catalog, functions(config));
    } catch (RuntimeException | Error e) {
      catalog.close();
      throw e;
    }
  }

  private static FunctionRuntime functions(EngineConfig config) {
    try {
      return LocalFunctionRuntime.open(RuntimeConfig.of(config.cacheDirectory()));
    } catch (IOException e) {
      throw new EngineException(
              ErrorCode.WAREHOUSE_UNUSABLE,
              "cannot use the cache folder " + config.cacheDirectory() + ": " + e.getMessage(),
              e)
          .withHint("set XDG_CACHE_HOME to a folder that you may write to");
    }
  }

  private static Optional<ColumnCache> columnCache(EngineConfig config, BufferAllocator memory) {
    if (config.columnCacheBytes() <= 0) {
      return Optional.empty();
    }
    Optional<ColumnFiles> disk = Optional.empty();
    if (config.columnCacheDiskBytes() > 0) {
      Path folder = config.warehouse().resolve("cache").resolve("columns");
      try {
        disk = Optional.of(new ColumnFiles(folder, config.columnCacheDiskBytes()));
      } catch (IOException e) {
        LOG.warn("no column cache on disk: cannot use {}: {}", folder, e.toString());
      }
    }
    return Optional.of(new ColumnCache(memory, config.columnCacheBytes(), disk));
  }

  private static void createFolder(Path warehouse) {
    try {
      Files.createDirectories(warehouse);
    } catch (IOException e) {
      throw new EngineException(
              ErrorCode.WAREHOUSE_UNUSABLE, "cannot create the warehouse folder " + warehouse, e)
          .withHint("choose a folder that you may write to: --warehouse DIR");
    }
  }

  @Override
  public StatementResult execute(Session session, String sql, StatementOptions options) {
    RunningJob job = jobs.start(Job.Kind.STATEMENT, session, sql);
    try {
      PlannedStatement planned = planner.plan(sql, session);
      if (planned instanceof PlannedStatement.Query) {
        job.isQuery();
      }
      StatementResult result = statements.execute(planned, session, options, job);
      return switch (result) {
        case StatementResult.Rows(RunningQuery query) ->
            new StatementResult.Rows(new TrackedQuery(query, job));
        case StatementResult.Updated(long rows, String ignored) -> {
          job.succeeded(rows);
          yield result;
        }
        case StatementResult.SessionChanged ignored -> {
          job.succeeded(0);
          yield result;
        }
      };
    } catch (EngineException e) {
      EngineException placed = StatementPlaces.placed(e, sql);
      job.failed(placed, 0);
      throw placed;
    } catch (RuntimeException | Error e) {
      job.failed(e, 0);
      throw e;
    }
  }

  @Override
  public StatementShape describe(Session session, String sql) {
    return switch (planner.plan(sql, session)) {
      case PlannedStatement.Query query -> shape(query.parameters(), query.output());
      case PlannedStatement.ExplainAnalyze ignored ->
          shape(List.of(), StatementExecution.EXPLAIN_OUTPUT);
      case PlannedStatement.ExplainPipeline ignored ->
          shape(List.of(), StatementExecution.EXPLAIN_OUTPUT);
      case PlannedStatement.Call call when Procedures.givesRows(call.procedure()) ->
          shape(List.of(), Procedures.GENERATED);
      case PlannedStatement.RunPipeline ignored -> shape(List.of(), StatementExecution.RUN_OUTPUT);
      case PlannedStatement.RerunJob ignored -> shape(List.of(), StatementExecution.RUN_OUTPUT);
      case PlannedStatement.Insert insert ->
          new StatementShape(insert.parameters(), Optional.empty());
      case PlannedStatement.RowChange change ->
          new StatementShape(change.parameters(), Optional.empty());
      case PlannedStatement.Rewrite rewrite ->
          new StatementShape(rewrite.parameters(), Optional.empty());
      default -> new StatementShape(List.of(), Optional.empty());
    };
  }

  private static StatementShape shape(List<DataType> parameters, RowType output) {
    return new StatementShape(parameters, Optional.of(output));
  }

  @Override
  public RunResult run(Session session, RunRequest request, RunListener listener) {
    return run(session, request, listener, startRun(session, request));
  }

  private RunningJob startRun(Session session, RunRequest request) {
    return jobs.start(
        Job.Kind.RUN, session.withReference(request.reference()), request.projectDirectory());
  }

  private RunResult run(Session session, RunRequest request, RunListener listener, RunningJob job) {
    job.interruptible();
    try {
      keepSources(job, request);
      RunResult result = runs.run(session, request, job.listener(listener), job.id());
      job.ended(result);
      return result;
    } catch (RuntimeException | Error e) {
      job.failed(e, 0);
      throw e;
    }
  }

  private void keepSources(RunningJob job, RunRequest request) {
    Path project = Path.of(request.projectDirectory());
    if (Files.isDirectory(project)) {
      try {
        jobs.keepSources(job.id(), ProjectReader.files(project), request);
      } catch (EngineException e) {
        LOG.debug("event=sources_not_kept job={}: the run says what is wrong", job.id(), e);
      }
    }
  }

  @Override
  public String startRun(Session session, RunRequest request, RunListener listener) {
    RunningJob job = startRun(session, request);
    Thread thread =
        Thread.ofPlatform()
            .daemon()
            .name("job-" + job.id())
            .unstarted(
                () -> {
                  try {
                    run(session, request, listener, job);
                  } catch (RuntimeException e) {
                    LOG.info("event=run_failed job={} error={}", job.id(), e.getMessage());
                  } finally {
                    detached.remove(Thread.currentThread());
                  }
                });
    detached.add(thread);
    thread.start();
    return job.id();
  }

  @Override
  public Jobs jobs() {
    return jobs;
  }

  @Override
  public Explanation explain(Session session, PlannedStatement.ExplainPipeline pipeline) {
    return runs.explain(session, pipeline.directory(), pipeline.mode());
  }

  @Override
  public Catalog catalog() {
    return catalog;
  }

  @Override
  public List<SystemTables.SystemTable> systemTables() {
    return systemTables.tables();
  }

  @Override
  public Worker worker() {
    return worker;
  }

  @Override
  public EngineConfig config() {
    return config;
  }

  @Override
  public void close() {
    // In this order, each even where one before it fails.
    try (catalog;
        allocator;
        functions;
        AutoCloseable cache = () -> columns.ifPresent(ColumnCache::close);
        files;
        worker;
        jobs) {
      endDetached();
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private void endDetached() {
    detached.forEach(Thread::interrupt);
    for (Thread thread : detached) {
      try {
        thread.join(DETACHED_PATIENCE);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }
}
