package io.bauplan.exec.scan.parquet;

import io.bauplan.exec.memory.Memory;
import io.bauplan.exec.scan.parquet.SchemaNode.Logical;
import io.bauplan.exec.scan.parquet.SchemaNode.Physical;
import io.bauplan.exec.scan.parquet.SchemaNode.Repetition;
import io.bauplan.exec.scan.parquet.SchemaNode.Unit;
import io.bauplan.exec.scan.store.RangeReader;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// Reads and checks the footer: `PAR1 ... metadata, its length, PAR1`.
final class FooterReader {
  private static final int MAGIC = 0x31524150;
  private static final int MAGIC_ENCRYPTED = 0x45524150;
  static final int TAIL_BYTES = 8;

  /// One read gets most footers whole.
  private static final int FIRST_READ_BYTES = 64 << 10;

  /// Behind a network, of large files: most page indexes too.
  private static final int MAX_FIRST_READ_BYTES = 512 << 10;

  private static final int FIRST_READ_SHARE = 256;

  private static final int MAX_FOOTER_BYTES = 256 << 20;
  private static final int MAX_SCHEMA_DEPTH_LEVELS = 100;
  private static final int MAX_SCHEMA_NODES = 1_000_000;

  private FooterReader() {}

  /// Borrows the reader until return.
  ///
  /// @throws EngineException `MALFORMED_FILE` naming the file
  static Footer read(RangeReader file) {
    return parse(fetch(file, FIRST_READ_BYTES).metadata(), file);
  }

  /// The end of a file for which one longer read costs less than two.
  static FileEnd fetch(RangeReader file) {
    long wanted = file.sizeBytes() / FIRST_READ_SHARE;
    return fetch(file, (int) Math.clamp(wanted, FIRST_READ_BYTES, MAX_FIRST_READ_BYTES));
  }

  private static FileEnd fetch(RangeReader file, int firstBytes) {
    long size = file.sizeBytes();
    if (size < TAIL_BYTES + 4) {
      throw malformed(file, "it is " + size + " bytes long, too short for a Parquet file");
    }
    try (Arena arena = Arena.ofConfined()) {
      int first = (int) Math.min(size, firstBytes);
      long tail = arena.allocate(first).address();
      file.read(size - first, tail, first);
      int magic = Memory.getInt(tail + first - 4);
      if (magic == MAGIC_ENCRYPTED) {
        throw new EngineException(
            ErrorCode.NOT_SUPPORTED,
            "\"" + file.location() + "\" is an encrypted Parquet file, which cannot be read");
      }
      if (magic != MAGIC) {
        throw malformed(file, "it does not end as a Parquet file does");
      }
      int length = Memory.getInt(tail + first - TAIL_BYTES);
      if (length <= 0 || length > size - TAIL_BYTES - 4 || length > MAX_FOOTER_BYTES) {
        throw malformed(file, "its footer claims " + length + " bytes");
      }
      long address = tail + first - TAIL_BYTES - length;
      if (length > first - TAIL_BYTES) {
        address = arena.allocate(length).address();
        file.read(size - TAIL_BYTES - length, address, length);
      }
      byte[] metadata = new byte[length];
      Memory.copy(address, metadata, 0, length);
      byte[] before = new byte[Math.max(0, first - TAIL_BYTES - length)];
      Memory.copy(tail, before, 0, before.length);
      return new FileEnd(before, metadata);
    }
  }

  /// With what is there of the page index, and no more than that.
  static Footer parse(FileEnd end, RangeReader file) {
    Footer footer = parse(end.metadata(), file);
    long first = footer.indexOffset();
    Footer.Known index = end.from(first < 0 ? file.sizeBytes() : first, file.sizeBytes());
    return new Footer(
        footer.rowCount(),
        footer.root(),
        footer.leaves(),
        footer.rowGroups(),
        footer.createdBy(),
        index);
  }

  private static Footer parse(byte[] metadata, RangeReader file) {
    try (Arena arena = Arena.ofConfined()) {
      // The Thrift reader may look a word past the end.
      long address = arena.allocate(metadata.length + TAIL_BYTES).address();
      Memory.copy(metadata, 0, address, metadata.length);
      return parse(new ThriftReader(address, address + metadata.length), file.sizeBytes());
    } catch (CorruptData e) {
      throw malformed(file, e.getMessage());
    }
  }

  private static EngineException malformed(RangeReader file, @Nullable String what) {
    return new EngineException(
        ErrorCode.MALFORMED_FILE, "\"" + file.location() + "\" is no valid Parquet file: " + what);
  }

  private record Element(
      int type,
      int length,
      int repetition,
      String name,
      int childCount,
      int converted,
      int scale,
      int precision,
      int fieldId,
      @Nullable Logical logical) {}

