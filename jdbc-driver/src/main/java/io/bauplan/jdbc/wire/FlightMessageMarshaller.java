package io.bauplan.jdbc.wire;

import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/// Reads `FlightData` off the transport with one copy: the body goes from the transport's frames
/// straight into a pooled array.
final class FlightMessageMarshaller implements MethodDescriptor.Marshaller<FlightMessage> {
  private static final int DATA_HEADER = 2;
  private static final int DATA_BODY = 1000;
  private static final int MAX_HEADER_BYTES = 64 * 1024 * 1024;

  private final BufferPool pool;

  FlightMessageMarshaller(BufferPool pool) {
    this.pool = pool;
  }

  @Override
  public InputStream stream(FlightMessage value) {
    throw new UnsupportedOperationException("the driver does not send FlightData this way");
  }

  @Override
  public FlightMessage parse(InputStream stream) {
    byte[] header = FlightMessage.NO_BYTES;
    byte[] body = FlightMessage.NO_BYTES;
    int bodyLength = 0;
    try {
      for (int tag = readVarint(stream); tag >= 0; tag = readVarint(stream)) {
        int field = tag >>> 3;
        if ((tag & 7) != 2) {
          skipScalar(stream, tag & 7);
          continue;
        }
        int length = readVarint(stream);
        if (length < 0) {
          throw malformed("a FlightData field has no valid length");
        }
        if (field == DATA_HEADER) {
          if (length > MAX_HEADER_BYTES) {
            throw malformed("an Arrow message header of " + length + " bytes is too large");
          }
          header = stream.readNBytes(length);
          if (header.length < length) {
            throw new EOFException("a FlightData message is cut short");
          }
        } else if (field == DATA_BODY) {
          if (length > stream.available()) {
            throw new EOFException("a FlightData message is cut short");
          }
          body = pool.acquire(length);
          bodyLength = length;
          readFully(stream, body, length);
        } else {
          stream.skipNBytes(length);
        }
      }
    } catch (IOException e) {
      throw malformed(String.valueOf(e.getMessage()));
    }
    return new FlightMessage(header, body, bodyLength);
  }

  private static void readFully(InputStream stream, byte[] target, int length) throws IOException {
    int done = 0;
    while (done < length) {
      int count = stream.read(target, done, length - done);
      if (count < 0) {
        throw new EOFException("a FlightData message is cut short");
      }
      done += count;
    }
  }

  private static void skipScalar(InputStream stream, int wireType) throws IOException {
    switch (wireType) {
      case 0 -> {
        int b;
        do {
          b = stream.read();
        } while (b >= 0x80);
      }
      case 1 -> stream.skipNBytes(8);
      case 5 -> stream.skipNBytes(4);
      default -> throw malformed("unknown protobuf wire type " + wireType);
    }
  }

  /// A varint of at most 31 bits, or -1 at the end of the stream.
  private static int readVarint(InputStream stream) throws IOException {
    int b = stream.read();
    if (b < 0) {
      return -1;
    }
    int value = b & 0x7F;
    for (int shift = 7; b >= 0x80; shift += 7) {
      b = stream.read();
      if (b < 0 || shift > 28 || shift == 28 && b > 7) {
        throw malformed("a FlightData length is out of range");
      }
      value |= (b & 0x7F) << shift;
    }
    return value;
  }

  private static RuntimeException malformed(String message) {
    return Status.INTERNAL.withDescription("malformed answer: " + message).asRuntimeException();
  }
}
