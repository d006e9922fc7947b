package io.bauplan.exec.operator.window;

/// A stable merge sort of numbers by what they stand for.
final class IntSort {
  private static final int INSERTION_COUNT = 12;

  /// Compares what two numbers stand for.
  @FunctionalInterface
  interface Order {
    int compare(int left, int right);
  }

  private IntSort() {}

  static void sort(int[] numbers, Order order) {
    sort(numbers.clone(), numbers, 0, numbers.length, order);
  }

  /// Sorts `to[from..end)`, whose numbers `source` holds too.
  private static void sort(int[] source, int[] to, int from, int end, Order order) {
    if (end - from <= INSERTION_COUNT) {
      for (int i = from + 1; i < end; i++) {
        int number = to[i];
        int j = i - 1;
        while (j >= from && order.compare(to[j], number) > 0) {
          to[j + 1] = to[j];
          j--;
        }
        to[j + 1] = number;
      }
      return;
    }
    int middle = (from + end) >>> 1;
    sort(to, source, from, middle, order);
    sort(to, source, middle, end, order);
    int left = from;
    int right = middle;
    for (int i = from; i < end; i++) {
      boolean takeLeft =
          right >= end || left < middle && order.compare(source[left], source[right]) <= 0;
      to[i] = takeLeft ? source[left++] : source[right++];
    }
  }
}
