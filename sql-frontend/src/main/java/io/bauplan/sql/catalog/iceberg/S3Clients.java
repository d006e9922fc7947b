package io.bauplan.sql.catalog.iceberg;

import java.net.URI;
import java.time.Duration;
import java.util.Map;
import org.apache.iceberg.aws.s3.S3FileIOAwsClientFactory;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

/// S3 clients from the ordinary AWS configuration: credentials, region and endpoint as the AWS CLI
/// finds them (`AWS_*` variables, `~/.aws`, the instance's role).
///
/// Connections are kept and used again. A request that fails for no fault of ours is made again
/// after a growing pause, within a budget that all requests of the client share.
///
/// Iceberg makes one by reflection, under the name in its `s3.client-factory-impl`: its own factory
/// wants the SDK's KMS module.
public final class S3Clients implements S3FileIOAwsClientFactory {
  private static final long serialVersionUID = 1L;

  /// More than a query keeps busy, so that statements beside a large scan get theirs at once.
  private static final int MAX_CONNECTIONS = 64;

  private static final int MAX_ATTEMPTS = 8;
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

  /// Without a byte for this long a request has failed.
  private static final Duration SILENCE_TIMEOUT = Duration.ofSeconds(20);

  private static final Duration CONNECTION_WAIT = Duration.ofMinutes(2);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
  private static final Duration FIRST_THROTTLED_PAUSE = Duration.ofMillis(200);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

  /// For Iceberg; everybody else calls [#create].
  public S3Clients() {}

  /// A new client; the caller closes it. With an endpoint of its own (`AWS_ENDPOINT_URL[_S3]`)
  /// buckets are addressed by path, as MinIO, Ceph and their kin want it.
  public static S3Client create() {
    return create(SILENCE_TIMEOUT);
  }

  /// @param silence after which an answer is no longer waited for
  public static S3Client create(Duration silence) {
    String endpoint = setting("aws.endpointUrlS3", "AWS_ENDPOINT_URL_S3");
    if (endpoint == null) {
      endpoint = setting("aws.endpointUrl", "AWS_ENDPOINT_URL");
    }
    S3ClientBuilder builder =
        S3Client.builder()
            .httpClientBuilder(
                Apache5HttpClient.builder()
                    .maxConnections(MAX_CONNECTIONS)
                    .connectionTimeout(CONNECT_TIMEOUT)
                    .connectionAcquisitionTimeout(CONNECTION_WAIT)
                    .socketTimeout(silence)
                    .tcpKeepAlive(true))
            .overrideConfiguration(
                configuration ->
                    configuration.retryStrategy(
                        AwsRetryStrategy.standardRetryStrategy().toBuilder()
                            .maxAttempts(MAX_ATTEMPTS)
                            .backoffStrategy(
                                BackoffStrategy.exponentialDelay(FIRST_PAUSE, LONGEST_PAUSE))
                            .throttlingBackoffStrategy(
                                BackoffStrategy.exponentialDelay(
                                    FIRST_THROTTLED_PAUSE, LONGEST_PAUSE))
                            .build()))
            .region(region())
            .crossRegionAccessEnabled(endpoint == null);
    if (endpoint != null) {
      builder.endpointOverride(URI.create(endpoint)).forcePathStyle(true);
    }
    return builder.build();
  }

  private static Region region() {
    try {
      Region found = DefaultAwsRegionProviderChain.builder().build().getRegion();
      return found == null ? Region.US_EAST_1 : found;
    } catch (SdkClientException e) {
      // Other stores than AWS do not care, and AWS answers with the bucket's region.
      return Region.US_EAST_1;
    }
  }

  private static @Nullable String setting(String property, String variable) {
    String value = System.getProperty(property, System.getenv(variable));
    return value == null || value.isBlank() ? null : value;
  }

  @Override
  public void initialize(Map<String, String> properties) {
    // Everything comes from the AWS configuration.
  }

  @Override
  public S3Client s3() {
    return create();
  }

  @Override
  public S3AsyncClient s3Async() {
    throw new UnsupportedOperationException("only Iceberg's analytics accelerator asks for this");
  }
}
