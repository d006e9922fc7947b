package io.bauplan.sql.catalog.iceberg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.ScanColumn;
import java.util.List;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;

final class IcebergTypesTest {
  @Test
  void storableTypesComeBackAsTheyWere() {
    List<Column> columns =
        List.of(
            new Column("a", DataType.BOOLEAN, false),
            new Column("b", DataType.INT32, true),
            new Column("c", DataType.INT64, true),
            new Column("d", DataType.FLOAT32, true),
            new Column("e", DataType.FLOAT64, true),
            new Column("f", new DataType.DecimalType(38, 10), true),
            new Column("g", DataType.VARCHAR, true),
            new Column("h", DataType.BINARY, true),
            new Column("i", DataType.UUID, true),
            new Column("j", DataType.DATE, true),
            new Column("k", DataType.TIME, true),
            new Column("l", DataType.TIMESTAMP, true),
            new Column("m", DataType.TIMESTAMP_TZ, true),
            new Column("n", new DataType.ListType(DataType.INT32, false), true),
            new Column("o", new DataType.MapType(DataType.VARCHAR, DataType.DATE, true), true),
            new Column(
                "p",
                new DataType.StructType(
                    List.of(
                        new Column("x", DataType.INT64, false),
                        new Column("y", new DataType.ListType(DataType.UUID, true), true))),
                true));
    assertThat(IcebergTypes.columns(IcebergTypes.schema(columns)))
        .extracting(ScanColumn::column)
        .isEqualTo(columns);
  }

  @Test
  void smallIntegersWiden() {
    Schema schema =
        IcebergTypes.schema(
            List.of(new Column("a", DataType.INT8, true), new Column("b", DataType.INT16, true)));
    assertThat(IcebergTypes.columns(schema))
        .extracting(column -> column.column().type())
        .containsOnly(DataType.INT32);
  }

  @Test
  void refusesWhatHasNoTypeHereNamingTheColumn() {
    assertThatExceptionOfType(EngineException.class)
        .isThrownBy(() -> IcebergTypes.dataType("when", Types.TimestampNanoType.withZone()))
        .withMessageContaining("\"when\"")
        .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_SUPPORTED));
    assertThatExceptionOfType(EngineException.class)
        .isThrownBy(
            () ->
                IcebergTypes.schema(List.of(new Column("span", DataType.INTERVAL_DAY_TIME, true))))
        .withMessageContaining("\"span\"");
    assertThatExceptionOfType(EngineException.class)
        .isThrownBy(
            () ->
                IcebergTypes.schema(
                    List.of(
                        new Column("x", DataType.DATE, true),
                        new Column("X", DataType.DATE, true))))
        .withMessageContaining("occurs twice");
  }
}
