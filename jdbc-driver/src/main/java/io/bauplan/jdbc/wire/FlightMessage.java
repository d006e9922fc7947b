package io.bauplan.jdbc.wire;

/// One message of a result stream.
///
/// @param header the Arrow IPC message (a flatbuffer); empty for a message that only carries
///     metadata
/// @param body the batch's buffers; a pooled array that may be longer than the content
/// @param bodyLength the bytes of `body` that belong to the message
public record FlightMessage(byte[] header, byte[] body, int bodyLength) {
  static final byte[] NO_BYTES = {};
}
