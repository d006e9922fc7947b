package io.bauplan.sql.catalog.iceberg;

import java.net.URI;
import java.util.Map;
import org.apache.iceberg.aws.s3.S3FileIOAwsClientFactory;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

/// S3 clients from the ordinary AWS configuration: credentials, region and endpoint as the AWS CLI
/// finds them (`AWS_*` variables, `~/.aws`, the instance's role).
///
/// Iceberg makes one by reflection, under the name in its `s3.client-factory-impl`: its own factory
/// wants the SDK's KMS module.
public final class S3Clients implements S3FileIOAwsClientFactory {
  private static final long serialVersionUID = 1L;

  /// For Iceberg; everybody else calls [#create].
  public S3Clients() {}

  /// A new client; the caller closes it. With an endpoint of its own (`AWS_ENDPOINT_URL[_S3]`)
  /// buckets are addressed by path, as MinIO, Ceph and their kin want it.
  public static S3Client create() {
    S3ClientBuilder builder =
        S3Client.builder().httpClientBuilder(UrlConnectionHttpClient.builder()).region(region());
    String endpoint = setting("aws.endpointUrlS3", "AWS_ENDPOINT_URL_S3");
    if (endpoint == null) {
      endpoint = setting("aws.endpointUrl", "AWS_ENDPOINT_URL");
    }
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
