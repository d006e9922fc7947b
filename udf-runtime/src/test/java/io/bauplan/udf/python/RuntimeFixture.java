package io.bauplan.udf.python;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.udf.api.EnvironmentSpec;
import io.bauplan.udf.api.FunctionDefinition;
import io.bauplan.udf.api.FunctionDefinition.Style;
import io.bauplan.udf.api.FunctionLimits;
import io.bauplan.udf.api.FunctionParameter;
import io.bauplan.udf.api.FunctionReturn;
import io.bauplan.udf.api.FunctionSource;
import io.bauplan.udf.api.Invocation;
import io.bauplan.udf.api.InvocationInput;
import io.bauplan.udf.api.InvocationOutcome;
import io.bauplan.udf.api.Language;
import io.bauplan.udf.api.OutputColumn;
import io.bauplan.udf.api.OutputListener;
import io.bauplan.udf.api.RunningInvocation;
import io.bauplan.udf.api.SharedTable;
import io.bauplan.udf.api.TableSemantics;
import io.bauplan.udf.environment.EnvironmentException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;

/// A runtime over a store that is kept between test runs, and short ways to define and call
/// functions.
final class RuntimeFixture implements AutoCloseable {
  static final Path STORE = Path.of("target", "function-store").toAbsolutePath();
  static final EnvironmentSpec PLAIN =
      new EnvironmentSpec(Optional.of("3.11"), List.of(), Optional.empty());
  static final EnvironmentSpec PANDAS =
      new EnvironmentSpec(Optional.of("3.11"), List.of("pandas==2.0"), Optional.empty());
  static final ArrowType LONG = new ArrowType.Int(64, true);
  static final ArrowType DOUBLE = new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE);
  static final ArrowType TEXT = ArrowType.Utf8.INSTANCE;

  final LocalFunctionRuntime runtime;
  final BufferAllocator allocator = new RootAllocator();
  final List<String> lines = new CopyOnWriteArrayList<>();

  private final ServedBy path;

  RuntimeFixture() throws IOException {
    this(ServedBy.DIRECT);
  }

  RuntimeFixture(ServedBy path) throws IOException {
    this(RuntimeConfig.of(STORE), path);
  }

  RuntimeFixture(RuntimeConfig config) throws IOException {
    this(config, ServedBy.DIRECT);
  }

  RuntimeFixture(RuntimeConfig config, ServedBy path) throws IOException {
    this(path, config.withZygotes(path.policy()));
  }

  private RuntimeFixture(ServedBy path, RuntimeConfig config) throws IOException {
    this.path = path;
    runtime = LocalFunctionRuntime.open(config);
  }

  /// As the configuration says, without waiting for zygotes.
  static RuntimeFixture asConfigured(RuntimeConfig config) throws IOException {
    return new RuntimeFixture(ServedBy.DIRECT, config);
  }

  /// Starts a call; where zygotes serve, once its environment has one.
  RunningInvocation start(Invocation invocation) {
    if (path == ServedBy.ZYGOTE && invocation.function().language() == Language.PYTHON) {
      try {
        runtime.awaitZygote(invocation.function().environment());
      } catch (EnvironmentException e) {
        // the call will say so
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
    return runtime.start(invocation);
  }

  @Override
  public void close() {
    runtime.close();
    allocator.close();
  }

  static Field field(String name, ArrowType type) {
    return new Field(name, FieldType.nullable(type), null);
  }

  static FunctionReturn.Table returning(Field... fields) {
    return new FunctionReturn.Table(
        Arrays.stream(fields).map(f -> new OutputColumn(f, Optional.empty())).toList());
  }

  static FunctionLimits limits(Duration timeout, OptionalLong memory, long outputBytes) {
    return new FunctionLimits(memory, timeout, outputBytes, false);
  }

  /// `def f(data)` in the given style and environment, result as it comes.
  static FunctionDefinition function(Style style, EnvironmentSpec environment, String text) {
    return function(
        style, environment, text, new FunctionReturn.InferredTable(), FunctionLimits.DEFAULT);
  }

  static FunctionDefinition function(
      Style style,
      EnvironmentSpec environment,
      String text,
      FunctionReturn returns,
      FunctionLimits limits) {
    return new FunctionDefinition(
        "f",
        Language.PYTHON,
        "f",
        new FunctionSource("models/f.py", text, 1),
        style,
        environment,
        List.of(new FunctionParameter.Table("data", Optional.empty(), TableSemantics.SET)),
        returns,
        limits,
        false);
  }

  InvocationOutcome call(FunctionDefinition function, InvocationInput... inputs) {
    OutputListener listener =
        (stream, text) -> lines.add((stream == OutputListener.Stream.STDOUT ? "O:" : "R:") + text);
    InvocationOutcome outcome =
        start(new Invocation("test", function, List.of(inputs), listener)).await();
    if (path == ServedBy.ZYGOTE
        && function.language() == Language.PYTHON
        && outcome instanceof InvocationOutcome.Completed completed
        && completed.figures().sandboxLevel().compareTo("B") <= 0) {
      assertThat(completed.figures().path()).isEqualTo("zygote");
    }
    return outcome;
  }

  InvocationOutcome model(String text) {
    return call(function(Style.MODEL, PLAIN, text), numbers(3));
  }

  /// Columns id (0..), usd (id / 2), country; rows whose id is divisible by 5 have a null country.
  InvocationInput.Table numbers(int rows) {
    return numbers(rows, 1);
  }

  InvocationInput.Table numbers(int rows, int batches) {
    Schema schema =
        new Schema(List.of(field("id", LONG), field("usd", DOUBLE), field("country", TEXT)));
    List<VectorSchemaRoot> roots = new ArrayList<>();
    for (int b = 0; b < batches; b++) {
      int from = (int) ((long) rows * b / batches);
      int to = (int) ((long) rows * (b + 1) / batches);
      VectorSchemaRoot root = VectorSchemaRoot.create(schema, allocator);
      BigIntVector id = (BigIntVector) root.getVector(0);
      Float8Vector usd = (Float8Vector) root.getVector(1);
      VarCharVector country = (VarCharVector) root.getVector(2);
      root.allocateNew();
      for (int i = from; i < to; i++) {
        id.setSafe(i - from, i);
        usd.setSafe(i - from, i / 2.0);
        if (i % 5 != 0) {
          country.setSafe(i - from, ("C" + i % 7).getBytes());
        }
      }
      root.setRowCount(to - from);
      roots.add(root);
    }
    return new InvocationInput.Table(schema, closing(roots));
  }

  /// Closes each root when the next one is asked for, as a real producer does.
  static java.util.Iterator<VectorSchemaRoot> closing(List<VectorSchemaRoot> roots) {
    return new java.util.Iterator<>() {
      private int next;

      @Override
      public boolean hasNext() {
        if (next > 0 && next <= roots.size()) {
          roots.get(next - 1).close();
        }
        if (next >= roots.size()) {
          next = roots.size() + 1;
          return false;
        }
        return true;
      }

      @Override
      public VectorSchemaRoot next() {
        return roots.get(next++);
      }
    };
  }

  /// The rows of a result as text, closing it.
  List<String> rows(InvocationOutcome outcome) {
    if (!(outcome instanceof InvocationOutcome.Completed completed)) {
      throw new AssertionError("not completed: " + outcome);
    }
    return rows(completed.result());
  }

  /// The rows of a table as text, closing it.
  List<String> rows(SharedTable result) {
    List<String> out = new ArrayList<>();
    try (var table = result) {
      for (int b = 0; b < table.batchCount(); b++) {
        try (VectorSchemaRoot root = table.batch(b, allocator)) {
          for (int i = 0; i < root.getRowCount(); i++) {
            int row = i;
            out.add(
                String.join(
                    "|",
                    IntStream.range(0, root.getFieldVectors().size())
                        .mapToObj(c -> String.valueOf(value(root.getVector(c), row)))
                        .toList()));
          }
        }
      }
    }
    return out;
  }

  private static Object value(FieldVector vector, int row) {
    Object value = vector.isNull(row) ? "null" : vector.getObject(row);
    return value instanceof byte[] bytes ? new String(bytes, UTF_8) : value;
  }
}
