package io.bauplan.exec.operator;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.Vector;
import io.bauplan.exec.expression.ExpressionContext;
import io.bauplan.exec.expression.Predicate;
import io.bauplan.exec.expression.Projector;
import io.bauplan.exec.operator.aggregate.HashAggregate;
import io.bauplan.exec.operator.aggregate.Projection;
import io.bauplan.exec.operator.aggregate.WantedGroups;
import io.bauplan.exec.operator.join.HashJoin;
import io.bauplan.exec.operator.join.NestedLoopJoin;
import io.bauplan.exec.operator.sort.SortOperator;
import io.bauplan.exec.operator.sort.TopBound;
import io.bauplan.exec.operator.sort.TopColumn;
import io.bauplan.exec.operator.window.WindowOperator;
import io.bauplan.exec.spill.OperatorSpill;
import io.bauplan.exec.worker.QueryFigures.OperatorFigures;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.ArrowTypes;
import io.bauplan.sql.plan.Expression;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.RowType;
import io.bauplan.udf.api.FunctionReturn;
import io.bauplan.udf.api.FunctionRuntime.Streaming;
import io.bauplan.udf.api.SharedTable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;

/// Turns a plan into the steps that run it: a pipeline per breaker, in an order in which each finds
/// done what it needs.
public final class PlanCompiler {
  /// Runs steps and waits for them; throws the query's error.
  @FunctionalInterface
  public interface StepRunner {
    void run(QueryContext query, List<Step> steps);
  }

  private final QueryContext query;
  private final StepRunner runner;
  private final List<Step> steps = new ArrayList<>();
  private final List<NodeFigures> ordered = new ArrayList<>();
  private final Map<PhysicalPlan, NodeFigures> figures;
  /// Rows of the recursive scans in reach, by name.
  private final Map<String, Batch> recursions;
  private final Map<Integer, List<Expression.Literal>> correlations;
  private final Map<Integer, PhysicalPlan> sharedInputs;
  private final Map<Integer, SpillingCollector> sharedRows;
  /// For the node that is compiled next.
  private List<JoinKeyFilter.Target> keyFilters = List.of();
  /// By the node that makes the rows of a top-N.
  private final Map<PhysicalPlan, TopColumn> tops = new IdentityHashMap<>();

  public PlanCompiler(QueryContext query, PhysicalPlan plan, StepRunner runner) {
    this(
        query,
        runner,
        new IdentityHashMap<>(),
        Map.of(),
        Map.of(),
        new HashMap<>(),
        new HashMap<>());
    register(plan);
  }

  private PlanCompiler(
      QueryContext query,
      StepRunner runner,
      Map<PhysicalPlan, NodeFigures> figures,
      Map<String, Batch> recursions,
      Map<Integer, List<Expression.Literal>> correlations,
      Map<Integer, PhysicalPlan> sharedInputs,
      Map<Integer, SpillingCollector> sharedRows) {
    this.query = query;
    this.runner = runner;
    this.figures = figures;
    this.recursions = recursions;
    this.correlations = correlations;
    this.sharedInputs = sharedInputs;
    this.sharedRows = sharedRows;
  }

  private void register(PhysicalPlan node) {
    ordered.add(new NodeFigures(node));
    figures.put(node, ordered.getLast());
    if (node instanceof PhysicalPlan.Shared shared) {
      sharedInputs.put(shared.id(), shared.input());
    }
    node.inputs().forEach(this::register);
  }

  /// Steps to run before the compiled source may be opened.
  public List<Step> steps() {
    return steps;
  }

  /// Per node in pre-order.
  public List<OperatorFigures> figures() {
    return ordered.stream().map(NodeFigures::snapshot).toList();
  }

  /// The rows of a plan. Adds the steps they depend on.
  public Source compile(PhysicalPlan node) {
    NodeFigures counted = figures.getOrDefault(node, new NodeFigures(node));
    BufferAllocator allocator = query.child(node.getClass().getSimpleName());
    query.own(counted.memory(allocator));
    List<JoinKeyFilter.Target> filters = keyFilters;
    keyFilters = List.of();
    Source source = new CountedSource(source(node, allocator, counted, filters), counted, query);
    int rows = query.options().batchRows();
    return rows < Vector.BATCH_ROWS ? new CutSource(source, rows, allocator) : source;
  }

