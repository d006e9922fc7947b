package io.bauplan.sql.logical;

import java.util.List;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Join;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexVisitorImpl;
import org.jspecify.annotations.Nullable;

/// A region of joins that may be done in any order that its relations allow.
///
/// Relations are numbered; sets of them are bit masks. Columns of all relations are numbered
/// through: expressions here refer to those numbers. An [Attached] relation is the right side of a
/// semi-, anti-, left or mark join: it can be joined to anything that has the relations its
/// condition needs, since such a join commutes with every inner join that does not use its columns.
///
/// @param classes columns of inner-joined relations that are equal to each other
/// @param conditions that need several relations, other than equalities of columns
/// @param always conditions that need no relation
/// @param output what the region gives, by column number
record JoinGraph(
    List<Relation> relations,
    List<List<Integer>> classes,
    List<Condition> conditions,
    List<RexNode> always,
    List<Integer> output) {
  /// Relations of one region: the bits of a mask.
  static final int MAX_RELATIONS = 62;

  /// @param first number of its first column
  /// @param columns how many it has, the mark of a mark join included
  record Relation(int index, RelNode rel, int first, int columns, @Nullable Attached attached) {
    long mask() {
      return 1L << index;
    }

    boolean isInner() {
      return attached == null;
    }
  }

  /// @param join as it was written: its kind counts
  /// @param requires relations that must be there before
  /// @param on the condition, over column numbers
  record Attached(Join join, long requires, List<RexNode> on) {}

  /// @param mask the relations needed
  /// @param left of an equality of expressions the relations of one side, otherwise 0
  /// @param selectivity the share of rows that pass
  record Condition(RexNode node, long mask, long left, long right, double selectivity) {
    boolean isEquality() {
      return left != 0;
    }
  }

  Relation relationOf(int column) {
    for (Relation relation : relations) {
      if (column < relation.first() + relation.columns()) {
        return relation;
      }
    }
    throw new IllegalArgumentException("no column " + column);
  }

  /// The relations that an expression needs: those of its columns, and what has to be joined before
  /// them.
  long mask(RexNode node) {
    long[] mask = {0};
    node.accept(
        new RexVisitorImpl<Void>(true) {
          @Override
          public Void visitInputRef(RexInputRef ref) {
            mask[0] |= withRequired(relationOf(ref.getIndex()));
            return null;
          }
        });
    return mask[0];
  }

  private static long withRequired(Relation relation) {
    Attached attached = relation.attached();
    return relation.mask() | (attached == null ? 0 : attached.requires());
  }
}
