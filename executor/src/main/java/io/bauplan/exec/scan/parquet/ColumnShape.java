package io.bauplan.exec.scan.parquet;

import io.bauplan.exec.scan.parquet.SchemaNode.Logical;
import io.bauplan.exec.scan.parquet.SchemaNode.Repetition;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataType;
import java.util.ArrayList;
import java.util.List;

/// What a file's column means once the format's several spellings of lists and maps are read.
///
/// `definedAt` is the definition level from which on the value is not NULL; `elementAt` that from
/// which on a list has an element.
sealed interface ColumnShape {
  String name();

  /// -1 = none
  int fieldId();

  boolean nullable();

  DataType type();

  /// Any leaf below, whose levels tell the shape.
  SchemaNode firstLeaf();

  record Primitive(SchemaNode leaf, boolean nullable) implements ColumnShape {
    @Override
    public String name() {
      return leaf.name();
    }

    @Override
    public int fieldId() {
      return leaf.fieldId();
    }

    @Override
    public DataType type() {
      return ParquetTypes.natural(leaf);
    }

    @Override
    public SchemaNode firstLeaf() {
      return leaf;
    }
  }

  record Group(String name, int fieldId, boolean nullable, int definedAt, List<ColumnShape> fields)
      implements ColumnShape {
    @Override
    public DataType type() {
      return new DataType.StructType(
          fields.stream().map(f -> new Column(f.name(), f.type(), f.nullable())).toList());
    }

    @Override
    public SchemaNode firstLeaf() {
      return fields.getFirst().firstLeaf();
    }
  }

  record Repeated(
      String name,
      int fieldId,
      boolean nullable,
      int definedAt,
      int elementAt,
      int repetition,
      ColumnShape element)
      implements ColumnShape {
    @Override
    public DataType type() {
      return new DataType.ListType(element.type(), element.nullable());
    }

    @Override
    public SchemaNode firstLeaf() {
      return element.firstLeaf();
    }
  }

  record Entries(
      String name,
      int fieldId,
      boolean nullable,
      int definedAt,
      int elementAt,
      int repetition,
      ColumnShape key,
      ColumnShape value)
      implements ColumnShape {
    @Override
    public DataType type() {
      return new DataType.MapType(key.type(), value.type(), value.nullable());
    }

    @Override
    public SchemaNode firstLeaf() {
      return key.firstLeaf();
    }
  }

  /// The shape of a field of the root or of a group.
  static ColumnShape of(SchemaNode node) {
    if (node.repetition() == Repetition.REPEATED) {
      // A repeated field without annotation is a list of required elements that is never NULL
      // itself.
      return new Repeated(
          node.name(),
          node.fieldId(),
          false,
          node.maxDefinition() - 1,
          node.maxDefinition(),
          node.maxRepetition(),
          element(node));
    }
    return single(node);
  }

  private static ColumnShape element(SchemaNode repeated) {
    if (repeated.physical() != null) {
      return new Primitive(repeated, false);
    }
    // In old files the repeated node may be a list itself.
    boolean annotated =
        repeated.logical() instanceof Logical.ListOf || repeated.logical() instanceof Logical.MapOf;
    return annotated ? single(repeated) : group(repeated, false);
  }

  private static ColumnShape group(SchemaNode node, boolean nullable) {
    if (node.children().isEmpty()) {
      throw new CorruptData("group \"" + node.name() + "\" has no fields");
    }
    List<ColumnShape> fields = new ArrayList<>();
    for (SchemaNode child : node.children()) {
      fields.add(of(child));
    }
    return new Group(
        node.name(), node.fieldId(), nullable, node.maxDefinition(), List.copyOf(fields));
  }

  private static ColumnShape single(SchemaNode node) {
    boolean nullable = node.repetition() == Repetition.OPTIONAL;
    if (node.physical() != null) {
      return new Primitive(node, nullable);
    }
    if (node.children().size() == 1
        && node.children().getFirst().repetition() == Repetition.REPEATED) {
      SchemaNode repeated = node.children().getFirst();
      if (node.logical() instanceof Logical.MapOf
          && repeated.children().size() == 2
          && repeated.children().stream().noneMatch(c -> c.repetition() == Repetition.REPEATED)) {
        return new Entries(
            node.name(),
            node.fieldId(),
            nullable,
            node.maxDefinition(),
            repeated.maxDefinition(),
            repeated.maxRepetition(),
            of(repeated.children().get(0)),
            of(repeated.children().get(1)));
      }
      if (node.logical() instanceof Logical.ListOf || node.logical() instanceof Logical.MapOf) {
        return new Repeated(
            node.name(),
            node.fieldId(),
            nullable,
            node.maxDefinition(),
            repeated.maxDefinition(),
            repeated.maxRepetition(),
            threeLevels(node, repeated) ? of(repeated.children().getFirst()) : element(repeated));
      }
    }
    return group(node, nullable);
  }

  /// Whether the repeated node only wraps the element, as it should, or is the element, as in old
  /// files.
  private static boolean threeLevels(SchemaNode list, SchemaNode repeated) {
    return repeated.children().size() == 1
        && !repeated.name().equals("array")
        && !repeated.name().equals(list.name() + "_tuple")
        && repeated.children().getFirst().repetition() != Repetition.REPEATED;
  }
}