  private static Footer parse(ThriftReader in, long fileBytes) {
    List<Element> elements = new ArrayList<>();
    List<RawRowGroup> raw = new ArrayList<>();
    String createdBy = "";
    in.beginStruct();
    while (in.nextField()) {
      switch (in.fieldId()) {
        case 2 -> {
          int count = in.list(ThriftReader.STRUCT);
          if (count > MAX_SCHEMA_NODES) {
            throw new CorruptData("a schema of " + count + " nodes");
          }
          for (int i = 0; i < count; i++) {
            elements.add(element(in));
          }
        }
        case 4 -> {
          int count = in.list(ThriftReader.STRUCT);
          for (int i = 0; i < count; i++) {
            raw.add(rowGroup(in));
          }
        }
        case 6 -> createdBy = in.string();
        case 8 ->
            throw new CorruptData(
                "it is encrypted, with a footer in the clear; this cannot be read");
        default -> in.skip();
      }
    }
    if (elements.isEmpty()) {
      throw new CorruptData("it has no schema");
    }
    List<SchemaNode> leaves = new ArrayList<>();
    int[] next = {0};
    SchemaNode root = node(elements, next, 0, 0, 0, leaves);
    if (next[0] != elements.size()) {
      throw new CorruptData("its schema has nodes outside the tree");
    }
    List<Footer.RowGroup> groups = new ArrayList<>();
    long firstRow = 0;
    for (RawRowGroup group : raw) {
      groups.add(check(group, firstRow, leaves, fileBytes));
      firstRow += group.rows;
    }
    // Some writers leave the file's own row count at 0: the row groups' counts are what is read.
    return new Footer(
        firstRow, root, List.copyOf(leaves), List.copyOf(groups), createdBy, Footer.Known.NOTHING);
  }

  private static Footer.RowGroup check(
      RawRowGroup group, long firstRow, List<SchemaNode> leaves, long fileBytes) {
    if (group.rows < 0 || firstRow + group.rows < 0) {
      throw new CorruptData("a row group of " + group.rows + " rows");
    }
    if (group.chunks.size() != leaves.size()) {
      throw new CorruptData(
          "a row group has " + group.chunks.size() + " columns, the schema " + leaves.size());
    }
    List<Footer.Chunk> chunks = new ArrayList<>();
    for (int i = 0; i < leaves.size(); i++) {
      RawChunk chunk = group.chunks.get(i);
      SchemaNode leaf = leaves.get(i);
      if (chunk.type != leaf.requirePhysical().ordinal()) {
        throw new CorruptData("column \"" + leaf.name() + "\" has another type in a row group");
      }
      long offset = chunk.dataOffset;
      if (chunk.dictionaryOffset > 0 && chunk.dictionaryOffset < offset) {
        offset = chunk.dictionaryOffset;
      }
      if (chunk.compressed < 0
          || chunk.uncompressed < 0
          || chunk.values < 0
          || offset < 0
          || offset > fileBytes - chunk.compressed) {
        throw new CorruptData("column \"" + leaf.name() + "\" lies outside the file");
      }
      if (leaf.maxRepetition() == 0 && chunk.values != group.rows) {
        throw new CorruptData(
            "column \""
                + leaf.name()
                + "\" has "
                + chunk.values
                + " values for "
                + group.rows
                + " rows");
      }
      chunks.add(
          new Footer.Chunk(
              chunk.codec,
              chunk.values,
              offset,
              chunk.compressed,
              chunk.uncompressed,
              chunk.statistics,
              within(chunk.columnIndex, fileBytes),
              within(chunk.offsetIndex, fileBytes),
              chunk.bloomOffset > 0 && chunk.bloomOffset < fileBytes ? chunk.bloomOffset : 0));
    }
    return new Footer.RowGroup(firstRow, group.rows, List.copyOf(chunks));
  }

  /// Nothing, where it would be outside the file.
  private static Place within(Place place, long fileBytes) {
    return place.length() > 0 && place.offset() >= 0 && place.offset() <= fileBytes - place.length()
        ? place
        : Place.NONE;
  }

  // ---- schema

  private static Element element(ThriftReader in) {
    int type = -1;
    int length = 0;
    int repetition = 0;
    String name = "";
    int children = 0;
    int converted = -1;
    int scale = 0;
    int precision = 0;
    int fieldId = -1;
    Logical logical = null;
    in.beginStruct();
    while (in.nextField()) {
      switch (in.fieldId()) {
        case 1 -> type = in.i32();
        case 2 -> length = in.i32();
        case 3 -> repetition = in.i32();
        case 4 -> name = in.string();
        case 5 -> children = in.i32();
        case 6 -> converted = in.i32();
        case 7 -> scale = in.i32();
        case 8 -> precision = in.i32();
        case 9 -> fieldId = in.i32();
        case 10 -> logical = logical(in);
        default -> in.skip();
      }
    }
    return new Element(
        type, length, repetition, name, children, converted, scale, precision, fieldId, logical);
  }

