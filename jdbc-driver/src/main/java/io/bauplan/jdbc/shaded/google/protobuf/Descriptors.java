package io.bauplan.jdbc.shaded.google.protobuf;

import org.jspecify.annotations.Nullable;

/// Stands where the protobuf runtime would stand in the shaded jar, see the package's
/// documentation.
public final class Descriptors {
  private Descriptors() {}

  /// The description of a message. It describes nothing.
  public static final class Descriptor {
    /// What Avatica's static initializers ask for and only its wire protocol would use.
    public @Nullable FieldDescriptor findFieldByNumber(int number) {
      return null;
    }
  }

  /// The description of a message's field.
  public static final class FieldDescriptor {
    private FieldDescriptor() {}
  }
}
