package io.bauplan.exec.cache;

/// Names one decoded column of one row group.
///
/// @param file location of the data file
/// @param version what changes when the file's content does: empty for files of tables, which never
///     change; for others their length and modification time or ETag
/// @param firstRow position in the file of the row group's first row
/// @param column field id or name, with the type that it is read as
public record ColumnKey(String file, String version, long firstRow, String column) {}
