package io.bauplan.sql.error;

/// Who can do something about an error.
public enum ErrorType {
  /// The statement, project or function is wrong: its author mends it.
  USER,
  /// A limit of memory, disk, time or sessions was reached.
  RESOURCE,
  /// Something outside the engine failed: object store, catalog server, package index.
  EXTERNAL,
  /// A bug of ours.
  INTERNAL
}
