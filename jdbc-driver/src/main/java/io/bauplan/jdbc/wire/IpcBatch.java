package io.bauplan.jdbc.wire;

/// A record batch in Arrow IPC form, as the driver sends or makes it.
///
/// @param schemaHeader the schema message (a flatbuffer without prefix)
/// @param batch the record batch
public record IpcBatch(byte[] schemaHeader, Part batch) {

  /// One IPC message.
  ///
  /// @param header the message flatbuffer, without prefix
  /// @param body the buffers, each padded to eight bytes
  public record Part(byte[] header, byte[] body) {}
}
