package io.bauplan.graalpy;

import io.bauplan.udf.api.EnvironmentSpec;
import io.bauplan.udf.api.FunctionDefinition;
import io.bauplan.udf.api.FunctionLimits;
import io.bauplan.udf.api.FunctionReturn;
import io.bauplan.udf.api.FunctionSource;
import io.bauplan.udf.api.Language;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.graalvm.polyglot.Source;

/// Makes GraalPy fast before the first call: its interpreter is compiled by what it runs. The first
/// context takes seconds, and the first calls a hundred times as long as later ones.
final class WarmUp {
  private static final int ROWS = 4096;
  private static final long MOST_NANOS = 4_000_000_000L;
  private static final String TEXT =
      """
      def number(x):
          total = 0
          while x > 0:
              total += x % 10
              x //= 10
          return total

      def real(x):
          return (x * 1.5 + 2) / 3 if x > 1 else -x

      def text(x):
          return x.strip().upper().replace("A", "b") + str(len(x))
      """;

  private WarmUp() {}

  static void run(Supplier<PythonContext> contexts) {
    try (PythonContext context = contexts.get()) {
      Source source = Source.newBuilder("python", TEXT, "<warm-up>").buildLiteral();
      context.load(source);
      long[] numbers = new long[ROWS];
      double[] reals = new double[ROWS];
      String[] texts = new String[ROWS];
      for (int i = 0; i < ROWS; i++) {
        numbers[i] = i * 7919L;
        reals[i] = i * 0.5;
        texts[i] = " abc " + i;
      }
      long begun = System.nanoTime();
      while (System.nanoTime() - begun < MOST_NANOS) {
        call(context, source, "number", ScalarKind.INT64, numbers);
        call(context, source, "real", ScalarKind.DOUBLE, reals);
        call(context, source, "text", ScalarKind.STRING, texts);
      }
    }
  }

  private static void call(
      PythonContext context, Source source, String name, ScalarKind kind, Object column) {
    FunctionDefinition function =
        new FunctionDefinition(
            name,
            Language.PYTHON,
            name,
            new FunctionSource("<warm-up>", TEXT, 1),
            FunctionDefinition.Style.SQL,
            EnvironmentSpec.DEFAULT,
            List.of(),
            new FunctionReturn.Scalar(Field.nullable("result", ArrowType.Utf8.INSTANCE)),
            FunctionLimits.DEFAULT,
            true);
    Optional<PythonContext.Failure> failure =
        context.run(
            function,
            source,
            new PythonContext.Arrays(
                ROWS, List.of(kind), List.of(column), java.util.Collections.singletonList(null)),
            kind,
            new PythonContext.Results(kind.array(ROWS), new byte[ROWS]));
    if (failure.isPresent()) {
      throw new IllegalStateException(failure.get().toString());
    }
  }
}