  /// Compiles an input whose rows may be left out where a join above tells so.
  private Source compile(PhysicalPlan node, List<JoinKeyFilter.Target> filters) {
    keyFilters = filters;
    return compile(node);
  }

  private Source source(
      PhysicalPlan node,
      BufferAllocator allocator,
      NodeFigures counted,
      List<JoinKeyFilter.Target> filters) {
    return switch (node) {
      case PhysicalPlan.TableScan scan ->
          new ScanSource(
              scan,
              query,
              expressions(allocator),
              counted,
              scan.limit().isPresent() ? List.of() : filters);
      case PhysicalPlan.FileScan scan ->
          new ScanSource(scan, query, expressions(allocator), counted, List.of());
      case PhysicalPlan.Generate generate ->
          new ScanSource(generate, query, expressions(allocator), counted, List.of());
      case PhysicalPlan.Values values -> new ValuesSource(values, allocator);
      case PhysicalPlan.Filter filter -> filter(filter, allocator, filters);
      case PhysicalPlan.Project project -> project(project, allocator, filters);
      case PhysicalPlan.Aggregate aggregate -> aggregate(aggregate, allocator, counted, filters);
      case PhysicalPlan.HashJoin join -> hashJoin(join, allocator, counted, filters);
      case PhysicalPlan.Sort sort -> sort(sort, allocator, counted);
      case PhysicalPlan.Limit limit ->
          new LimitSource(
              compile(limit.input()), limit.offset(), limit.fetch().orElse(Long.MAX_VALUE));
      case PhysicalPlan.UnionAll union ->
          new ConcatSource(union.inputs().stream().map(input -> compile(input, filters)).toList());
      case PhysicalPlan.IntermediateScan scan ->
          new SharedTableSource(
              query, () -> query.intermediate(scan.id()), scan.projection(), allocator);
      case PhysicalPlan.TableFunction function -> tableFunction(function, allocator, counted);
      case PhysicalPlan.TableWrite write ->
          write(
              write.input(),
              new WriteSink(
                  query,
                  allocator,
                  driver -> query.files().tableWriter(write.target(), allocator),
                  write.target().isTogether()),
              counted);
      case PhysicalPlan.RowChange change -> rowChange(change, allocator, counted);
      case PhysicalPlan.FileWrite write ->
          write(
              write.input(),
              new WriteSink(
                  query,
                  allocator,
                  driver -> query.files().fileWriter(write, driver, allocator),
                  !write.location().endsWith("/")),
              counted);
      case PhysicalPlan.NestedLoopJoin join -> nestedLoopJoin(join, allocator, counted);
      case PhysicalPlan.SetOperation operation -> setOperation(operation, allocator, counted);
      case PhysicalPlan.Unnest unnest ->
          UnnestReader.source(compile(unnest.input()), unnest, allocator);
      case PhysicalPlan.Sample sample ->
          Readers.map(
              compile(sample.input()),
              () ->
                  new SampleStage(
                      sample.bernoulli(),
                      sample.fraction(),
                      sample.seed().orElseGet(System::nanoTime)));
      case PhysicalPlan.RecursiveUnion union -> recursiveUnion(union, allocator);
      case PhysicalPlan.RecursiveScan scan -> {
        Batch rows = recursions.get(scan.name());
        if (rows == null) {
          throw new IllegalStateException("no recursive query " + scan.name());
        }
        yield Readers.single(() -> new SliceReader(rows));
      }
      case PhysicalPlan.Shared shared -> shared(shared.id());
      case PhysicalPlan.SharedScan scan -> shared(scan.id());
      case PhysicalPlan.Correlate correlate -> correlate(correlate, allocator);
      case PhysicalPlan.Window window -> window(window, allocator, counted);
    };
  }

  private void pipeline(Source source, Sink sink, NodeFigures counted) {
    steps.add(new Step.Pipeline(source, new CountedSink(sink, counted)));
  }

  private Source filter(
      PhysicalPlan.Filter node, BufferAllocator allocator, List<JoinKeyFilter.Target> filters) {
    return Readers.map(
        compile(node.input(), filters),
        () -> {
          Predicate predicate = Predicate.compile(node.predicate(), expressions(allocator));
          return Readers.stage(predicate::filter, predicate);
        });
  }

