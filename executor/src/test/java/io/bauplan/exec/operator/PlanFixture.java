package io.bauplan.exec.operator;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.batch.Vector;
import io.bauplan.exec.batch.VectorBuilder;
import io.bauplan.exec.expression.Bytes;
import io.bauplan.exec.expression.Register;
import io.bauplan.exec.expression.RegisterLoader;
import io.bauplan.exec.fallback.Fallback;
import io.bauplan.exec.scan.BatchReader;
import io.bauplan.exec.scan.DataFiles;
import io.bauplan.exec.scan.ScanContext;
import io.bauplan.exec.scan.ScanTask;
import io.bauplan.exec.scan.TableFileWriter;
import io.bauplan.exec.spill.SpillFolder;
import io.bauplan.exec.worker.LocalWorker;
import io.bauplan.exec.worker.QueryFigures;
import io.bauplan.exec.worker.QueryOptions;
import io.bauplan.exec.worker.RunningQuery;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.RowType;
import io.bauplan.sql.plan.WriteTarget;
import io.bauplan.sql.plan.WrittenFile;
import io.bauplan.sql.session.FileSchemas;
import io.bauplan.udf.api.EnvironmentSpec;
import io.bauplan.udf.api.FunctionRuntime;
import io.bauplan.udf.api.Invocation;
import io.bauplan.udf.api.RunningInvocation;
import io.bauplan.udf.api.SharedTable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Schema;

/// A worker over hand-made tables. Closing it fails where memory leaked.
public final class PlanFixture implements AutoCloseable {
  private static final Path SPILL = Path.of(System.getProperty("java.io.tmpdir"), "bauplan-spill");
  private static final long SPILL_BYTES = 1 << 30;

  public final LiveAllocators allocators = new LiveAllocators();
  public final RootAllocator root = new RootAllocator(allocators, Long.MAX_VALUE);
  public final SpillFolder spill;
  public final LocalWorker worker;
  public final MemoryTables tables = new MemoryTables();
  private int queries;

  public PlanFixture() {
    this(2, Fallback.NONE, new NoFunctions());
  }

  public PlanFixture(int threads, Fallback fallback, FunctionRuntime functions) {
    this(threads, fallback, functions, new SpillFolder(SPILL, SPILL_BYTES));
  }

  /// Whose operators spill whatever they hold after every batch.
  public static PlanFixture spilling() {
    return new PlanFixture(
        2, Fallback.NONE, new NoFunctions(), SpillFolder.eager(SPILL, SPILL_BYTES));
  }

  public static FunctionRuntime noFunctions() {
    return new NoFunctions();
  }

  private PlanFixture(
      int threads, Fallback fallback, FunctionRuntime functions, SpillFolder folder) {
    spill = folder;
    worker = new LocalWorker(root, 2L << 30, threads, tables, fallback, functions, spill);
  }

  /// A leaf over rows in memory, given to the plan in batches of `batchRows`.
  public PhysicalPlan table(RowType type, List<List<Object>> rows, int batchRows) {
    String name = "t" + tables.rows.size();
    tables.rows.put(name, new MemoryTable(type, rows, batchRows));
    return new PhysicalPlan.Generate(name, Map.of(), type, rows.size());
  }

  public List<List<Object>> run(PhysicalPlan plan) {
    return run(plan, QueryOptions.of("q" + queries++));
  }

  public List<List<Object>> run(PhysicalPlan plan, QueryOptions options) {
    List<List<Object>> rows = new ArrayList<>();
    try (RunningQuery query = worker.execute(plan, options)) {
      for (Batch next = query.next(); next != null; next = query.next()) {
        try (Batch batch = next) {
          rows.addAll(rows(batch));
        }
      }
      figures = query.figures();
      written = query.writtenFiles();
    }
    return rows;
  }

  public QueryFigures figures;
  public List<WrittenFile> written;

  public static List<List<Object>> rows(Batch batch) {
    int length = batch.vectorLength();
    Object[][] columns = new Object[batch.columnCount()][];
    for (int c = 0; c < columns.length; c++) {
      columns[c] = values(batch.column(c), length);
    }
    List<List<Object>> rows = new ArrayList<>();
    for (int i = 0; i < batch.rowCount(); i++) {
      int row = batch.selection() == null ? i : batch.selection()[i];
      Object[] values = new Object[columns.length];
      for (int c = 0; c < columns.length; c++) {
        values[c] = columns[c][row];
      }
      rows.add(Arrays.asList(values));
    }
    return rows;
  }

