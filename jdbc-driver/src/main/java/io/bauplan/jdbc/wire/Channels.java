package io.bauplan.jdbc.wire;

import io.grpc.ChannelCredentials;
import io.grpc.Codec;
import io.grpc.DecompressorRegistry;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.TlsChannelCredentials;
import io.grpc.okhttp.OkHttpChannelBuilder;
import java.io.File;
import java.io.IOException;
import java.sql.SQLException;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Opens the transport.
public final class Channels {
  /// The default window of 64 KB costs four fifths of the throughput.
  private static final int FLOW_CONTROL_WINDOW_BYTES = 16 * 1024 * 1024;

  private static final int MAX_METADATA_BYTES = 64 * 1024;

  /// Held here because java.util.logging forgets loggers that nobody holds.
  private static final Logger TRANSPORT_LOG =
      Logger.getLogger(ManagedChannel.class.getPackageName());

  static {
    // A result closed early makes the transport report, as INFO, the rows that were on their way.
    if (TRANSPORT_LOG.getLevel() == null) {
      TRANSPORT_LOG.setLevel(Level.WARNING);
    }
  }

  private Channels() {}

  /// How the connection is protected.
  public enum Security {
    PLAINTEXT,
    TLS
  }

  /// @param rootCertificates a PEM file to trust instead of the system's authorities
  public static ManagedChannel open(
      String host, int port, Security security, @Nullable String rootCertificates)
      throws SQLException {
    return OkHttpChannelBuilder.forAddress(host, port, credentials(security, rootCertificates))
        .flowControlWindow(FLOW_CONTROL_WINDOW_BYTES)
        .maxInboundMessageSize(Integer.MAX_VALUE)
        .maxInboundMetadataSize(MAX_METADATA_BYTES)
        .decompressorRegistry(DecompressorRegistry.emptyInstance().with(Codec.Identity.NONE, false))
        .directExecutor()
        .userAgent("bauplan-jdbc")
        .build();
  }

  private static ChannelCredentials credentials(
      Security security, @Nullable String rootCertificates) throws SQLException {
    if (security == Security.PLAINTEXT) {
      return InsecureChannelCredentials.create();
    }
    TlsChannelCredentials.Builder builder = TlsChannelCredentials.newBuilder();
    if (rootCertificates != null) {
      try {
        builder.trustManager(new File(rootCertificates));
      } catch (IOException e) {
        throw SqlErrors.of(
            SqlErrors.CONNECTION_REFUSED,
            "cannot read tlsRootCerts '" + rootCertificates + "': " + e.getMessage(),
            e);
      }
    }
    return builder.build();
  }
}