  private Source project(
      PhysicalPlan.Project node, BufferAllocator allocator, List<JoinKeyFilter.Target> filters) {
    return Readers.map(
        compile(node.input(), JoinKeyFilter.Target.below(filters, node.expressions())),
        () -> {
          Projector projector = Projector.compile(node.expressions(), expressions(allocator));
          return Readers.stage(projector::project, projector);
        });
  }

  private Source aggregate(
      PhysicalPlan.Aggregate node,
      BufferAllocator allocator,
      NodeFigures counted,
      List<JoinKeyFilter.Target> filters) {
    if (!HashAggregate.supports(node)) {
      return fallback(node, allocator, counted);
    }
    List<JoinKeyFilter.Target> below = JoinKeyFilter.Target.below(filters, node);
    Projection projection = null;
    Source input;
    RowType rowType = node.input().output();
    if (node.input() instanceof PhysicalPlan.Project project) {
      rowType = project.input().output();
      NodeFigures projected = figures.getOrDefault(project, new NodeFigures(project));
      BufferAllocator memory = query.child("Project");
      query.own(projected.memory(memory));
      projection = new Projection(project.expressions(), expressions(memory), projected.rows);
      input = compile(project.input(), JoinKeyFilter.Target.below(below, project.expressions()));
    } else {
      input = compile(node.input(), below);
    }
    HashAggregate aggregate =
        query.own(
            new HashAggregate(
                node,
                projection,
                rowType,
                new WantedGroups(tops.get(node), counted.rows),
                query.spill(allocator, counted)));
    pipeline(input, aggregate, counted);
    pipeline(new CountedSource(aggregate.ordering(), counted, query), Sink.none(), counted);
    return aggregate.source();
  }

  private Source hashJoin(
      PhysicalPlan.HashJoin node,
      BufferAllocator allocator,
      NodeFigures counted,
      List<JoinKeyFilter.Target> above) {
    List<JoinKeyFilter.Target> filters = new ArrayList<>();
    Map<Integer, JoinKeyFilter> told = new HashMap<>();
    if (dropsUnmatchedLeft(node.kind())) {
      for (int k = 0; k < node.leftKeys().size(); k++) {
        int column = node.leftKeys().get(k);
        if (!node.nullSafe().get(k) && JoinKeyFilter.supports(node.left().output().type(column))) {
          told.put(k, new JoinKeyFilter());
          filters.add(new JoinKeyFilter.Target(column, told.get(k)));
        }
      }
    }
    if (keepsLeftAsItIs(node.kind())) {
      int leftSize = node.left().output().size();
      above.stream().filter(target -> target.column() < leftSize).forEach(filters::add);
    }
    HashJoin join =
        query.own(
            new HashJoin(node, expressions(allocator), told, query.spill(allocator, counted)));
    // The build side first: what is known of its keys then also reaches pipelines of the other.
    pipeline(compile(node.right(), belowRight(node, above)), join.buildSink(), counted);
    Source columns = new CountedSource(join.buildColumns(query.threads()), counted, query);
    pipeline(columns, join.columnSink(), counted);
    Source table = new CountedSource(join.buildTable(query.threads()), counted, query);
    pipeline(table, join.tableSink(), counted);
    return join.probe(compile(node.left(), filters));
  }

  /// Filters from above on columns of the right side. A right row that is left out may leave NULLs
  /// in its place, which match nothing above either.
  private static List<JoinKeyFilter.Target> belowRight(
      PhysicalPlan.HashJoin node, List<JoinKeyFilter.Target> above) {
    int leftSize = node.left().output().size();
    return switch (node.kind()) {
      case INNER, LEFT, RIGHT, FULL ->
          above.stream()
              .filter(target -> target.column() >= leftSize)
              .map(target -> new JoinKeyFilter.Target(target.column() - leftSize, target.filter()))
              .toList();
      case RIGHT_SEMI, RIGHT_ANTI -> above;
      case SEMI, ANTI, MARK -> List.of();
    };
  }

