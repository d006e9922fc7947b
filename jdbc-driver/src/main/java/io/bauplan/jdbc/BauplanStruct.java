package io.bauplan.jdbc;

import io.bauplan.jdbc.arrow.ColumnText;
import java.sql.Struct;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A struct value with its members in order. It is a copy and stays valid after its result set is
/// closed.
final class BauplanStruct implements Struct {
  private final String typeName;
  private final Map<String, @Nullable Object> members;

  BauplanStruct(String typeName, Map<String, @Nullable Object> members) {
    this.typeName = typeName;
    this.members = members;
  }

  BauplanStruct(String typeName, List<@Nullable Object> attributes) {
    this.typeName = typeName;
    this.members = new LinkedHashMap<>();
    for (Object attribute : attributes) {
      members.put("f" + members.size(), attribute);
    }
  }

  @Override
  public String getSQLTypeName() {
    return typeName;
  }

  @Override
  public @Nullable Object[] getAttributes() {
    List<@Nullable Object> values = new ArrayList<>(members.values());
    return values.toArray();
  }

  @Override
  public @Nullable Object[] getAttributes(Map<String, Class<?>> map) {
    return getAttributes();
  }

  Map<String, @Nullable Object> members() {
    return members;
  }

  @Override
  public String toString() {
    return ColumnText.render(members);
  }
}
