package io.bauplan.jdbc;

import io.bauplan.jdbc.arrow.ArrowField;
import io.bauplan.jdbc.arrow.ColumnText;
import io.bauplan.jdbc.arrow.Kind;
import io.bauplan.jdbc.wire.SqlErrors;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A list value. It is a copy and stays valid after its result set is closed.
final class BauplanArray implements Array {
  private final String elementType;
  private final int elementJdbcType;
  private final List<@Nullable Object> elements;

  BauplanArray(String elementType, List<@Nullable Object> elements) {
    this(elementType, JdbcType.ofName(elementType), elements);
  }

  BauplanArray(String elementType, int elementJdbcType, List<@Nullable Object> elements) {
    this.elementType = elementType;
    this.elementJdbcType = elementJdbcType;
    this.elements = elements;
  }

  @Override
  public String getBaseTypeName() {
    return elementType;
  }

  @Override
  public int getBaseType() {
    return elementJdbcType;
  }

  /// An `Object[]`; lists within the list are `Object[]` again.
  @Override
  public Object getArray() {
    return toArray(elements);
  }

  @Override
  public Object getArray(Map<String, Class<?>> map) {
    return getArray();
  }

  @Override
  public Object getArray(long index, int count) throws SQLException {
    return toArray(slice(index, count));
  }

  @Override
  public Object getArray(long index, int count, Map<String, Class<?>> map) throws SQLException {
    return getArray(index, count);
  }

  @Override
  public ResultSet getResultSet() throws SQLException {
    return rows(elements, 1);
  }

  @Override
  public ResultSet getResultSet(Map<String, Class<?>> map) throws SQLException {
    return getResultSet();
  }

  @Override
  public ResultSet getResultSet(long index, int count) throws SQLException {
    return rows(slice(index, count), index);
  }

  @Override
  public ResultSet getResultSet(long index, int count, Map<String, Class<?>> map)
      throws SQLException {
    return getResultSet(index, count);
  }

  @Override
  public void free() {
    // The elements are ordinary objects.
  }

  List<@Nullable Object> elements() {
    return elements;
  }

  private List<@Nullable Object> slice(long index, int count) throws SQLException {
    if (index < 1 || count < 0 || index - 1 + count > elements.size()) {
      throw SqlErrors.of(
          SqlErrors.INVALID_ARGUMENT, "the array has elements 1 to " + elements.size());
    }
    return elements.subList((int) index - 1, (int) index - 1 + count);
  }

  private static ResultSet rows(List<@Nullable Object> values, long firstIndex)
      throws SQLException {
    List<@Nullable Object[]> rows = new ArrayList<>(values.size());
    for (int i = 0; i < values.size(); i++) {
      Object value = values.get(i);
      rows.add(new @Nullable Object[] {firstIndex + i, value == null ? null : flat(value)});
    }
    Kind kind = Kind.UTF8;
    for (Object value : values) {
      if (value != null) {
        kind = kindOf(value);
        break;
      }
    }
    return BauplanResultSet.standalone(
        new MemoryRows(
            List.of(ArrowField.of("INDEX", Kind.INT64), ArrowField.of("VALUE", kind)), rows));
  }

  private static Kind kindOf(Object value) {
    if (value instanceof Long || value instanceof Integer) {
      return Kind.INT64;
    }
    return value instanceof Double || value instanceof Float ? Kind.FLOAT64 : Kind.UTF8;
  }

  private static Object flat(Object value) {
    return kindOf(value) == Kind.UTF8 ? ColumnText.render(value) : value;
  }

  private static @Nullable Object[] toArray(List<?> list) {
    @Nullable Object[] array = new @Nullable Object[list.size()];
    for (int i = 0; i < array.length; i++) {
      Object element = list.get(i);
      array[i] = element instanceof List<?> nested ? toArray(nested) : element;
    }
    return array;
  }

  @Override
  public String toString() {
    return ColumnText.render(elements);
  }
}