  private static boolean dropsUnmatchedLeft(PhysicalPlan.JoinKind kind) {
    return switch (kind) {
      case INNER, SEMI, RIGHT, RIGHT_SEMI, RIGHT_ANTI -> true;
      case LEFT, FULL, ANTI, MARK -> false;
    };
  }

  /// Whether leaving out a left row changes nothing but the rows made from it.
  private static boolean keepsLeftAsItIs(PhysicalPlan.JoinKind kind) {
    return switch (kind) {
      case INNER, LEFT, SEMI, ANTI, MARK -> true;
      // An unmatched right row would appear instead.
      case RIGHT, FULL -> false;
      // Their output has no left columns.
      case RIGHT_SEMI, RIGHT_ANTI -> false;
    };
  }

  private ExpressionContext expressions(BufferAllocator allocator) {
    return query.expressions(allocator, correlations);
  }

  private Source nestedLoopJoin(
      PhysicalPlan.NestedLoopJoin node, BufferAllocator allocator, NodeFigures counted) {
    NestedLoopJoin join =
        query.own(
            new NestedLoopJoin(node, expressions(allocator), query.spill(allocator, counted)));
    Source left = compile(node.left());
    pipeline(compile(node.right()), join.buildSink(), counted);
    return join.probe(left);
  }

  private Source setOperation(
      PhysicalPlan.SetOperation node, BufferAllocator allocator, NodeFigures counted) {
    if (!SetOperator.supports(node)) {
      return fallback(node, allocator, counted);
    }
    SetOperator operator = query.own(new SetOperator(node, query.spill(allocator, counted)));
    for (int i = 0; i < node.inputs().size(); i++) {
      pipeline(compile(node.inputs().get(i)), operator.sink(i), counted);
    }
    return operator.source();
  }

  private Source recursiveUnion(PhysicalPlan.RecursiveUnion node, BufferAllocator allocator) {
    List<Batch> rows = new ArrayList<>();
    NestedPlans nested = new NestedPlans(this, query, allocator);
    steps.add(new Step.Waiting(() -> rows.addAll(nested.recurse(node))));
    return Readers.single(() -> NestedPlans.reader(rows));
  }

  private Source correlate(PhysicalPlan.Correlate node, BufferAllocator allocator) {
    List<Batch> rows = new ArrayList<>();
    NestedPlans nested = new NestedPlans(this, query, allocator);
    RowCollector left = collect(node.left(), allocator);
    steps.add(new Step.Waiting(() -> rows.addAll(nested.correlate(node, left.rows()))));
    return Readers.single(() -> NestedPlans.reader(rows));
  }

  /// Runs a plan to its end on behalf of a waiting step, and frees all that it owned when `use`
  /// has made something else of its rows.
  <R> R run(
      PhysicalPlan plan,
      Map<String, Batch> moreRecursions,
      Map<Integer, List<Expression.Literal>> moreCorrelations,
      Function<Batch, R> use) {
    Map<String, Batch> scans = new HashMap<>(recursions);
    scans.putAll(moreRecursions);
    Map<Integer, List<Expression.Literal>> outer = new HashMap<>(correlations);
    outer.putAll(moreCorrelations);
    QueryContext own = query.nested();
    try {
      PlanCompiler inner = within(own, Map.copyOf(scans), Map.copyOf(outer));
      RowCollector rows = inner.collect(plan, own.child("nested"));
      runner.run(own, inner.steps());
      return use.apply(rows.rows());
    } finally {
      own.release();
    }
  }

  private PlanCompiler within(
      QueryContext of, Map<String, Batch> scans, Map<Integer, List<Expression.Literal>> outer) {
    return new PlanCompiler(of, runner, figures, scans, outer, sharedInputs, sharedRows);
  }

  private Source sort(PhysicalPlan.Sort node, BufferAllocator allocator, NodeFigures counted) {
    SortOperator sort =
        query.own(new SortOperator(node, allocator, query.spill(allocator, counted)));
    TopBound bound = sort.bound();
    PhysicalPlan origin = TopColumn.origin(node.input());
    if (bound != null) {
      int column = TopColumn.origin(node.input(), node.keys().getFirst().column());
      tops.put(origin, new TopColumn(bound, column));
    }
    Source input = compile(node.input());
    // The same node may stand elsewhere in the plan, where all of its rows are wanted.
    tops.remove(origin);
    pipeline(input, sort, counted);
    return sort.source();
  }

