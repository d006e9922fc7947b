package io.bauplan.udf.python;

import static io.bauplan.udf.python.RuntimeFixture.LONG;
import static io.bauplan.udf.python.RuntimeFixture.field;
import static io.bauplan.udf.python.RuntimeFixture.limits;
import static io.bauplan.udf.python.RuntimeFixture.returning;
import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.udf.api.EnvironmentSpec;
import io.bauplan.udf.api.FunctionDefinition;
import io.bauplan.udf.api.FunctionLimits;
import io.bauplan.udf.api.FunctionParameter;
import io.bauplan.udf.api.FunctionSource;
import io.bauplan.udf.api.InvocationFigures;
import io.bauplan.udf.api.InvocationInput;
import io.bauplan.udf.api.InvocationOutcome;
import io.bauplan.udf.api.Language;
import io.bauplan.udf.api.TableSemantics;
import io.bauplan.udf.environment.Interpreter;
import io.bauplan.udf.shm.Segment;
import io.bauplan.udf.shm.SegmentTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Java functions in JVMs that waited for them, over tables and over mapped columns.
class WaitingJvmTest {
  private static final String SOURCE =
      """
      import io.bauplan.udf.java.TableFunction;
      import java.nio.file.*;
      import java.util.*;
      import java.util.stream.*;
      import org.apache.arrow.memory.BufferAllocator;
      import org.apache.arrow.vector.*;
      import org.apache.arrow.vector.types.pojo.*;

      public class F implements TableFunction {
        static int calls = 0;

        static VectorSchemaRoot one(BufferAllocator allocator, long value) {
          VectorSchemaRoot out = VectorSchemaRoot.create(
              new Schema(List.of(Field.nullable("n", new ArrowType.Int(64, true)))), allocator);
          ((BigIntVector) out.getVector(0)).allocateNew(1);
          ((BigIntVector) out.getVector(0)).set(0, value);
          out.setRowCount(1);
          return out;
        }

        public VectorSchemaRoot apply(VectorSchemaRoot in, BufferAllocator allocator)
            throws Exception {
          BODY
        }
      }
      """;

  private static RuntimeFixture fixture;

  @BeforeAll
  static void open() throws IOException {
    fixture =
        RuntimeFixture.asConfigured(
            RuntimeConfig.of(RuntimeFixture.STORE).withZygotes(ZygotePolicy.DEFAULT));
  }

