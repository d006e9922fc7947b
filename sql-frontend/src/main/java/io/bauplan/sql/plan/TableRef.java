package io.bauplan.sql.plan;

import java.util.List;
import java.util.stream.Collectors;

/// A table's full name: namespace levels, then the name.
public record TableRef(List<String> namespace, String name) {
  public TableRef {
    namespace = List.copyOf(namespace);
  }

  public String dotted() {
    return namespace.isEmpty()
        ? name
        : namespace.stream().collect(Collectors.joining(".", "", "." + name));
  }

  @Override
  public String toString() {
    return dotted();
  }
}
