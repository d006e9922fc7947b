package io.bauplan.exec.scan.parquet;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A node of a file's schema tree with the levels at which it is defined.
///
/// @param fieldId -1 where the file has none
/// @param physical null for groups
/// @param length bytes of a fixed-length value
/// @param maxDefinition definition level at which the node itself is present
/// @param maxRepetition number of repeated nodes from the root down to it
/// @param leaf index among the leaves, -1 for groups
record SchemaNode(
    String name,
    int fieldId,
    Repetition repetition,
    @Nullable Physical physical,
    int length,
    Logical logical,
    int maxDefinition,
    int maxRepetition,
    int leaf,
    List<SchemaNode> children) {

  enum Repetition {
    REQUIRED,
    OPTIONAL,
    REPEATED
  }

  /// In the order of the format's numbers.
  enum Physical {
    BOOLEAN,
    INT32,
    INT64,
    INT96,
    FLOAT,
    DOUBLE,
    BYTE_ARRAY,
    FIXED
  }

  enum Unit {
    MILLIS,
    MICROS,
    NANOS
  }

  /// What a node means, from the logical type or its older spelling.
  sealed interface Logical {
    record None() implements Logical {}

    record Text() implements Logical {}

    record ListOf() implements Logical {}

    record MapOf() implements Logical {}

    record Decimal(int precision, int scale) implements Logical {}

    record Date() implements Logical {}

    record Time(Unit unit) implements Logical {}

    record Timestamp(Unit unit, boolean withZone) implements Logical {}

    record Int(int bits, boolean signed) implements Logical {}

    record Uuid() implements Logical {}

    record Float16() implements Logical {}

    record Unknown() implements Logical {}
  }

  Physical requirePhysical() {
    Physical type = physical;
    if (type == null) {
      throw new IllegalStateException(name + " is a group");
    }
    return type;
  }

  /// Bytes of a value in plain form; 0 for BYTE_ARRAY; a boolean takes one where it stands alone.
  int width() {
    return switch (requirePhysical()) {
      case BOOLEAN -> 1;
      case INT32, FLOAT -> 4;
      case INT64, DOUBLE -> 8;
      case INT96 -> 12;
      case BYTE_ARRAY -> 0;
      case FIXED -> length;
    };
  }
}