  static Object[] values(Vector vector, int length) {
    Object[] values = new Object[length];
    Register register = new Register(vector.type());
    if (register.kind == Register.Kind.NESTED) {
      Arrays.fill(values, "nested");
      return values;
    }
    RegisterLoader.load(vector, register, null, length, length);
    for (int row = 0; row < length; row++) {
      if (register.isNull(row)) {
        continue;
      }
      values[row] =
          switch (register.kind) {
            case LONG ->
                vector.type() instanceof DataType.BooleanType
                    ? (Object) (register.longs[row] != 0)
                    : (Object) register.longs[row];
            case DOUBLE -> register.doubles[row];
            case DECIMAL -> register.decimal(row);
            case BYTES ->
                vector.type() instanceof DataType.VarcharType
                    ? Bytes.string(register.longs[row], register.lengths[row])
                    : Arrays.toString(Bytes.array(register.longs[row], register.lengths[row]));
            case NESTED -> throw new AssertionError();
          };
    }
    return values;
  }

  public static RowType type(Object... namesAndTypes) {
    List<Column> columns = new ArrayList<>();
    for (int i = 0; i < namesAndTypes.length; i += 2) {
      columns.add(new Column((String) namesAndTypes[i], (DataType) namesAndTypes[i + 1], true));
    }
    return new RowType(columns);
  }

  public static List<Object> row(Object... values) {
    return Arrays.asList(values);
  }

  /// A batch of hand-made rows. The caller owns it.
  public static Batch batch(RowType type, List<List<Object>> rows, BufferAllocator allocator) {
    List<FlatVector> columns = new ArrayList<>();
    for (int c = 0; c < type.size(); c++) {
      try (VectorBuilder builder = new VectorBuilder(type.type(c), rows.size(), allocator)) {
        for (List<Object> row : rows) {
          builder.appendValue(row.get(c));
        }
        columns.add(builder.build());
      }
    }
    return new Batch(columns, rows.size());
  }

  @Override
  public void close() {
    worker.close();
    root.close();
  }

  record MemoryTable(RowType type, List<List<Object>> rows, int batchRows) {}

  /// Tables in memory, of which every batch is a scan task.
  public static final class MemoryTables implements DataFiles {
    final Map<String, MemoryTable> rows = new ConcurrentHashMap<>();
    public final List<List<Object>> writtenRows = new ArrayList<>();

    @Override
    public List<ScanTask> tasks(PhysicalPlan leaf) {
      MemoryTable table = rows.get(((PhysicalPlan.Generate) leaf).generator());
      List<ScanTask> tasks = new ArrayList<>();
      for (int i = 0; i < table.rows.size(); i += table.batchRows) {
        List<List<Object>> part =
            table.rows.subList(i, Math.min(i + table.batchRows, table.rows.size()));
        tasks.add(context -> new OneBatch(table.type, part, context));
      }
      return tasks;
    }

    @Override
    public TableFileWriter tableWriter(WriteTarget target, BufferAllocator allocator) {
      return writer();
    }

    @Override
    public TableFileWriter fileWriter(
        PhysicalPlan.FileWrite node, int part, BufferAllocator allocator) {
      return writer();
    }

    @Override
    public io.bauplan.exec.scan.RowDeletes rowDeletes() {
      throw new UnsupportedOperationException();
    }

    private TableFileWriter writer() {
      return new TableFileWriter() {
        private long count;

        @Override
        public void write(Batch batch) {
          try (batch) {
            synchronized (writtenRows) {
              writtenRows.addAll(PlanFixture.rows(batch));
            }
            count += batch.rowCount();
          }
        }

        @Override
        public List<WrittenFile> finish() {
          return List.of(
              new WrittenFile(
                  "memory", 1, count, List.of(), Map.of(), Map.of(), Map.of(), Map.of(), Map.of(),
                  Map.of(), List.of()));
        }

        @Override
        public void close() {}
      };
    }

    @Override
    public FileSchemas schemas() {
      throw new UnsupportedOperationException();
    }
  }

  private static final class OneBatch implements BatchReader {
    private final RowType type;
    private final List<List<Object>> rows;
    private final ScanContext context;
    private boolean done;

    OneBatch(RowType type, List<List<Object>> rows, ScanContext context) {
      this.type = type;
      this.rows = rows;
      this.context = context;
    }

    @Override
    public Batch next() {
      if (done) {
        return null;
      }
      done = true;
      return batch(type, rows, context.allocator());
    }

    @Override
    public void close() {}
  }

  private static final class NoFunctions implements FunctionRuntime {
    @Override
    public RunningInvocation start(Invocation invocation) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void prepare(EnvironmentSpec environment) {}

    @Override
    public SharedTable load(java.io.InputStream file) {
      throw new UnsupportedOperationException();
    }

    @Override
    public SharedTable share(Schema schema, Iterator<VectorSchemaRoot> batches) {
      throw new UnsupportedOperationException();
    }

    @Override
    public String sandboxNotice() {
      return "";
    }

    @Override
    public void close() {}
  }
}
