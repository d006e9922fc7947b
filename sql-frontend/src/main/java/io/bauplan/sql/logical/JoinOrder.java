package io.bauplan.sql.logical;

import org.apache.calcite.rel.RelNode;
import org.apache.calcite.tools.RelBuilder;

final class JoinOrder {
  private JoinOrder() {}

  static RelNode order(RelNode rel, RelBuilder builder) {
    return rel;
  }
}