  private Source window(PhysicalPlan.Window node, BufferAllocator allocator, NodeFigures counted) {
    Source input = compile(node.input());
    List<Integer> keys = SpilledFallback.keys(node).getFirst();
    OperatorSpill spill = query.spill(allocator, counted);
    RowCollector rows = query.own(new RowCollector(node.input().output(), allocator));
    SpillingCollector collector =
        new SpillingCollector(
            rows, node.input().output(), keys, WindowOperator.bytesPerRow(node), spill);
    WindowOperator window = query.own(new WindowOperator(node, query, allocator, collector));
    pipeline(input, window, counted);
    for (Source round : window.rounds()) {
      pipeline(new CountedSource(round, counted, query), Sink.none(), counted);
    }
    return new DeferredSource(
        () ->
            window.isInMemory()
                ? window.source()
                : Readers.single(
                    () ->
                        SpilledFallback.open(
                            List.of(collector),
                            !keys.isEmpty(),
                            spill,
                            inputs -> window.alone(inputs.getFirst()))));
  }

  /// Whoever comes first has the rows collected.
  private Source shared(int id) {
    SpillingCollector rows = sharedRows.get(id);
    if (rows == null) {
      PhysicalPlan input = sharedInputs.get(id);
      if (input == null) {
        throw new IllegalStateException("no shared rows " + id);
      }
      // Who comes first may be a plan that runs many times: the rows stay for the next.
      QueryContext whole = query.whole();
      PlanCompiler all = within(whole, recursions, correlations);
      rows = all.hold(input, List.of(), 0, whole.child("shared"), new NodeFigures(input));
      steps.addAll(all.steps());
      sharedRows.put(id, rows);
    }
    return new HeldRowsSource(rows, query.child("shared"), query.threads());
  }

  /// Collects rows that may go to disk.
  private SpillingCollector hold(
      PhysicalPlan input,
      List<Integer> keys,
      long bytesPerRow,
      BufferAllocator allocator,
      NodeFigures counted) {
    Source source = compile(input);
    RowCollector rows = query.own(new RowCollector(input.output(), allocator));
    SpillingCollector collector =
        new SpillingCollector(
            rows, input.output(), keys, bytesPerRow, query.spill(allocator, counted));
    steps.add(new Step.Pipeline(source, collector.together()));
    return collector;
  }

  private Source write(PhysicalPlan input, WriteSink sink, NodeFigures counted) {
    query.own(sink);
    pipeline(compile(input), sink, counted);
    return sink.source();
  }

  private Source rowChange(
      PhysicalPlan.RowChange change, BufferAllocator allocator, NodeFigures counted) {
    RowChangeSink sink = query.own(new RowChangeSink(query, allocator, change));
    pipeline(compile(change.input()), sink, counted);
    if (change.deletes() == PhysicalPlan.RowChange.DeleteForm.NEW_DATA_FILES) {
      WriteSink copy =
          query.own(
              new WriteSink(
                  query,
                  allocator,
                  driver -> query.files().tableWriter(change.target(), allocator),
                  false));
      steps.add(new Step.Pipeline(sink.survivors(), copy));
    }
    return sink.source();
  }

  private RowCollector collect(PhysicalPlan input, BufferAllocator allocator) {
    Source source = compile(input);
    RowCollector collector = query.own(new RowCollector(input.output(), allocator));
    steps.add(new Step.Pipeline(source, collector));
    return collector;
  }

