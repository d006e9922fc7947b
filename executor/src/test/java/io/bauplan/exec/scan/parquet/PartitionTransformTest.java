package io.bauplan.exec.scan.parquet;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.sql.plan.DataType;
import java.math.BigDecimal;
import org.apache.iceberg.transforms.Transform;
import org.apache.iceberg.transforms.Transforms;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;

/// Against Iceberg's own transforms.
class PartitionTransformTest {
  @Test
  void agreesWithIceberg() {
    for (long value : new long[] {0, -1, 34, 1_700_000_000_123_456L, -1_700_000_000_123_456L}) {
      for (String name : new String[] {"year", "month", "day", "hour", "bucket[16]", "identity"}) {
        Object theirs = theirs(name, Types.TimestampType.withoutZone(), value);
        Object ours = PartitionTransform.of(name, DataType.TIMESTAMP).apply(value);
        assertThat(((Number) ours).longValue())
            .as(name + " of " + value)
            .isEqualTo(((Number) theirs).longValue());
      }
    }
    for (String text : new String[] {"", "iceberg", "naïve 💧 water", "abcdefgh"}) {
      assertThat(PartitionTransform.of("bucket[100]", DataType.VARCHAR).apply(text))
          .isEqualTo(((Integer) theirs("bucket[100]", Types.StringType.get(), text)).longValue());
      assertThat(PartitionTransform.of("truncate[7]", DataType.VARCHAR).apply(text))
          .isEqualTo(theirs("truncate[7]", Types.StringType.get(), text).toString());
    }
    BigDecimal number = new BigDecimal("-14.20");
    DataType decimal = new DataType.DecimalType(9, 2);
    assertThat(PartitionTransform.of("truncate[50]", decimal).apply(number))
        .isEqualTo(new BigDecimal("-14.50"));
    assertThat(PartitionTransform.of("bucket[1000000]", decimal).apply(new BigDecimal("14.20")))
        .isEqualTo((long) ((-500754589 & Integer.MAX_VALUE) % 1_000_000));
  }

  @SuppressWarnings("unchecked")
  private static Object theirs(String name, Type type, Object value) {
    Transform<Object, Object> transform = (Transform<Object, Object>) Transforms.fromString(name);
    return transform.bind(type).apply(value);
  }
}
