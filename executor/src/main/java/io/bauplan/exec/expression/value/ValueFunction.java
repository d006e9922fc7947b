package io.bauplan.exec.expression.value;

import org.jspecify.annotations.Nullable;

/// A function of single values, which are as [io.bauplan.sql.plan.Expression.Literal] holds them.
@FunctionalInterface
public interface ValueFunction {
  /// @param arguments valid until return
  @Nullable Object apply(@Nullable Object[] arguments);

  /// The same, NULL where an argument is.
  default ValueFunction strict() {
    return arguments -> {
      for (Object argument : arguments) {
        if (argument == null) {
          return null;
        }
      }
      return apply(arguments);
    };
  }
}
