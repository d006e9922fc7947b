package io.bauplan.exec.scan.parquet;

import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.batch.Vector;
import io.bauplan.exec.batch.VectorBuilder;
import io.bauplan.exec.memory.Memory;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.FieldIds;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/// Assembles lists, maps and structs from the levels of their leaves (Dremel's encoding).
///
/// A node has one slot for each level entry whose repetition is at most that of its innermost
/// repeated ancestor and whose definition is at least that ancestor's: entries beyond belong to its
/// own elements.
final class NestedColumn implements ColumnReader {
  private final String name;
  private final BufferAllocator allocator;
  private final List<Leaf> leaves = new ArrayList<>();
  private final Node root;

  /// A leaf being read, with the levels of the rows at hand.
  private record Leaf(ChunkReader chunk, int slotDefinition, Levels levels) {}

  private sealed interface Node {
    Leaf source();
  }

  private record Values(Leaf source) implements Node {}

  private record Missing(Leaf source, DataType type) implements Node {}

  private record Struct(Leaf source, DataType type, int definedAt, List<Node> fields)
      implements Node {}

  private record Elements(
      Leaf source, DataType type, int definedAt, int elementAt, int repetition, Node element)
      implements Node {}

  /// Takes ownership of the chunk readers that `open` makes.
  NestedColumn(
      ColumnShape shape,
      DataType type,
      FieldIds ids,
      BufferAllocator allocator,
      BiFunction<SchemaNode, DataType, ChunkReader> open) {
    this.name = shape.name();
    this.allocator = allocator;
    try {
      this.root = node(shape, type, ids, 0, open);
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  @Override
  public String name() {
    return name;
  }

  private Leaf leaf(
      SchemaNode leaf,
      DataType type,
      int slotDefinition,
      BiFunction<SchemaNode, DataType, ChunkReader> open) {
    Leaf made = new Leaf(open.apply(leaf, type), slotDefinition, new Levels());
    leaves.add(made);
    return made;
  }

  private Node node(
      ColumnShape shape,
      DataType type,
      FieldIds ids,
      int slotDefinition,
      BiFunction<SchemaNode, DataType, ChunkReader> open) {
    return switch (shape) {
      case ColumnShape.Primitive(SchemaNode leaf, boolean ignored) -> {
        if (FlatVector.bitsPerValue(type) == 0
            && !(type instanceof DataType.VarcharType)
            && !(type instanceof DataType.BinaryType)) {
          throw mismatch(shape, type);
        }
        yield new Values(leaf(leaf, type, slotDefinition, open));
      }
      case ColumnShape.Group group -> {
        if (!(type instanceof DataType.StructType(List<Column> wanted))) {
          throw mismatch(shape, type);
        }
        List<Node> fields = new ArrayList<>();
        Leaf source = null;
        for (int i = 0; i < wanted.size(); i++) {
          Column field = wanted.get(i);
          ColumnShape found = find(group, field.name(), ids.at(i).id());
          if (found == null) {
            if (source == null) {
              SchemaNode any = group.firstLeaf();
              source = leaf(any, ParquetTypes.natural(any), slotDefinition, open);
            }
            fields.add(new Missing(source, field.type()));
          } else {
            Node made = node(found, field.type(), ids.at(i), slotDefinition, open);
            source = source == null ? made.source() : source;
            fields.add(made);
          }
        }
        if (source == null) {
          SchemaNode any = group.firstLeaf();
          source = leaf(any, ParquetTypes.natural(any), slotDefinition, open);
        }
        yield new Struct(source, type, group.definedAt(), fields);
      }
      case ColumnShape.Repeated list -> {
        if (!(type instanceof DataType.ListType(DataType element, boolean ignored))) {
          throw mismatch(shape, type);
        }
        Node made = node(list.element(), element, ids.at(0), list.elementAt(), open);
        yield new Elements(
            made.source(), type, list.definedAt(), list.elementAt(), list.repetition(), made);
      }
      case ColumnShape.Entries map -> {
        if (!(type instanceof DataType.MapType(DataType key, DataType value, boolean nullable))) {
          throw mismatch(shape, type);
        }
        Node keys = node(map.key(), key, ids.at(0), map.elementAt(), open);
        Node values = node(map.value(), value, ids.at(1), map.elementAt(), open);
        Node entry =
            new Struct(
                keys.source(),
                VectorBuilder.entryType(key, value, nullable),
                map.elementAt(),
                List.of(keys, values));
        yield new Elements(
            keys.source(), type, map.definedAt(), map.elementAt(), map.repetition(), entry);
      }
    };
  }

  /// By id where the file's group has ids, as top-level columns are found; else by name.
  private static @Nullable ColumnShape find(ColumnShape.Group group, String name, int id) {
    boolean byId = id >= 0 && group.fields().stream().anyMatch(field -> field.fieldId() >= 0);
    for (ColumnShape candidate : group.fields()) {
      if (byId ? candidate.fieldId() == id : candidate.name().equals(name)) {
        return candidate;
      }
    }
    return null;
  }

  private static EngineException mismatch(ColumnShape shape, DataType type) {
    return new EngineException(
        ErrorCode.TYPE_MISMATCH,
        "column \""
            + shape.name()
            + "\" is "
            + shape.type().sql()
            + " in the file, which is no "
            + type.sql());
  }

  @Override
  public Vector read(int rows) {
    try {
      for (Leaf leaf : leaves) {
        leaf.chunk.readLevels(rows, leaf.slotDefinition, leaf.levels);
      }
      FlatVector vector = assemble(root, 0, 0);
      if (vector.length() != rows) {
        vector.close();
        throw new CorruptData("its columns disagree about the number of rows");
      }
      return vector;
    } finally {
      // Values of leaves that only lent their levels, or that were not reached after an error.
      leaves.forEach(leaf -> leaf.levels.close());
    }
  }

  private FlatVector assemble(Node node, int slotDefinition, int slotRepetition) {
    return switch (node) {
      case Values(Leaf leaf) -> leaf.levels.takeValues();
      case Missing(Leaf source, DataType type) ->
          nulls(type, slots(source.levels, slotDefinition, slotRepetition));
      case Struct(Leaf source, DataType type, int definedAt, List<Node> fields) -> {
        int slots = slots(source.levels, slotDefinition, slotRepetition);
        List<FlatVector> children = new ArrayList<>();
        ArrowBuf validity = null;
        try {
          for (Node field : fields) {
            FlatVector child = assemble(field, slotDefinition, slotRepetition);
            children.add(child);
            if (child.length() != slots) {
              throw new CorruptData("fields of one group have other numbers of rows");
            }
          }
          validity = validity(source.levels, slots, slotDefinition, slotRepetition, definedAt);
          yield new FlatVector(type, slots, validity, null, null, children);
        } catch (RuntimeException | Error e) {
          children.forEach(FlatVector::close);
          if (validity != null) {
            validity.close();
          }
          throw e;
        }
      }
      case Elements list -> elements(list, slotDefinition, slotRepetition);
    };
  }

  private FlatVector elements(Elements list, int slotDefinition, int slotRepetition) {
    Levels levels = list.source.levels;
    int slots = slots(levels, slotDefinition, slotRepetition);
    FlatVector child = assemble(list.element, list.elementAt, list.repetition);
    ArrowBuf offsets = null;
    ArrowBuf validity = null;
    try {
      offsets = allocator.buffer(4L * (slots + 1) + Vector.TAIL_PADDING_BYTES);
      long at = offsets.memoryAddress();
      int slot = 0;
      int elements = 0;
      Memory.putInt(at, 0);
      for (int i = 0; i < levels.size(); i++) {
        int definition = levels.definition(i);
        int repetition = levels.repetition(i);
        if (repetition <= slotRepetition && definition >= slotDefinition) {
          Memory.putInt(at + 4L * slot++, elements);
        }
        if (repetition <= list.repetition && definition >= list.elementAt) {
          elements++;
        }
      }
      Memory.putInt(at + 4L * slot, elements);
      if (elements != child.length() || (slots == 0 && elements > 0)) {
        throw new CorruptData("a list's levels disagree with its elements");
      }
      validity = validity(levels, slots, slotDefinition, slotRepetition, list.definedAt);
      return new FlatVector(list.type, slots, validity, offsets, null, List.of(child));
    } catch (RuntimeException | Error e) {
      child.close();
      if (offsets != null) {
        offsets.close();
      }
      if (validity != null) {
        validity.close();
      }
      throw e;
    }
  }

  private static int slots(Levels levels, int slotDefinition, int slotRepetition) {
    int slots = 0;
    for (int i = 0; i < levels.size(); i++) {
      if (levels.repetition(i) <= slotRepetition && levels.definition(i) >= slotDefinition) {
        slots++;
      }
    }
    return slots;
  }

  private @Nullable ArrowBuf validity(
      Levels levels, int slots, int slotDefinition, int slotRepetition, int definedAt) {
    if (definedAt <= slotDefinition) {
      return null;
    }
    ArrowBuf validity = allocator.buffer((slots + 7 >>> 3) + Vector.TAIL_PADDING_BYTES);
    validity.setZero(0, validity.capacity());
    int slot = 0;
    boolean any = false;
    for (int i = 0; i < levels.size(); i++) {
      if (levels.repetition(i) <= slotRepetition && levels.definition(i) >= slotDefinition) {
        if (levels.definition(i) >= definedAt) {
          Memory.setBit(validity.memoryAddress(), slot);
        } else {
          any = true;
        }
        slot++;
      }
    }
    if (!any) {
      validity.close();
      return null;
    }
    return validity;
  }

  private FlatVector nulls(DataType type, int count) {
    try (VectorBuilder builder = new VectorBuilder(type, count, allocator)) {
      for (int i = 0; i < count; i++) {
        builder.appendNull();
      }
      return builder.build();
    }
  }

  @Override
  public void close() {
    leaves.forEach(
        leaf -> {
          leaf.levels.close();
          leaf.chunk.close();
        });
  }
}
