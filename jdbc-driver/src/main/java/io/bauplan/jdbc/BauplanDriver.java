package io.bauplan.jdbc;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.DriverPropertyInfo;
import java.sql.SQLException;
import java.util.Properties;
import java.util.logging.Logger;
import org.apache.calcite.avatica.AvaticaConnection;
import org.apache.calcite.avatica.AvaticaFactory;
import org.apache.calcite.avatica.DriverVersion;
import org.apache.calcite.avatica.Meta;
import org.apache.calcite.avatica.UnregisteredDriver;
import org.jspecify.annotations.Nullable;

/// The entry of the driver; it registers itself when loaded.
///
/// URLs: `jdbc:bauplan://host:port/namespace?ref=branch&token=...` for a server and
/// `jdbc:bauplan:/path/to/warehouse?ref=branch` for a local warehouse, whose engine is attached to
/// when it runs and started in this process when the server's jar is on the class path.
public final class BauplanDriver extends UnregisteredDriver {
  static final int MAJOR_VERSION = 0;
  static final int MINOR_VERSION = 1;
  static final String NAME = "Bauplan JDBC Driver";
  static final String VERSION = MAJOR_VERSION + "." + MINOR_VERSION;

  static {
    try {
      DriverManager.registerDriver(new BauplanDriver());
    } catch (SQLException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  @Override
  protected AvaticaFactory createFactory() {
    return new DriverFactory();
  }

  @Override
  protected DriverVersion createDriverVersion() {
    return new DriverVersion(
        NAME, VERSION, "Bauplan", VERSION, false, MAJOR_VERSION, MINOR_VERSION, 0, 1);
  }

  @Override
  protected String getConnectStringPrefix() {
    return ConnectionSpec.PREFIX;
  }

  @Override
  public Meta createMeta(AvaticaConnection connection) {
    return SessionMeta.create(connection.id);
  }

  @Override
  public boolean acceptsURL(@Nullable String url) throws SQLException {
    return url != null && url.startsWith(ConnectionSpec.PREFIX);
  }

  @Override
  public @Nullable Connection connect(String url, @Nullable Properties info) throws SQLException {
    if (!acceptsURL(url)) {
      return null;
    }
    return factory.newConnection(this, factory, url, info == null ? new Properties() : info);
  }

  @Override
  public DriverPropertyInfo[] getPropertyInfo(String url, @Nullable Properties info)
      throws SQLException {
    Properties given = info == null ? new Properties() : info;
    Properties current = acceptsURL(url) ? ConnectionSpec.parse(url, given).properties() : given;
    DriverProperty[] known = DriverProperty.values();
    DriverPropertyInfo[] result = new DriverPropertyInfo[known.length];
    for (int i = 0; i < known.length; i++) {
      result[i] = known[i].info(current);
    }
    return result;
  }

  @Override
  public Logger getParentLogger() {
    return Logger.getLogger("io.bauplan.jdbc");
  }
}
