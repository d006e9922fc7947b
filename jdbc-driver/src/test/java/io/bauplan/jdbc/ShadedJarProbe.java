package io.bauplan.jdbc;

import java.lang.reflect.Method;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Statement;

/// A program that knows JDBC only; [ShadedJarIT] runs it with nothing but the shaded driver beside
/// it.
final class ShadedJarProbe {
  private ShadedJarProbe() {}

  public static void main(String[] arguments) throws Exception {
    try (Connection connection = DriverManager.getConnection(arguments[0]);
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE probe (a BIGINT, b VARCHAR, c DECIMAL(9,2))");
      try (PreparedStatement insert =
          connection.prepareStatement("INSERT INTO probe VALUES (?, ?, ?)")) {
        insert.setLong(1, 7);
        insert.setString(2, "seven");
        insert.setBigDecimal(3, new java.math.BigDecimal("7.70"));
        insert.addBatch();
        insert.executeBatch();
      }
      try (ResultSet rows = statement.executeQuery("SELECT *, [1, 2] AS d FROM probe")) {
        while (rows.next()) {
          System.out.println(
              rows.getLong("a")
                  + " "
                  + rows.getString(2)
                  + " "
                  + rows.getObject(3)
                  + " "
                  + rows.getArray("d")
                  + " "
                  + rows.getMetaData().getColumnTypeName(3));
        }
      }
      try (ResultSet rows = statement.executeQuery("SELECT i, 'v' || i FROM range(500000) t(i)")) {
        long sum = 0;
        while (rows.next()) {
          sum += rows.getLong(1) + rows.getString(2).length();
        }
        System.out.println(sum);
      }
      int answered = 0;
      DatabaseMetaData metaData = connection.getMetaData();
      for (Method method : DatabaseMetaData.class.getMethods()) {
        if (method.getParameterCount() == 0) {
          Object value = method.invoke(metaData);
          if (value instanceof ResultSet rows) {
            rows.close();
          }
          answered++;
        }
      }
      System.out.println(answered > 100);
    }
  }
}
