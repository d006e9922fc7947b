package io.bauplan.jdbc.shaded.avatica.proto;

import io.bauplan.jdbc.shaded.google.protobuf.Descriptors.Descriptor;

/// Stands where Avatica's generated messages would stand in the shaded jar.
public final class Common {
  private Common() {}

  /// The description of a prepared statement.
  public static final class Signature {
    private Signature() {}

    public static Descriptor getDescriptor() {
      return new Descriptor();
    }
  }

  /// The name of a statement.
  public static final class StatementHandle {
    private StatementHandle() {}

    public static Descriptor getDescriptor() {
      return new Descriptor();
    }
  }

  /// The description of a value in a row.
  public static final class ColumnValue {
    private ColumnValue() {}

    public static Descriptor getDescriptor() {
      return new Descriptor();
    }
  }

  /// The description of how rows are held.
  public static final class CursorFactory {
    private CursorFactory() {}

    public static Descriptor getDescriptor() {
      return new Descriptor();
    }
  }

  /// The description of a column.
  public static final class ColumnMetaData {
    private ColumnMetaData() {}

    public static Descriptor getDescriptor() {
      return new Descriptor();
    }
  }
}
