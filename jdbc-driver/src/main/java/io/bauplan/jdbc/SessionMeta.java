package io.bauplan.jdbc;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.calcite.avatica.Meta;
import org.jspecify.annotations.Nullable;

/// What is left of Avatica's `Meta` in this driver: handing out statement handles.
///
/// Statements and metadata talk to the server themselves, because `Meta` speaks of frames of row
/// objects and of unchecked errors, where the driver has Arrow batches and SQLSTATEs. `Meta` has
/// some fifty methods; a proxy states the four that the skeleton still calls.
final class SessionMeta implements InvocationHandler {
  private final String connectionId;
  private final AtomicInteger statements = new AtomicInteger();

  private SessionMeta(String connectionId) {
    this.connectionId = connectionId;
  }

  static Meta create(String connectionId) {
    return (Meta)
        Proxy.newProxyInstance(
            Meta.class.getClassLoader(),
            new Class<?>[] {Meta.class},
            new SessionMeta(connectionId));
  }

  @Override
  public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) {
    return switch (method.getName()) {
      case "createStatement" ->
          new Meta.StatementHandle(connectionId, statements.incrementAndGet(), null);
      case "closeStatement", "closeConnection" -> null;
      case "hashCode" -> System.identityHashCode(proxy);
      case "equals" -> arguments != null && proxy == arguments[0];
      case "toString" -> "Bauplan session " + connectionId;
      default ->
          throw new IllegalStateException(
              "the driver does not route " + method.getName() + " here");
    };
  }
}
