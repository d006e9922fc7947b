package io.bauplan.jdbc.wire;

import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/// The gRPC methods of `arrow.flight.protocol.FlightService` that the driver calls. Messages are
/// plain byte arrays.
final class FlightMethods {
  private static final String SERVICE = "arrow.flight.protocol.FlightService";

  static final MethodDescriptor<byte[], byte[]> HANDSHAKE =
      method("Handshake", MethodType.BIDI_STREAMING, new BytesMarshaller());
  static final MethodDescriptor<byte[], byte[]> GET_FLIGHT_INFO =
      method("GetFlightInfo", MethodType.UNARY, new BytesMarshaller());
  static final MethodDescriptor<byte[], byte[]> DO_PUT =
      method("DoPut", MethodType.BIDI_STREAMING, new BytesMarshaller());
  static final MethodDescriptor<byte[], byte[]> DO_ACTION =
      method("DoAction", MethodType.SERVER_STREAMING, new BytesMarshaller());

  private FlightMethods() {}

  static MethodDescriptor<byte[], FlightMessage> doGet(BufferPool pool) {
    return method("DoGet", MethodType.SERVER_STREAMING, new FlightMessageMarshaller(pool));
  }

  private static <T> MethodDescriptor<byte[], T> method(
      String name, MethodType type, MethodDescriptor.Marshaller<T> response) {
    return MethodDescriptor.<byte[], T>newBuilder()
        .setType(type)
        .setFullMethodName(MethodDescriptor.generateFullMethodName(SERVICE, name))
        .setRequestMarshaller(new BytesMarshaller())
        .setResponseMarshaller(response)
        .build();
  }

  private static final class BytesMarshaller implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] value) {
      return new ByteArrayInputStream(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        return stream.readAllBytes();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
