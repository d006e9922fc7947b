package io.bauplan.jdbc.wire;

/// A statement that the server has prepared.
///
/// @param handle the server's name for it
/// @param resultSchema the result's Arrow schema as an IPC message; empty for a statement without
///     rows
/// @param parameterSchema the parameters' Arrow schema as an IPC message; empty when there are none
public record PreparedHandle(byte[] handle, byte[] resultSchema, byte[] parameterSchema) {

  static PreparedHandle parse(byte[] any) {
    ProtoReader reader = new ProtoReader(FlightInfo.field(any, 2));
    byte[] handle = {};
    byte[] result = {};
    byte[] parameters = {};
    for (int field = reader.nextField(); field != 0; field = reader.nextField()) {
      switch (field) {
        case 1 -> handle = reader.bytes();
        case 2 -> result = reader.bytes();
        case 3 -> parameters = reader.bytes();
        default -> reader.skip();
      }
    }
    return new PreparedHandle(handle, result, parameters);
  }
}
