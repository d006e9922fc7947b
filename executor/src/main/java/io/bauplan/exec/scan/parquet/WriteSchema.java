package io.bauplan.exec.scan.parquet;

import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.FieldIds;
import io.bauplan.sql.plan.ScanColumn;
import java.util.ArrayList;
import java.util.List;

/// The schema tree of a file to be written, and its thrift form.
final class WriteSchema {
  private static final int REQUIRED = 0;
  private static final int OPTIONAL = 1;
  private static final int REPEATED = 2;

  /// A node of the tree. Definition levels are those at which the node is present.
  sealed interface Node {
    Column column();
  }

  /// @param index among the leaves
  record Leaf(
      Column column,
      int fieldId,
      List<String> path,
      int index,
      int maxDefinition,
      int maxRepetition)
      implements Node {}

  record Struct(Column column, int definedAt, List<Node> fields) implements Node {}

  /// A list (its element) or a map (its entry struct).
  record Repeated(Column column, int definedAt, int elementAt, int repetition, Node element)
      implements Node {}

  private final List<Node> columns = new ArrayList<>();
  private final List<Leaf> leaves = new ArrayList<>();
  private final List<ScanColumn> source;

  WriteSchema(List<ScanColumn> source) {
    this.source = List.copyOf(source);
    for (ScanColumn column : source) {
      columns.add(node(column.column(), column.ids(), List.of(), 0, 0));
    }
  }

  List<Node> columns() {
    return columns;
  }

  List<Leaf> leaves() {
    return leaves;
  }

  private Node node(
      Column column, FieldIds ids, List<String> parents, int definition, int repetition) {
    int here = definition + (column.nullable() ? 1 : 0);
    List<String> path = append(parents, column.name());
    return switch (column.type()) {
      case DataType.StructType(List<Column> fields) -> {
        List<Node> children = new ArrayList<>();
        for (int i = 0; i < fields.size(); i++) {
          children.add(node(fields.get(i), ids.at(i), path, here, repetition));
        }
        yield new Struct(column, here, children);
      }
      case DataType.ListType(DataType element, boolean nullable) ->
          new Repeated(
              column,
              here,
              here + 1,
              repetition + 1,
              node(
                  new Column("element", element, nullable),
                  ids.at(0),
                  append(path, "list"),
                  here + 1,
                  repetition + 1));
      case DataType.MapType(DataType key, DataType value, boolean nullable) -> {
        List<String> entries = append(path, "key_value");
        Node keys =
            node(new Column("key", key, false), ids.at(0), entries, here + 1, repetition + 1);
        Node values =
            node(
                new Column("value", value, nullable), ids.at(1), entries, here + 1, repetition + 1);
        Column entry =
            new Column(
                "key_value",
                new DataType.StructType(List.of(keys.column(), values.column())),
                false);
        yield new Repeated(
            column,
            here,
            here + 1,
            repetition + 1,
            new Struct(entry, here + 1, List.of(keys, values)));
      }
      default -> {
        // The type of a bare NULL has only NULLs to write.
        int leafDefinition = column.type() instanceof DataType.NullType ? definition + 1 : here;
        Leaf leaf = new Leaf(column, ids.id(), path, leaves.size(), leafDefinition, repetition);
        leaves.add(leaf);
        yield leaf;
      }
    };
  }

  private static List<String> append(List<String> path, String name) {
    List<String> longer = new ArrayList<>(path);
    longer.add(name);
    return List.copyOf(longer);
  }

  /// Field 2 of the file's metadata.
  void write(ThriftWriter out) {
    int[] count = {1};
    source.forEach(c -> count[0] += nodes(c.column().type()));
    out.list(2, ThriftReader.STRUCT, count[0]);
    out.begin().string(4, "table").i32(5, source.size()).end();
    for (ScanColumn column : source) {
      write(out, column.column(), column.ids());
    }
  }

  private static int nodes(DataType type) {
    return switch (type) {
      case DataType.StructType(List<Column> fields) ->
          1 + fields.stream().mapToInt(f -> nodes(f.type())).sum();
      case DataType.ListType(DataType element, boolean ignored) -> 2 + nodes(element);
      case DataType.MapType(DataType key, DataType value, boolean ignored) ->
          2 + nodes(key) + nodes(value);
      default -> 1;
    };
  }