  private static @Nullable Logical logical(ThriftReader in) {
    Logical found = null;
    in.structField();
    while (in.nextField()) {
      int id = in.fieldId();
      switch (id) {
        case 5, 7, 8, 10 -> found = parameters(in, id);
        default -> {
          in.skip();
          found =
              switch (id) {
                case 1, 4, 12 -> new Logical.Text();
                case 2 -> new Logical.MapOf();
                case 3 -> new Logical.ListOf();
                case 6 -> new Logical.Date();
                case 11 -> new Logical.Unknown();
                case 14 -> new Logical.Uuid();
                case 15 -> new Logical.Float16();
                default -> found;
              };
        }
      }
    }
    return found;
  }

  /// DECIMAL{scale, precision}, TIME and TIMESTAMP{adjusted, unit}, INTEGER{bits, signed}.
  private static Logical parameters(ThriftReader in, int kind) {
    int first = 0;
    int second = 0;
    boolean flag = false;
    Unit unit = Unit.MICROS;
    in.structField();
    while (in.nextField()) {
      switch (in.fieldId()) {
        case 1 -> {
          if (kind == 7 || kind == 8) {
            flag = in.bool();
          } else {
            first = in.i32();
          }
        }
        case 2 -> {
          if (kind == 5) {
            second = in.i32();
          } else if (kind == 10) {
            flag = in.bool();
          } else {
            in.structField();
            while (in.nextField()) {
              unit =
                  switch (in.fieldId()) {
                    case 1 -> Unit.MILLIS;
                    case 2 -> Unit.MICROS;
                    case 3 -> Unit.NANOS;
                    default -> throw new CorruptData("an unknown time unit");
                  };
              in.skip();
            }
          }
        }
        default -> in.skip();
      }
    }
    return switch (kind) {
      case 5 -> new Logical.Decimal(second, first);
      case 7 -> new Logical.Time(unit);
      case 8 -> new Logical.Timestamp(unit, flag);
      default -> new Logical.Int(first, flag);
    };
  }

  private static SchemaNode node(
      List<Element> elements,
      int[] next,
      int parentDefinition,
      int parentRepetition,
      int depth,
      List<SchemaNode> leaves) {
    if (next[0] >= elements.size()) {
      throw new CorruptData("its schema tree is cut off");
    }
    if (depth > MAX_SCHEMA_DEPTH_LEVELS) {
      throw new CorruptData("its schema is deeper than " + MAX_SCHEMA_DEPTH_LEVELS + " levels");
    }
    Element element = elements.get(next[0]++);
    if (element.repetition < 0 || element.repetition > 2) {
      throw new CorruptData("column \"" + element.name + "\" has an unknown repetition");
    }
    Repetition repetition =
        depth == 0 ? Repetition.REQUIRED : Repetition.values()[element.repetition];
    int definition = parentDefinition + (repetition == Repetition.REQUIRED ? 0 : 1);
    int repeated = parentRepetition + (repetition == Repetition.REPEATED ? 1 : 0);
    boolean group = element.childCount > 0 || element.type < 0;
    if (!group) {
      if (element.type >= Physical.values().length) {
        throw new CorruptData("column \"" + element.name + "\" has an unknown type");
      }
      Physical physical = Physical.values()[element.type];
      if (physical == Physical.FIXED && (element.length <= 0 || element.length > 1 << 20)) {
        throw new CorruptData(
            "column \"" + element.name + "\" has values of " + element.length + " bytes");
      }
      SchemaNode leaf =
          new SchemaNode(
              element.name,
              element.fieldId,
              repetition,
              physical,
              element.length,
              meaning(element),
              definition,
              repeated,
              leaves.size(),
              List.of());
      leaves.add(leaf);
      return leaf;
    }
    if (element.childCount < 0 || element.childCount > elements.size()) {
      throw new CorruptData(
          "group \"" + element.name + "\" claims " + element.childCount + " fields");
    }
    List<SchemaNode> children = new ArrayList<>();
    for (int i = 0; i < element.childCount; i++) {
      children.add(node(elements, next, definition, repeated, depth + 1, leaves));
    }
    return new SchemaNode(
        element.name,
        element.fieldId,
        repetition,
        null,
        0,
        meaning(element),
        definition,
        repeated,
        -1,
        List.copyOf(children));
  }

