package io.bauplan.tests.quidem;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.CellValue;
import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.StatementOptions;
import io.bauplan.exec.engine.StatementResult;
import io.bauplan.exec.worker.RunningQuery;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.session.Session;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Our result in the spelling of the scripts: numbers as numbers, everything else as text.
record OurRows(List<String> columns, List<List<@Nullable Object>> rows) {
  private static final DateTimeFormatter TIME =
      new DateTimeFormatterBuilder()
          .appendPattern("HH:mm:ss")
          .appendFraction(ChronoField.NANO_OF_SECOND, 0, 6, true)
          .toFormatter(java.util.Locale.ROOT);

  static OurRows run(Engine engine, Session session, String sql) {
    return switch (engine.execute(session, sql, StatementOptions.DEFAULT)) {
      case StatementResult.Rows(RunningQuery query) -> {
        try (query) {
          yield new OurRows(
              query.output().columns().stream().map(Column::name).toList(), drain(engine, query));
        }
      }
      case StatementResult.Updated ignored -> new OurRows(List.of(), List.of());
      case StatementResult.SessionChanged ignored -> new OurRows(List.of(), List.of());
    };
  }

  private static List<List<@Nullable Object>> drain(Engine engine, RunningQuery query) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (Batch next = query.next(); next != null; next = query.next()) {
      try (Batch batch = next.compact(engine.worker().allocator())) {
        List<FlatVector> columns = new ArrayList<>();
        try {
          for (int c = 0; c < batch.columnCount(); c++) {
            columns.add(batch.column(c).flatten(engine.worker().allocator()));
          }
          for (int row = 0; row < batch.rowCount(); row++) {
            List<@Nullable Object> values = new ArrayList<>();
            for (FlatVector column : columns) {
              values.add(spelled(CellValue.read(column, row), column.type()));
            }
            rows.add(values);
          }
        } finally {
          columns.forEach(FlatVector::close);
        }
      }
    }
    return rows;
  }

  private static @Nullable Object spelled(@Nullable Object value, DataType type) {
    if (value == null) {
      return null;
    }
    return switch (type) {
      case DataType.DateType() -> LocalDate.ofEpochDay((Long) value).toString();
      case DataType.TimeType() -> LocalTime.ofNanoOfDay((Long) value * 1000).format(TIME);
      case DataType.TimestampType ignored -> {
        LocalDateTime moment =
            LocalDateTime.ofEpochSecond(
                Math.floorDiv((Long) value, 1_000_000L),
                (int) Math.floorMod((Long) value, 1_000_000L) * 1000,
                ZoneOffset.UTC);
        yield moment.toLocalDate() + " " + moment.toLocalTime().format(TIME);
      }
      case DataType.IntervalYearMonthType() -> months((Long) value);
      case DataType.IntervalDayTimeType() -> micros((Long) value);
      case DataType.UuidType() -> {
        ByteBuffer bytes = ByteBuffer.wrap((byte[]) value);
        yield new UUID(bytes.getLong(), bytes.getLong()).toString();
      }
      case DataType.BinaryType() -> HexFormat.of().formatHex((byte[]) value);
      case DataType.ListType(DataType element, boolean ignored) -> {
        StringJoiner text = new StringJoiner(", ", "[", "]");
        ((List<?>) value).forEach(v -> text.add(nested(v, element)));
        yield text.toString();
      }
      case DataType.MapType map -> {
        StringJoiner text = new StringJoiner(", ", "{", "}");
        ((Map<?, ?>) value)
            .forEach((k, v) -> text.add(nested(k, map.key()) + "=" + nested(v, map.value())));
        yield text.toString();
      }
      case DataType.StructType(List<Column> fields) -> {
        StringJoiner text = new StringJoiner(", ", "{", "}");
        for (int i = 0; i < fields.size(); i++) {
          text.add(nested(((List<?>) value).get(i), fields.get(i).type()));
        }
        yield text.toString();
      }
      default -> value instanceof Boolean ? value.toString() : value;
    };
  }

  private static String nested(@Nullable Object value, DataType type) {
    Object spelled = spelled(value, type);
    return switch (spelled) {
      case null -> "null";
      case BigDecimal number -> number.toPlainString();
      default -> spelled.toString();
    };
  }

  private static String months(long months) {
    long size = Math.abs(months);
    return (months < 0 ? "-" : "+") + size / 12 + "-" + "%02d".formatted(size % 12);
  }

  private static String micros(long micros) {
    Duration size = Duration.ofNanos(Math.abs(micros) * 1000);
    return "%s%d %02d:%02d:%02d.%06d"
        .formatted(
            micros < 0 ? "-" : "+",
            size.toDays(),
            size.toHoursPart(),
            size.toMinutesPart(),
            size.toSecondsPart(),
            size.toNanosPart() / 1000);
  }
}
