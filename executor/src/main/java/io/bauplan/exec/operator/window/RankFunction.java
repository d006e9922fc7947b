package io.bauplan.exec.operator.window;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.PhysicalPlan.Window.WindowCall;

/// ROW_NUMBER, RANK, DENSE_RANK, PERCENT_RANK, CUME_DIST and NTILE.
final class RankFunction extends ComputedFunction {
  RankFunction(WindowCall call, WindowRows input) {
    super(call, input, false);
  }

  static boolean supports(String function) {
    return switch (function) {
      case "row_number", "rank", "dense_rank", "percent_rank", "cume_dist", "ntile" -> true;
      default -> false;
    };
  }

  @Override
  void compute(Span span) {
    int[] rows = span.rows();
    int[] begins = span.begins();
    int[] ends = span.ends();
    long[] longs = results.longs;
    double[] doubles = results.doubles;
    switch (call.function()) {
      case "row_number" -> {
        for (int i = 0; i < rows.length; i++) {
          longs[rows[i]] = i - begins[i] + 1;
        }
      }
      case "rank" -> {
        int[] peers = span.peerBegins();
        for (int i = 0; i < rows.length; i++) {
          longs[rows[i]] = peers[i] - begins[i] + 1;
        }
      }
      case "dense_rank" -> {
        int[] peers = span.peerBegins();
        long rank = 0;
        for (int i = 0; i < rows.length; i++) {
          rank = begins[i] == i ? 1 : peers[i] == i ? rank + 1 : rank;
          longs[rows[i]] = rank;
        }
      }
      case "percent_rank" -> {
        int[] peers = span.peerBegins();
        for (int i = 0; i < rows.length; i++) {
          int others = ends[i] - begins[i] - 1;
          doubles[rows[i]] = others == 0 ? 0 : (double) (peers[i] - begins[i]) / others;
        }
      }
      case "cume_dist" -> {
        int[] peers = span.peerEnds();
        for (int i = 0; i < rows.length; i++) {
          doubles[rows[i]] = (double) (peers[i] - begins[i]) / (ends[i] - begins[i]);
        }
      }
      default -> buckets(span);
    }
  }

  /// NTILE: the first `size % n` buckets are one row longer.
  private void buckets(Span span) {
    Count count = new Count(0);
    for (int i = 0; i < span.size(); i++) {
      int row = span.rows()[i];
      long buckets = count.at(row);
      if (buckets <= 0) {
        throw new EngineException(ErrorCode.INVALID_ARGUMENT, "NTILE needs a positive number");
      }
      int size = span.ends()[i] - span.begins()[i];
      int at = i - span.begins()[i];
      long small = size / buckets;
      long longer = size % buckets;
      long inLonger = longer * (small + 1);
      results.longs[row] =
          at < inLonger ? at / (small + 1) + 1 : longer + (at - inLonger) / small + 1;
    }
  }
}
