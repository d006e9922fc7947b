package io.bauplan.jdbc;

import java.lang.reflect.Proxy;
import org.apache.calcite.avatica.ConnectionConfig;

/// The three settings of Avatica's `ConnectionConfig` that its skeleton reads. The others belong to
/// Avatica's own remote protocol, and reading them would load its HTTP client.
final class SkeletonConfig {
  static final ConnectionConfig INSTANCE =
      (ConnectionConfig)
          Proxy.newProxyInstance(
              ConnectionConfig.class.getClassLoader(),
              new Class<?>[] {ConnectionConfig.class},
              (proxy, method, arguments) ->
                  switch (method.getName()) {
                    case "fetchSize" -> 0;
                    case "transparentReconnectionEnabled" -> false;
                    case "timeZone" -> null;
                    default ->
                        throw new IllegalStateException(
                            "the driver has no setting " + method.getName());
                  });

  private SkeletonConfig() {}
}
