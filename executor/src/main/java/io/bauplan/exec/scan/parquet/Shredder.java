package io.bauplan.exec.scan.parquet;

import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.memory.Memory;
import java.util.Arrays;
import java.util.List;

/// Takes nested vectors apart into levels and values for each leaf (Dremel's encoding).
final class Shredder {
  private final List<LeafWriter> writers;

  Shredder(List<LeafWriter> writers) {
    this.writers = writers;
  }

  /// Entries of one node: for each the levels reached so far and the node's row, -1 where an
  /// ancestor is absent.
  private record Entries(int[] definitions, int[] repetitions, int[] rows, int count) {}

  /// Writes a top-level column. Borrows the vector until return.
  void write(WriteSchema.Node node, FlatVector vector) {
    if (node instanceof WriteSchema.Leaf leaf) {
      writers.get(leaf.index()).flat(vector);
      return;
    }
    int rows = vector.length();
    int[] identity = new int[rows];
    for (int i = 0; i < rows; i++) {
      identity[i] = i;
    }
    write(node, vector, new Entries(new int[rows], new int[rows], identity, rows));
  }

  private void write(WriteSchema.Node node, FlatVector vector, Entries entries) {
    switch (node) {
      case WriteSchema.Leaf leaf -> leaf(leaf, vector, entries);
      case WriteSchema.Struct struct -> {
        Entries inside = present(entries, vector, struct.definedAt());
        int start = vector.start();
        if (start != 0) {
          for (int i = 0; i < inside.count; i++) {
            inside.rows[i] = inside.rows[i] < 0 ? -1 : inside.rows[i] + start;
          }
        }
        for (int i = 0; i < struct.fields().size(); i++) {
          write(struct.fields().get(i), vector.children().get(i), inside);
        }
      }
      case WriteSchema.Repeated list ->
          write(list.element(), vector.children().getFirst(), elements(list, vector, entries));
    }
  }

  private static boolean isNull(FlatVector vector, int row) {
    long validity = vector.validityAddress();
    return validity != 0 && !Memory.bit(validity, row);
  }

  private static Entries present(Entries entries, FlatVector vector, int definedAt) {
    int[] definitions = Arrays.copyOf(entries.definitions, entries.count);
    int[] rows = Arrays.copyOf(entries.rows, entries.count);
    for (int i = 0; i < entries.count; i++) {
      if (rows[i] >= 0) {
        if (isNull(vector, rows[i])) {
          rows[i] = -1;
        } else {
          definitions[i] = definedAt;
        }
      }
    }
    return new Entries(definitions, entries.repetitions, rows, entries.count);
  }

  private static Entries elements(WriteSchema.Repeated list, FlatVector vector, Entries entries) {
    long offsets = vector.offsetsAddress();
    long total = 0;
    for (int i = 0; i < entries.count; i++) {
      int row = entries.rows[i];
      int length =
          row < 0 || isNull(vector, row)
              ? 0
              : Memory.getInt(offsets + 4L * row + 4) - Memory.getInt(offsets + 4L * row);
      total += Math.max(1, length);
    }
    int count = Math.toIntExact(total);
    int[] definitions = new int[count];
    int[] repetitions = new int[count];
    int[] rows = new int[count];
    int at = 0;
    for (int i = 0; i < entries.count; i++) {
      int row = entries.rows[i];
      boolean absent = row < 0 || isNull(vector, row);
      int begin = absent ? 0 : Memory.getInt(offsets + 4L * row);
      int end = absent ? 0 : Memory.getInt(offsets + 4L * row + 4);
      if (begin == end) {
        definitions[at] = absent ? entries.definitions[i] : list.definedAt();
        repetitions[at] = entries.repetitions[i];
        rows[at++] = -1;
      }
      for (int element = begin; element < end; element++) {
        definitions[at] = list.elementAt();
        repetitions[at] = element == begin ? entries.repetitions[i] : list.repetition();
        rows[at++] = element;
      }
    }
    return new Entries(definitions, repetitions, rows, count);
  }

  private void leaf(WriteSchema.Leaf leaf, FlatVector vector, Entries entries) {
    int[] definitions = Arrays.copyOf(entries.definitions, entries.count);
    int[] chosen = new int[entries.count];
    int present = 0;
    boolean nullType = vector.type() instanceof io.bauplan.sql.plan.DataType.NullType;
    for (int i = 0; i < entries.count; i++) {
      int row = entries.rows[i];
      if (row >= 0 && !nullType && !isNull(vector, row)) {
        definitions[i] = leaf.maxDefinition();
        chosen[present++] = row;
      }
    }
    writers
        .get(leaf.index())
        .nested(definitions, entries.repetitions, entries.count, vector, chosen, present);
  }
}