  private static void write(ThriftWriter out, Column column, FieldIds ids) {
    int fieldId = ids.id();
    int repetition =
        column.nullable() || column.type() instanceof DataType.NullType ? OPTIONAL : REQUIRED;
    switch (column.type()) {
      case DataType.StructType(List<Column> fields) -> {
        group(out, column.name(), repetition, fields.size(), -1, fieldId);
        for (int i = 0; i < fields.size(); i++) {
          write(out, fields.get(i), ids.at(i));
        }
      }
      case DataType.ListType(DataType element, boolean nullable) -> {
        group(out, column.name(), repetition, 1, 3, fieldId);
        group(out, "list", REPEATED, 1, -1, -1);
        write(out, new Column("element", element, nullable), ids.at(0));
      }
      case DataType.MapType(DataType key, DataType value, boolean nullable) -> {
        group(out, column.name(), repetition, 1, 1, fieldId);
        group(out, "key_value", REPEATED, 2, -1, -1);
        write(out, new Column("key", key, false), ids.at(0));
        write(out, new Column("value", value, nullable), ids.at(1));
      }
      default -> leaf(out, column, repetition, fieldId);
    }
  }

  /// @param converted 1 = map, 3 = list, -1 = none
  private static void group(
      ThriftWriter out, String name, int repetition, int children, int converted, int fieldId) {
    out.begin().i32(3, repetition).string(4, name).i32(5, children);
    if (converted >= 0) {
      out.i32(6, converted);
    }
    if (fieldId >= 0) {
      out.i32(9, fieldId);
    }
    if (converted >= 0) {
      out.struct(10).marker(converted == 1 ? 2 : 3).end();
    }
    out.end();
  }

  /// The number of a type's physical form, in the format's order.
  static int physical(DataType type) {
    return switch (type) {
      case DataType.BooleanType() -> 0;
      case DataType.IntegerType(int bits) -> bits == 64 ? 2 : 1;
      case DataType.FloatType(int bits) -> bits == 64 ? 5 : 4;
      case DataType.DecimalType(int precision, int ignored) ->
          precision <= 9 ? 1 : precision <= 18 ? 2 : 7;
      case DataType.VarcharType(), DataType.BinaryType() -> 6;
      case DataType.UuidType() -> 7;
      case DataType.DateType(), DataType.IntervalYearMonthType(), DataType.NullType() -> 1;
      case DataType.TimeType(), DataType.IntervalDayTimeType() -> 2;
      case DataType.TimestampType ignored -> 2;
      case DataType.ListType ignored -> -1;
      case DataType.MapType ignored -> -1;
      case DataType.StructType ignored -> -1;
    };
  }

  /// Bytes of a fixed-length decimal of `precision` digits.
  static int decimalBytes(int precision) {
    int bits = java.math.BigInteger.TEN.pow(precision).bitLength() + 1;
    return bits + 7 >>> 3;
  }

  static int fixedLength(DataType type) {
    return type instanceof DataType.DecimalType(int precision, int ignored)
        ? decimalBytes(precision)
        : 16;
  }

  private static void leaf(ThriftWriter out, Column column, int repetition, int fieldId) {
    DataType type = column.type();
    int physical = physical(type);
    out.begin().i32(1, physical);
    if (physical == 7) {
      out.i32(2, fixedLength(type));
    }
    out.i32(3, repetition).string(4, column.name());
    int converted =
        switch (type) {
          case DataType.VarcharType() -> 0;
          case DataType.DecimalType ignored -> 5;
          case DataType.DateType() -> 6;
          case DataType.TimestampType(boolean withZone) -> withZone ? 10 : -1;
          case DataType.IntegerType(int bits) -> bits == 8 ? 15 : bits == 16 ? 16 : -1;
          default -> -1;
        };
    if (converted >= 0) {
      out.i32(6, converted);
    }
    if (type instanceof DataType.DecimalType(int precision, int scale)) {
      out.i32(7, scale).i32(8, precision);
    }
    if (fieldId >= 0) {
      out.i32(9, fieldId);
    }
    switch (type) {
      case DataType.VarcharType() -> out.struct(10).marker(1).end();
      case DataType.DecimalType(int precision, int scale) ->
          out.struct(10).struct(5).i32(1, scale).i32(2, precision).end().end();
      case DataType.DateType() -> out.struct(10).marker(6).end();
      case DataType.TimeType() ->
          out.struct(10).struct(7).bool(1, false).struct(2).marker(2).end().end().end();
      case DataType.TimestampType(boolean withZone) ->
          out.struct(10).struct(8).bool(1, withZone).struct(2).marker(2).end().end().end();
      case DataType.IntegerType(int bits) -> {
        if (bits < 32) {
          out.struct(10).struct(10).i8(1, bits).bool(2, true).end().end();
        }
      }
      case DataType.NullType() -> out.struct(10).marker(11).end();
      case DataType.UuidType() -> out.struct(10).marker(14).end();
      default -> {}
    }
    out.end();
  }
}