  private Source tableFunction(
      PhysicalPlan.TableFunction node, BufferAllocator allocator, NodeFigures counted) {
    // Its process can get ready while its inputs are read.
    query.functions().prepare(node.function());
    if (node.function().returns() instanceof FunctionReturn.Scalar
        || node.function().returns() instanceof FunctionReturn.Aggregate) {
      return BatchFunctionReader.source(
          compile(node.inputs().getFirst()), node, query, allocator, counted);
    }
    Streaming streaming = StreamedFunction.streaming(node, query.functions());
    boolean byRows = !streaming.any() && BatchFunctionReader.takes(node, query.functions());
    Map<Integer, FunctionArguments.Input> inputs = new HashMap<>();
    int streamed = StreamedFunction.input(node, streaming);
    for (int i = 0; i < node.inputs().size(); i++) {
      PhysicalPlan input = node.inputs().get(i);
      Optional<SharedScan> columns = i == streamed ? Optional.empty() : columns(node, i);
      if (columns.isPresent()) {
        steps.add(columns.get().step());
        inputs.put(i, new FunctionArguments.Input.Columns(columns.get()));
      } else if (byRows) {
        Source rows = BatchFunctionReader.source(compile(input), node, query, allocator, counted);
        return declared(rows, StreamedFunction.returned(node), node.output(), allocator);
      } else if (i != streamed) {
        inputs.put(i, new FunctionArguments.Input.Rows(collect(input, allocator)));
      }
    }
    FunctionArguments arguments = new FunctionArguments(node, query, allocator, inputs);
    if (streaming.any()) {
      Optional<Source> rows =
          streamed < 0
              ? Optional.empty()
              : Optional.of(compile(StreamedFunction.ordered(node, streamed)));
      Source tables =
          StreamedFunction.source(node, streamed, rows, arguments, query, allocator, counted);
      return declared(tables, StreamedFunction.returned(node), node.output(), allocator);
    }
    TableFunctionCall call = new TableFunctionCall(node, query, arguments, counted);
    List<SharedTable> results = new ArrayList<>();
    steps.add(new Step.Waiting(() -> results.addAll(call.run())));
    List<Integer> all = IntStream.range(0, node.output().size()).boxed().toList();
    return new DeferredSource(
        () -> {
          List<Source> tables = new ArrayList<>();
          for (SharedTable table : results) {
            RowType returned = ArrowTypes.rowType(table.schema());
            Source rows = new SharedTableSource(query, table::retain, all, allocator);
            tables.add(declared(rows, returned, node.output(), allocator));
          }
          return new ConcatSource(tables);
        });
  }

  private Optional<SharedScan> columns(PhysicalPlan.TableFunction node, int input) {
    return FunctionArguments.takesColumns(node, input, query.functions())
        ? SharedScan.of(
            node.inputs().get(input),
            query,
            each -> figures.getOrDefault(each, new NodeFigures(each)))
        : Optional.empty();
  }

  /// What a function returned, in the types that the plan declares.
  private Source declared(
      Source rows, RowType returned, RowType declared, BufferAllocator allocator) {
    List<Expression> casts = new ArrayList<>();
    boolean same = true;
    for (int i = 0; i < declared.size(); i++) {
      Expression ref = new Expression.InputRef(i, returned.type(i), true);
      boolean equal = returned.type(i).equals(declared.type(i));
      same &= equal;
      casts.add(equal ? ref : new Expression.Cast(ref, declared.type(i), false));
    }
    if (same) {
      return rows;
    }
    return Readers.map(
        rows,
        () -> {
          Projector projector = Projector.compile(casts, expressions(allocator));
          return Readers.stage(projector::project, projector);
        });
  }

  /// Runs a node through the fallback: its inputs are collected, then its code pulls them.
  private Source fallback(PhysicalPlan node, BufferAllocator allocator, NodeFigures counted) {
    if (!query.fallback().canRun(node)) {
      throw new EngineException(
          ErrorCode.NOT_SUPPORTED,
          "this operation cannot be executed yet: " + node.getClass().getSimpleName());
    }
    query.fallbackUsed(node.getClass().getSimpleName());
    List<List<Integer>> keys = SpilledFallback.keys(node);
    List<SpillingCollector> collectors = new ArrayList<>();
    for (int i = 0; i < node.inputs().size(); i++) {
      collectors.add(
          hold(
              node.inputs().get(i),
              keys.get(i),
              SpilledFallback.BYTES_PER_ROW,
              allocator,
              counted));
    }
    SpilledFallback.Opener opener =
        inputs -> query.fallback().open(node, inputs, query.fallbackContext(allocator));
    return Readers.single(
        () ->
            SpilledFallback.open(
                collectors, !keys.getFirst().isEmpty(), query.spill(allocator, counted), opener));
  }
}
