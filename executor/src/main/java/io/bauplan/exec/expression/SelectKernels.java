package io.bauplan.exec.expression;

import io.bauplan.exec.memory.Memory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The loops that turn a condition into numbers of rows. There are two forms of them: the plain one
/// here and [VectorSelectKernels], which a switch turns on. Both give the same rows in the same
/// order (`SelectKernelsTest`).
///
/// `to` has room for `count` numbers; what is behind those that were selected may be overwritten.
class SelectKernels {
  /// What the launcher sets where `BAUPLAN_VECTOR_API` is `on`, with the module.
  static final String SWITCH = "bauplan.vector.api";

  static final int LESS = 1;
  static final int EQUAL = 2;
  static final int GREATER = 4;

  private static final Logger LOG = LoggerFactory.getLogger(SelectKernels.class);
  private static final String MODULE = "jdk.incubator.vector";

  /// Those that this process uses.
  static final SelectKernels CHOSEN = choose();

  private static SelectKernels choose() {
    if (!Boolean.getBoolean(SWITCH)) {
      return new SelectKernels();
    }
    if (ModuleLayer.boot().findModule(MODULE).isEmpty()) {
      LOG.warn("{} is set, but this JVM was started without --add-modules {}", SWITCH, MODULE);
      return new SelectKernels();
    }
    return new VectorSelectKernels();
  }

  /// Values of 32 bits that are `from` or come after it by `span` at most, as unsigned numbers.
  int range32(long data, int count, long from, long span, int[] to) {
    long limit = span + Long.MIN_VALUE;
    int selected = 0;
    for (int row = 0; row < count; row++) {
      to[selected] = row;
      selected += Memory.getInt(data + 4L * row) - from + Long.MIN_VALUE <= limit ? 1 : 0;
    }
    return selected;
  }

  /// The same of values of 64 bits.
  int range64(long data, int count, long from, long span, int[] to) {
    long limit = span + Long.MIN_VALUE;
    int selected = 0;
    for (int row = 0; row < count; row++) {
      to[selected] = row;
      selected += Memory.getLong(data + 8L * row) - from + Long.MIN_VALUE <= limit ? 1 : 0;
    }
    return selected;
  }

  /// Rows whose outcome is in `wanted`, a mask of [#LESS], [#EQUAL] and [#GREATER].
  int longs(long[] l, long[] r, int count, int[] to, int wanted) {
    int selected = 0;
    switch (wanted) {
      case EQUAL -> {
        for (int row = 0; row < count; row++) {
          to[selected] = row;
          selected += l[row] == r[row] ? 1 : 0;
        }
      }
      case LESS -> {
        for (int row = 0; row < count; row++) {
          to[selected] = row;
          selected += l[row] < r[row] ? 1 : 0;
        }
      }
      case LESS | EQUAL -> {
        for (int row = 0; row < count; row++) {
          to[selected] = row;
          selected += l[row] <= r[row] ? 1 : 0;
        }
      }
      case GREATER -> {
        for (int row = 0; row < count; row++) {
          to[selected] = row;
          selected += l[row] > r[row] ? 1 : 0;
        }
      }
      case GREATER | EQUAL -> {
        for (int row = 0; row < count; row++) {
          to[selected] = row;
          selected += l[row] >= r[row] ? 1 : 0;
        }
      }
      default -> {
        for (int row = 0; row < count; row++) {
          to[selected] = row;
          selected += l[row] != r[row] ? 1 : 0;
        }
      }
    }
    return selected;
  }

  /// The same of doubles. NaN equals itself and is above all; zeros of both signs are equal.
  int doubles(double[] l, double[] r, int count, int[] to, int wanted) {
    int selected = 0;
    for (int row = 0; row < count; row++) {
      to[selected] = row;
      selected += wanted >>> ComparisonNode.compare(l[row], r[row]) + 1 & 1;
    }
    return selected;
  }
}
