package io.bauplan.udf.python;

import static io.bauplan.udf.python.RuntimeFixture.LONG;
import static io.bauplan.udf.python.RuntimeFixture.PLAIN;
import static io.bauplan.udf.python.RuntimeFixture.field;
import static io.bauplan.udf.python.RuntimeFixture.function;
import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.udf.api.FunctionDefinition.Style;
import io.bauplan.udf.api.InvocationInput;
import io.bauplan.udf.api.InvocationOutcome;
import io.bauplan.udf.api.SharedTable;
import io.bauplan.udf.shm.ComposedTable;
import io.bauplan.udf.shm.SegmentTable;
import java.io.IOException;
import java.util.List;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.impl.UnionListWriter;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// A function that reads between the buffers of what it was given makes no memory of it, in
/// whatever they lie.
@ParameterizedClass
@EnumSource(ServedBy.class)
class HolesTest {
  private static final int ROWS = 100_000;
  private static final long LEAST_HOLES = 64L << 20;

  /// Reads 16,384 bytes between the first and the last buffer, and returns what these are apart and
  /// how much of the mappings is in memory then.
  private static final String READER =
      """
      import ctypes
      import pyarrow as pa
      def f(data):
        places = [b.address for c in data.columns for k in c.chunks for b in k.buffers()
                  if b is not None and b.size]
        low, high, held = min(places), max(places), 0
        for address in range(low, high, max(1, (high - low) >> 14)):
          ctypes.string_at(address, 1)
        inside = False
        for line in open("/proc/self/smaps"):
          if "-" in line.split()[0]:
            inside = "%s" in line
          elif inside and line.startswith("Rss:"):
            held += int(line.split()[1]) << 10
        return pa.table({"apart": [high - low], "held": [held]})
      """;

  @Parameter ServedBy served;
  private static RuntimeFixture fixture;

  @BeforeParameterizedClassInvocation
  static void open(ServedBy servedBy) throws IOException {
    fixture = new RuntimeFixture(servedBy);
  }

  @AfterParameterizedClassInvocation
  static void close() {
    fixture.close();
  }

  private static void assertNoMemory(InvocationInput input, String mapping) {
    InvocationOutcome outcome =
        fixture.call(function(Style.MODEL, PLAIN, READER.formatted(mapping)), input);
    String[] told = fixture.rows(outcome).getFirst().split("\\|");
    assertThat(Long.parseLong(told[0])).as("bytes with holes").isGreaterThan(LEAST_HOLES);
    assertThat(Long.parseLong(told[1])).as("bytes in memory").isBetween(4096L, 32L << 20);
  }

  private static SharedTable numbers() {
    InvocationInput.Table input = fixture.numbers(ROWS);
    return fixture.runtime.share(input.schema(), input.batches());
  }

  @Test
  void ofATable() {
    try (SharedTable table = numbers()) {
      assertNoMemory(new InvocationInput.Shared(table), "/table-");
    }
  }

  @Test
  void ofATableOfWhichAnotherFunctionReturnedColumns() {
    try (SharedTable table = numbers()) {
      InvocationOutcome outcome =
          fixture.call(
              function(Style.MODEL, PLAIN, "def f(data):\n  return data.drop_columns(['usd'])\n"),
              new InvocationInput.Shared(table));
      try (SharedTable passed = ((InvocationOutcome.Completed) outcome).result()) {
        assertThat(passed).isInstanceOf(ComposedTable.class);
        assertNoMemory(new InvocationInput.Shared(passed), "/table-");
      }
    }
  }

  @Test
  void ofAColumnInASegmentOfItsOwn() throws IOException {
    Field lists =
        new Field(
            "ids", FieldType.nullable(ArrowType.List.INSTANCE), List.of(field("element", LONG)));
    Schema schema = new Schema(List.of(lists));
    VectorSchemaRoot root = VectorSchemaRoot.create(schema, fixture.allocator);
    root.allocateNew();
    UnionListWriter writer = ((ListVector) root.getVector(0)).getWriter();
    for (int row = 0; row < ROWS; row++) {
      writer.setPosition(row);
      writer.startList();
      writer.bigInt().writeBigInt(row);
      writer.endList();
    }
    root.setRowCount(ROWS);
    try (SegmentTable table =
        MappedColumnsTest.shared(schema, RuntimeFixture.closing(List.of(root)))) {
      assertNoMemory(new InvocationInput.Columns(table), "memfd:bauplan-column");
    }
  }
}
