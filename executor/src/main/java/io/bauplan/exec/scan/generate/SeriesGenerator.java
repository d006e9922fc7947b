package io.bauplan.exec.scan.generate;

import io.bauplan.exec.scan.ScanTask;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.RowType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// `value BIGINT` from `start` (1) to `stop` inclusive by `step` (1), as `generate_series` counts.
record SeriesGenerator(long start, long step, long rowCount) implements Generator {
  private static final long TASK_ROWS = 1 << 18;
  private static final RowType TYPE =
      new RowType(List.of(new Column("value", DataType.INT64, false)));

  static SeriesGenerator of(Map<String, String> values) {
    Arguments arguments = Arguments.of("series", values, List.of("start", "stop", "step"));
    long start = arguments.integer("start", 1, Long.MIN_VALUE, Long.MAX_VALUE);
    long stop = arguments.integer("stop", 0, Long.MIN_VALUE, Long.MAX_VALUE);
    long step = arguments.integer("step", 1, Long.MIN_VALUE, Long.MAX_VALUE);
    if (step == 0) {
      throw new EngineException(
          ErrorCode.INVALID_ARGUMENT, "argument step of series must not be 0");
    }
    if (step > 0 ? start > stop : start < stop) {
      return new SeriesGenerator(start, step, 0);
    }
    try {
      long distance = Math.subtractExact(stop, start);
      return new SeriesGenerator(start, step, Math.addExact(distance / step, 1));
    } catch (ArithmeticException e) {
      throw new EngineException(
          ErrorCode.INVALID_ARGUMENT, "series has more than " + Long.MAX_VALUE + " rows");
    }
  }

  @Override
  public RowType rowType() {
    return TYPE;
  }

  @Override
  public List<ScanTask> tasks(RowType output) {
    List<ScanTask> tasks = new ArrayList<>();
    // Few tasks, each a range: a long series must not make a long list.
    long perTask = Math.max(TASK_ROWS, rowCount / 1024 + 1);
    for (long first = 0; first < rowCount; first += perTask) {
      long from = first;
      long until = Math.min(rowCount, first + perTask);
      tasks.add(
          context -> {
            long[] next = {from};
            return new RowsReader(
                output,
                columns -> {
                  if (next[0] == until) {
                    return false;
                  }
                  long value = start + next[0]++ * step;
                  columns.forEach(column -> column.appendLong(value));
                  return true;
                },
                context);
          });
      if (until == rowCount) {
        break;
      }
    }
    return tasks;
  }
}