  private static Logical meaning(Element element) {
    if (element.logical != null) {
      return element.logical;
    }
    return switch (element.converted) {
      case 0, 4, 19 -> new Logical.Text();
      case 1, 2 -> new Logical.MapOf();
      case 3 -> new Logical.ListOf();
      case 5 -> new Logical.Decimal(element.precision, element.scale);
      case 6 -> new Logical.Date();
      case 7 -> new Logical.Time(Unit.MILLIS);
      case 8 -> new Logical.Time(Unit.MICROS);
      case 9 -> new Logical.Timestamp(Unit.MILLIS, true);
      case 10 -> new Logical.Timestamp(Unit.MICROS, true);
      case 11, 12, 13, 14 -> new Logical.Int(8 << element.converted - 11, false);
      case 15, 16, 17, 18 -> new Logical.Int(8 << element.converted - 15, true);
      default -> new Logical.None();
    };
  }

  // ---- row groups

  private record RawRowGroup(long rows, List<RawChunk> chunks) {}

  private record RawChunk(
      int type,
      int codec,
      long values,
      long uncompressed,
      long compressed,
      long dataOffset,
      long dictionaryOffset,
      Footer.@Nullable Statistics statistics,
      long bloomOffset,
      Place columnIndex,
      Place offsetIndex) {

    RawChunk withIndex(Place bounds, Place pages) {
      return new RawChunk(
          type,
          codec,
          values,
          uncompressed,
          compressed,
          dataOffset,
          dictionaryOffset,
          statistics,
          bloomOffset,
          bounds,
          pages);
    }
  }

  private static RawRowGroup rowGroup(ThriftReader in) {
    long rows = 0;
    List<RawChunk> chunks = new ArrayList<>();
    in.beginStruct();
    while (in.nextField()) {
      switch (in.fieldId()) {
        case 1 -> {
          int count = in.list(ThriftReader.STRUCT);
          for (int i = 0; i < count; i++) {
            chunks.add(chunk(in));
          }
        }
        case 3 -> rows = in.i64();
        default -> in.skip();
      }
    }
    return new RawRowGroup(rows, chunks);
  }

  private static RawChunk chunk(ThriftReader in) {
    RawChunk chunk = null;
    long boundsOffset = 0;
    int boundsLength = 0;
    long pagesOffset = 0;
    int pagesLength = 0;
    in.beginStruct();
    while (in.nextField()) {
      switch (in.fieldId()) {
        case 1 -> {
          if (!in.string().isEmpty()) {
            throw new CorruptData("a column lies in another file");
          }
        }
        case 3 -> chunk = chunkMetadata(in);
        case 4 -> pagesOffset = in.i64();
        case 5 -> pagesLength = in.i32();
        case 6 -> boundsOffset = in.i64();
        case 7 -> boundsLength = in.i32();
        default -> in.skip();
      }
    }
    if (chunk == null) {
      throw new CorruptData("a column has no metadata (or they are encrypted)");
    }
    return chunk.withIndex(
        new Place(boundsOffset, boundsLength), new Place(pagesOffset, pagesLength));
  }

  private static RawChunk chunkMetadata(ThriftReader in) {
    int type = -1;
    int codec = 0;
    long values = -1;
    long uncompressed = -1;
    long compressed = -1;
    long data = -1;
    long dictionary = -1;
    long bloom = 0;
    Footer.Statistics statistics = null;
    in.structField();
    while (in.nextField()) {
      switch (in.fieldId()) {
        case 1 -> type = in.i32();
        case 4 -> codec = in.i32();
        case 5 -> values = in.i64();
        case 6 -> uncompressed = in.i64();
        case 7 -> compressed = in.i64();
        case 9 -> data = in.i64();
        case 11 -> dictionary = in.i64();
        case 12 -> statistics = statistics(in);
        case 14 -> bloom = in.i64();
        default -> in.skip();
      }
    }
    return new RawChunk(
        type,
        codec,
        values,
        uncompressed,
        compressed,
        data,
        dictionary,
        statistics,
        bloom,
        Place.NONE,
        Place.NONE);
  }

  private static Footer.Statistics statistics(ThriftReader in) {
    byte[] oldMax = null;
    byte[] oldMin = null;
    byte[] max = null;
    byte[] min = null;
    OptionalLong nulls = OptionalLong.empty();
    in.structField();
    while (in.nextField()) {
      switch (in.fieldId()) {
        case 1 -> oldMax = in.binary();
        case 2 -> oldMin = in.binary();
        case 3 -> nulls = OptionalLong.of(in.i64());
        case 5 -> max = in.binary();
        case 6 -> min = in.binary();
        default -> in.skip();
      }
    }
    boolean ordered = min != null || max != null;
    return new Footer.Statistics(ordered ? min : oldMin, ordered ? max : oldMax, nulls, ordered);
  }
}
