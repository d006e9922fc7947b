package io.bauplan.jdbc.wire;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// What the server says about a statement before it sends rows.
///
/// @param schema the result's Arrow schema as an encapsulated IPC message; may be empty
/// @param tickets one ticket for each part of the result, in order
/// @param appMetadata the server's own remark; ours says `query` or `update`
public record FlightInfo(byte[] schema, List<byte[]> tickets, byte[] appMetadata) {

  /// Whether the server has marked the statement as one that changes data or definitions.
  public boolean isUpdate() {
    return "update".equals(new String(appMetadata, StandardCharsets.UTF_8));
  }

  static FlightInfo parse(byte[] message) {
    ProtoReader reader = new ProtoReader(message);
    byte[] schema = {};
    byte[] appMetadata = {};
    List<byte[]> tickets = new ArrayList<>();
    for (int field = reader.nextField(); field != 0; field = reader.nextField()) {
      switch (field) {
        case 1 -> schema = reader.bytes();
        case 3 -> tickets.add(field(field(reader.bytes(), 1), 1));
        case 7 -> appMetadata = reader.bytes();
        default -> reader.skip();
      }
    }
    return new FlightInfo(schema, tickets, appMetadata);
  }

  /// The bytes of one length-delimited field; empty when the message has none.
  static byte[] field(byte[] message, int wanted) {
    ProtoReader reader = new ProtoReader(message);
    byte[] value = {};
    for (int field = reader.nextField(); field != 0; field = reader.nextField()) {
      if (field == wanted) {
        value = reader.bytes();
      } else {
        reader.skip();
      }
    }
    return value;
  }

  /// The value of one varint field; 0 when the message has none.
  static long number(byte[] message, int wanted) {
    ProtoReader reader = new ProtoReader(message);
    long value = 0;
    for (int field = reader.nextField(); field != 0; field = reader.nextField()) {
      if (field == wanted) {
        value = reader.varint();
      } else {
        reader.skip();
      }
    }
    return value;
  }
}