  @AfterAll
  static void close() throws IOException {
    Path folder = fixture.runtime.sharedMemoryFolder();
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left.filter(p -> p.getFileName().toString().startsWith("jvm")).toList())
          .as("folders of JVMs that do not wait")
          .hasSizeLessThanOrEqualTo(fixture.runtime.jvms().waiting());
    }
    fixture.close();
    assertThat(folder).doesNotExist();
  }

  @BeforeEach
  void forgetPrints() {
    fixture.lines.clear();
  }

  private static FunctionDefinition java(String body, FunctionLimits limits) {
    return new FunctionDefinition(
        "f",
        Language.JAVA,
        "F",
        new FunctionSource("<function f>", SOURCE.replace("BODY", body), 1),
        FunctionDefinition.Style.SQL,
        EnvironmentSpec.DEFAULT,
        List.of(new FunctionParameter.Table("data", Optional.empty(), TableSemantics.SET)),
        returning(field("n", LONG)),
        limits,
        false);
  }

  private static FunctionDefinition java(String body) {
    return java(body, FunctionLimits.DEFAULT);
  }

  private static void awaitJvm(FunctionDefinition function) throws Exception {
    Interpreter launcher = fixture.runtime.environments().interpreter(Optional.empty());
    assertThat(fixture.runtime.jvms().awaitReady(fixture.runtime.kind(function, launcher)))
        .as("a waiting JVM and its AOT cache")
        .isTrue();
  }

  private static InvocationFigures figures(InvocationOutcome outcome) {
    assertThat(outcome).isInstanceOf(InvocationOutcome.Completed.class);
    return ((InvocationOutcome.Completed) outcome).figures();
  }

  @Test
  void aWaitingJvmTakesOneCall() throws Exception {
    FunctionDefinition f =
        java("System.out.println(\"call \" + ++calls); return one(allocator, in.getRowCount());");
    for (int i = 0; i < 3; i++) {
      awaitJvm(f);
      InvocationOutcome outcome = fixture.call(f, fixture.numbers(7));
      assertThat(figures(outcome).path()).isEqualTo("waiting JVM");
      assertThat(fixture.rows(outcome)).containsExactly("7");
    }
    assertThat(fixture.lines).as("nothing is left of a call").containsOnly("O:call 1");
    assertThat(fixture.lines).hasSize(3);
  }

  @Test
  void mapsColumnsAndCannotWriteThem() throws Exception {
    FunctionDefinition sum =
        java(
            """
            BigIntVector id = (BigIntVector) in.getVector("id");
            long sum = 0;
            for (int i = 0; i < in.getRowCount(); i++) {
              sum += id.get(i);
              sum += in.getVector("country").isNull(i) ? 1 : 0;
            }
            System.out.println(new String(((VarCharVector) in.getVector("country")).get(9)));
            try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
              for (Path one : open.toList()) {
                String file = Files.isSymbolicLink(one) ? Files.readSymbolicLink(one).toString() : "";
                if (file.contains("bauplan")) {
                  System.out.println("a descriptor of " + file);
                }
              }
            }
            return one(allocator, sum);
            """);
    assertThat(fixture.runtime.mapsColumns(sum)).isTrue();
    for (int batches : new int[] {1, 3}) {
      InvocationInput.Table input = fixture.numbers(1000, batches);
      try (SegmentTable table = MappedColumnsTest.shared(input.schema(), input.batches())) {
        InvocationOutcome outcome = fixture.call(sum, new InvocationInput.Columns(table));
        assertThat(figures(outcome).copiedBytes()).isZero();
        assertThat(figures(outcome).inputBytes()).isGreaterThan(16_000);
        assertThat(fixture.rows(outcome)).containsExactly("" + (499_500 + 200));
      }
    }
    assertThat(fixture.lines).containsExactly("O:C2", "O:C2");
    FunctionDefinition write =
        java("in.getVector(\"id\").getDataBuffer().setLong(0, 42); return one(allocator, 1);");
    InvocationInput.Table input = fixture.numbers(10);
    try (SegmentTable table = MappedColumnsTest.shared(input.schema(), input.batches())) {
      assertThat(fixture.call(write, new InvocationInput.Columns(table)))
          .isInstanceOf(InvocationOutcome.Crashed.class);
      assertThat(fixture.rows(fixture.call(sum, new InvocationInput.Columns(table))))
          .containsExactly("" + (45 + 2));
    }
    assertThat(Segment.openCount()).as("segments that nobody closed").isZero();
  }

  @Test
  void hasTheLimitsOfItsFunction() throws Exception {
    FunctionLimits small = limits(Duration.ofMinutes(1), OptionalLong.of(64L << 20), 1L << 30);
    FunctionDefinition heap =
        java("return one(allocator, Runtime.getRuntime().maxMemory() >> 20);", small);
    awaitJvm(heap);
    InvocationOutcome outcome = fixture.call(heap, fixture.numbers(1));
    assertThat(figures(outcome).path()).isEqualTo("waiting JVM");
    assertThat(Long.parseLong(fixture.rows(outcome).getFirst())).isBetween(32L, 64L);
    FunctionDefinition much =
        java(
            "byte[][] all = new byte[100][]; for (int i = 0; i < 100; i++) { all[i] = new"
                + " byte[1 << 20]; } return one(allocator, all.length);",
            small);
    assertThat(fixture.call(much, fixture.numbers(1)))
        .isInstanceOfSatisfying(
            InvocationOutcome.LimitExceeded.class,
            e -> assertThat(e.limit()).isEqualTo(InvocationOutcome.Limit.MEMORY));
    FunctionDefinition slow =
        java(
            "Thread.sleep(60_000); return in;",
            limits(Duration.ofSeconds(2), OptionalLong.empty(), 1L << 30));
    assertThat(fixture.call(slow, fixture.numbers(1)))
        .isInstanceOfSatisfying(
            InvocationOutcome.LimitExceeded.class,
            e -> assertThat(e.limit()).isEqualTo(InvocationOutcome.Limit.TIME));
  }

  @Test
  void aJvmThatDiedIsNotCalled() throws Exception {
    FunctionDefinition f = java("return one(allocator, 1);");
    awaitJvm(f);
    fixture.runtime.jvms().killAll();
    InvocationOutcome outcome = fixture.call(f, fixture.numbers(1));
    assertThat(figures(outcome).path()).startsWith("direct");
    assertThat(fixture.rows(outcome)).containsExactly("1");
  }
}
