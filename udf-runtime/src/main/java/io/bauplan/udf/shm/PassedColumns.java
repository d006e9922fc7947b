package io.bauplan.udf.shm;

import static io.bauplan.udf.shm.IpcFile.require;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;

/// Columns of a result that a function names instead of copying them: rows of a column that it was
/// given. The names come from an untrusted hand; memory comes from what the engine gave, by its own
/// layout, and never by an address.
///
/// In the result's file such a column has the type null, and each of the file's batches is one
/// piece of it.
///
/// @param given the tables of the arguments, by their place among them
/// @param pieces of the columns that are passed, by their place in the result; one per batch
public record PassedColumns(Map<Integer, SegmentTable> given, Map<Integer, List<Piece>> pieces) {

  /// Rows of a column of a batch of an argument, from one on; how many the result's batch says.
  public record Piece(int argument, int batch, int column, long from) {}

  /// The whole result. Owns `made` from now on, whether or not this succeeds.
  public ComposedTable compose(MappedTable made, SharedMemory memory)
      throws MalformedTableException {
    List<SegmentTable.Batch> batches = new ArrayList<>();
    try (made;
        SegmentTable all = made.columns()) {
      for (List<Piece> of : pieces.values()) {
        require(of.size() == all.batches().size(), "it passes a column in part");
      }
      Schema schema = new Schema(fields(made.schema().getFields()));
      long passed = 0;
      for (int b = 0; b < all.batches().size(); b++) {
        SegmentTable.Batch batch = all.batches().get(b);
        List<SegmentColumn> columns = new ArrayList<>();
        batches.add(new SegmentTable.Batch(batch.rows(), List.of()));
        try {
          for (int c = 0; c < batch.columns().size(); c++) {
            List<Piece> of = pieces.get(c);
            if (of == null) {
              columns.add(batch.columns().get(c).retain());
            } else {
              Field field = schema.getFields().get(c);
              SegmentColumn part = column(of.get(b)).slice(field, of.get(b).from(), batch.rows());
              columns.add(part);
              require(
                  field.isNullable() || part.nodes()[0][1] == 0,
                  "column '%s' has nulls".formatted(field.getName()));
              passed += part.valueBytes();
            }
          }
        } finally {
          batches.set(b, new SegmentTable.Batch(batch.rows(), columns));
        }
      }
      return new ComposedTable(new SegmentTable(schema, batches, 0), passed, memory);
    } catch (MalformedTableException | RuntimeException e) {
      batches.forEach(SegmentTable.Batch::close);
      throw e;
    }
  }

  /// The result's fields, with the types of what is passed; checks that every piece is there.
  private List<Field> fields(List<Field> made) throws MalformedTableException {
    List<Field> fields = new ArrayList<>(made);
    for (Map.Entry<Integer, List<Piece>> entry : pieces.entrySet()) {
      int place = entry.getKey();
      require(place >= 0 && place < made.size(), "it passes a column that it does not have");
      Field name = made.get(place);
      require(
          name.getType() instanceof ArrowType.Null,
          "column '%s' is both passed and there".formatted(name.getName()));
      require(!entry.getValue().isEmpty(), "column '%s' has no rows".formatted(name.getName()));
      Field first = column(entry.getValue().getFirst()).field();
      for (Piece piece : entry.getValue()) {
        Field field = column(piece).field();
        require(
            field.getType().equals(first.getType())
                && field.getChildren().equals(first.getChildren()),
            "column '%s' has several types".formatted(name.getName()));
      }
      fields.set(
          place,
          new Field(
              name.getName(),
              new FieldType(name.isNullable(), first.getType(), null),
              first.getChildren()));
    }
    return fields;
  }

  private SegmentColumn column(Piece piece) throws MalformedTableException {
    SegmentTable table = given.get(piece.argument());
    if (table == null) {
      throw new MalformedTableException("it passes a table that it was not given");
    }
    require(
        piece.batch() >= 0
            && piece.batch() < table.batches().size()
            && piece.column() >= 0
            && piece.column() < table.schema().getFields().size(),
        "it passes a column that it was not given");
    return table.batches().get(piece.batch()).columns().get(piece.column());
  }
}
