package io.bauplan.udf.python;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.junit.jupiter.api.Test;

class OutcomeReaderTest {
  private static final ArrowType LONG = new ArrowType.Int(64, true);

  private static Field field(String name, ArrowType type, Field... children) {
    return new Field(name, FieldType.nullable(type), List.of(children));
  }

  private static Field list(Field element) {
    return field("c", ArrowType.List.INSTANCE, element);
  }

  @Test
  void theElementOfAListIsOfTheTypeThatWasDeclared() {
    Field longs = list(field("item", LONG));
    assertThat(OutcomeReader.sameType(list(field("element", LONG)), longs)).isTrue();
    assertThat(OutcomeReader.sameType(list(field("item", ArrowType.Utf8.INSTANCE)), longs))
        .isFalse();
    assertThat(OutcomeReader.sameType(list(longs), list(longs))).isTrue();
    assertThat(
            OutcomeReader.sameType(list(longs), list(list(field("item", ArrowType.Utf8.INSTANCE)))))
        .isFalse();
  }

  @Test
  void aRowHasTheFieldsThatWereDeclared() {
    Field row = field("c", ArrowType.Struct.INSTANCE, field("a", LONG), field("b", LONG));
    assertThat(OutcomeReader.sameType(row, row)).isTrue();
    assertThat(
            OutcomeReader.sameType(
                field("c", ArrowType.Struct.INSTANCE, field("b", LONG), field("a", LONG)), row))
        .isFalse();
    assertThat(OutcomeReader.sameType(field("c", ArrowType.Struct.INSTANCE, field("a", LONG)), row))
        .isFalse();
  }
}
