package io.bauplan.udf.python;

import static io.bauplan.udf.python.RuntimeFixture.LONG;
import static io.bauplan.udf.python.RuntimeFixture.TEXT;
import static io.bauplan.udf.python.RuntimeFixture.field;
import static io.bauplan.udf.python.RuntimeFixture.returning;
import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.udf.api.EnvironmentSpec;
import io.bauplan.udf.api.FunctionDefinition;
import io.bauplan.udf.api.FunctionDefinition.Style;
import io.bauplan.udf.api.FunctionLimits;
import io.bauplan.udf.api.FunctionParameter;
import io.bauplan.udf.api.FunctionReturn;
import io.bauplan.udf.api.FunctionSource;
import io.bauplan.udf.api.InvocationOutcome;
import io.bauplan.udf.api.Language;
import io.bauplan.udf.api.TableSemantics;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class JavaFunctionTest {
  private static final String SOURCE =
      """
      import io.bauplan.udf.java.TableFunction;
      import org.apache.arrow.memory.BufferAllocator;
      import org.apache.arrow.vector.*;
      import org.apache.arrow.vector.types.pojo.*;
      import java.util.List;

      public class Doubled implements TableFunction {
        public VectorSchemaRoot apply(VectorSchemaRoot in, BufferAllocator allocator) {
          BigIntVector id = (BigIntVector) in.getVector("id");
          VectorSchemaRoot out = VectorSchemaRoot.create(
              new Schema(List.of(Field.nullable("twice", new ArrowType.Int(64, true)))), allocator);
          BigIntVector twice = (BigIntVector) out.getVector(0);
          twice.allocateNew(in.getRowCount());
          for (int i = 0; i < in.getRowCount(); i++) {
            twice.set(i, 2 * id.get(i));
          }
          System.out.println("rows " + in.getRowCount());
          BODY
          out.setRowCount(in.getRowCount());
          return out;
        }
      }
      """;

  private static RuntimeFixture fixture;

  @BeforeAll
  static void open() throws IOException {
    fixture = new RuntimeFixture();
  }

  @AfterAll
  static void close() {
    fixture.close();
  }

  @BeforeEach
  void forgetPrints() {
    fixture.lines.clear();
  }

  private static FunctionDefinition java(String body, String handler, FunctionReturn returns) {
    return new FunctionDefinition(
        "doubled",
        Language.JAVA,
        handler,
        new FunctionSource("<function doubled>", SOURCE.replace("BODY", body), 11),
        Style.SQL,
        EnvironmentSpec.DEFAULT,
        List.of(new FunctionParameter.Table("data", Optional.empty(), TableSemantics.SET)),
        returns,
        FunctionLimits.DEFAULT,
        false);
  }

  private static InvocationOutcome.UserFailed failed(InvocationOutcome outcome) {
    assertThat(outcome).isInstanceOf(InvocationOutcome.UserFailed.class);
    return (InvocationOutcome.UserFailed) outcome;
  }

  @Test
  void runsInlineSourceInAJvmOfItsOwn() {
    var f = java("", "Doubled", returning(field("twice", LONG)));

    assertThat(fixture.rows(fixture.call(f, fixture.numbers(3)))).containsExactly("0", "2", "4");
    assertThat(fixture.lines).containsExactly("O:rows 3");
  }

  @Test
  void placesACompileErrorInTheUsersText() {
    var failed =
        failed(
            fixture.call(
                java("int x = \"no\";", "Doubled", new FunctionReturn.InferredTable()),
                fixture.numbers(1)));

    assertThat(failed.type()).isEqualTo("CompileError");
    assertThat(failed.message()).contains("incompatible types");
    assertThat(failed.line()).contains(28);
    assertThat(failed.traceback()).contains("<function doubled>:28:").contains("^");
  }

  @Test
  void tellsAnExceptionWithTheUsersFrames() {
    var failed =
        failed(
            fixture.call(
                java(
                    "if (true) throw new IllegalStateException(\"bad\");",
                    "Doubled",
                    new FunctionReturn.InferredTable()),
                fixture.numbers(1)));

    assertThat(failed.type()).isEqualTo("java.lang.IllegalStateException");
    assertThat(failed.message()).isEqualTo("bad");
    assertThat(failed.line()).contains(28);
    assertThat(failed.traceback())
        .isEqualTo(
            "java.lang.IllegalStateException: bad\n"
                + "\tat Doubled.apply(<function doubled>:28)\n");
  }

  @Test
  void refusesOtherColumnsThanDeclared() {
    var failed =
        failed(
            fixture.call(java("", "Doubled", returning(field("twice", TEXT))), fixture.numbers(1)));

    assertThat(failed.type()).isEqualTo("WrongResult");
    assertThat(failed.message()).contains("twice").contains("Utf8").contains("Int");
  }

  @Test
  void isSandboxedAsPythonIs() {
    InvocationOutcome outcome =
        fixture.call(
            java(
                "try { java.nio.file.Files.readString(java.nio.file.Path.of(\"/etc/shadow\"));"
                    + " System.out.println(\"read\"); } catch (java.io.IOException e) {"
                    + " System.out.println(\"refused \" + System.getenv(\"MAVEN_CMD_LINE_ARGS\")); }",
                "Doubled",
                returning(field("twice", LONG))),
            fixture.numbers(1));

    assertThat(fixture.rows(outcome)).hasSize(1);
    assertThat(fixture.lines).contains("O:refused null");
  }
}
