package io.bauplan.sql.session;

/// The authenticated caller. Every session carries one.
public record Principal(String name) {
  /// The user of a warehouse opened in this process.
  public static final Principal LOCAL = new Principal(System.getProperty("user.name", "local"));
}
