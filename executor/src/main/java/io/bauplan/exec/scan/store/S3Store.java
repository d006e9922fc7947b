package io.bauplan.exec.scan.store;

import io.bauplan.exec.memory.Memory;
import io.bauplan.sql.catalog.iceberg.S3Clients;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.S3Object;

/// `s3://bucket/key` by the AWS SDK. Endpoint, region and credentials come from the ordinary AWS
/// configuration (environment, system properties, profile files, container and instance roles); a
/// custom endpoint is spoken to in path style.
public final class S3Store implements ObjectStore {
  private static final int READ_BYTES = 8 << 20;
  private static final int COPY_BYTES = 1 << 16;
  private static final int PRECONDITION_FAILED = 412;
  private static final int SERVER_ERROR = 500;

  private final S3Client client;
  private final FetchPool fetches = new FetchPool();

  /// Takes ownership of the client.
  public S3Store(S3Client client) {
    this.client = client;
  }

  static S3Store fromEnvironment() {
    return new S3Store(S3Clients.create());
  }

  record Address(String bucket, String key) {
    static Address of(String location) {
      String rest = location.substring(location.indexOf("://") + 3);
      int slash = rest.indexOf('/');
      if (slash <= 0) {
        if (slash == 0 || rest.isEmpty()) {
          throw new EngineException(
              ErrorCode.INVALID_ARGUMENT, "\"" + location + "\" names no bucket");
        }
        return new Address(rest, "");
      }
      return new Address(rest.substring(0, slash), rest.substring(slash + 1));
    }
  }

  @Override
  public FileInfo info(String location) {
    Address address = Address.of(location);
    HeadObjectResponse head =
        call(location, () -> client.headObject(b -> b.bucket(address.bucket).key(address.key)));
    return new FileInfo(location, head.contentLength(), String.valueOf(head.eTag()));
  }

  @Override
  public List<FileInfo> list(String location) {
    Address address = Address.of(location);
    boolean glob = Glob.isGlob(address.key);
    if (!glob && !address.key.isEmpty() && !address.key.endsWith("/")) {
      try {
        return List.of(info(location));
      } catch (EngineException e) {
        if (e.code() != ErrorCode.FILE_NOT_FOUND) {
          throw e;
        }
      }
    }
    String prefix =
        glob
            ? Glob.fixedPrefix(address.key)
            : address.key.isEmpty() || address.key.endsWith("/") ? address.key : address.key + "/";
    Pattern pattern = glob ? Glob.pattern(address.key) : null;
    String scheme = location.substring(0, location.indexOf("://") + 3);
    List<FileInfo> found = new ArrayList<>();
    String token = null;
    do {
      ListObjectsV2Request request =
          ListObjectsV2Request.builder()
              .bucket(address.bucket)
              .prefix(prefix)
              .continuationToken(token)
              .build();
      ListObjectsV2Response page = call(location, () -> client.listObjectsV2(request));
      for (S3Object object : page.contents()) {
        String key = object.key();
        boolean wanted =
            pattern == null
                ? visible(key.substring(prefix.length()))
                : pattern.matcher(key).matches();
        if (wanted && !key.endsWith("/")) {
          found.add(
              new FileInfo(
                  scheme + address.bucket + "/" + key,
                  object.size(),
                  String.valueOf(object.eTag())));
        }
      }
      if (found.size() > LocalStore.MAX_FILES) {
        throw new EngineException(
            ErrorCode.TOO_MANY,
            "\"" + location + "\" holds more than " + LocalStore.MAX_FILES + " files");
      }
      token = Boolean.TRUE.equals(page.isTruncated()) ? page.nextContinuationToken() : null;
    } while (token != null);
    if (found.isEmpty()) {
      throw new EngineException(
          ErrorCode.FILE_NOT_FOUND,
          glob ? "no file matches \"" + location + "\"" : "\"" + location + "\" does not exist");
    }
    found.sort(Comparator.comparing(FileInfo::location));
    return found;
  }

  private static boolean visible(String relative) {
    for (String part : relative.split("/", -1)) {
      if (part.startsWith(".") || part.startsWith("_")) {
        return false;
      }
    }
    return true;
  }

  @Override
  public RangeReader open(String location) {
    FileInfo info = info(location);
    return new Reader(client, location, Address.of(location), info.sizeBytes(), info.version());
  }

  @Override
  public RangeReader open(String location, long sizeBytes) {
    return new Reader(client, location, Address.of(location), sizeBytes, "");
  }

  @Override
  public RangeReader open(FileInfo file) {
    return new Reader(
        client, file.location(), Address.of(file.location()), file.sizeBytes(), file.version());
  }

  @Override
  public Optional<FetchPool> fetches(String location) {
    return Optional.of(fetches);
  }

  @Override
  public boolean remote(String location) {
    return true;
  }

  @Override
  public FileSink create(String location) {
    return S3Sink.open(client, fetches, location);
  }

  @Override
  public void delete(String location) {
    Address address = Address.of(location);
    call(location, () -> client.deleteObject(b -> b.bucket(address.bucket).key(address.key)));
  }

  @Override
  public void close() {
    client.close();
    fetches.close();
  }

  static <T> T call(String location, Supplier<T> request) {
    try {
      return request.get();
    } catch (SdkException e) {
      throw failure(location, e);
    }
  }

  private static EngineException failure(String location, SdkException e) {
    if (e instanceof AwsServiceException service) {
      String code =
          service.awsErrorDetails() == null
              ? ""
              : String.valueOf(service.awsErrorDetails().errorCode());
      if (code.equals("NoSuchBucket")) {
        return new EngineException(
            ErrorCode.OBJECT_STORE_ERROR,
            "the bucket of \"" + location + "\" does not exist",
            null,
            "check the bucket's name, and the endpoint and region of the AWS configuration",
            e);
      }
      if (service.statusCode() == 404) {
        return new EngineException(
            ErrorCode.FILE_NOT_FOUND,
            "\"" + location + "\" does not exist",
            null,
            "check the address; a table's file that somebody deleted must be restored, or the table"
                + " read at another commit",
            e);
      }
      if (service.statusCode() == PRECONDITION_FAILED) {
        return new EngineException(
            ErrorCode.OBJECT_STORE_ERROR,
            "\"" + location + "\" was replaced while it was read",
            null,
            "run the query again; write new files instead of replacing those that are read",
            e);
      }
      if (service.statusCode() == 401 || service.statusCode() == 403) {
        return new EngineException(
            ErrorCode.OBJECT_STORE_ERROR,
            "S3 refuses access to \""
                + location
                + "\" (HTTP "
                + service.statusCode()
                + " "
                + code
                + ")",
            null,
            "check the AWS credentials and what they permit",
            e);
      }
      return new EngineException(
          ErrorCode.OBJECT_STORE_ERROR,
          "S3 failed on \"" + location + "\" (HTTP " + service.statusCode() + " " + code + ")",
          null,
          service.statusCode() >= SERVER_ERROR
              ? "it was asked several times: the store is overloaded or out of order, try again"
                  + " later"
              : "check the address, and the endpoint and region of the AWS configuration",
          e);
    }
    String message = String.valueOf(e.getMessage());
    if (message.toLowerCase(Locale.ROOT).contains("credentials")) {
      return new EngineException(
          ErrorCode.OBJECT_STORE_ERROR,
          "no AWS credentials to read \"" + location + "\"",
          null,
          "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE",
          e);
    }
    return new EngineException(
        ErrorCode.OBJECT_STORE_ERROR,
        "S3 cannot be reached for \"" + location + "\": " + message,
        null,
        "check AWS_ENDPOINT_URL and the network",
        e);
  }

  private record Reader(
      S3Client client, String location, Address address, long sizeBytes, String version)
      implements RangeReader {
    /// Times a range is asked for again when its body breaks off; the SDK retries failed requests
    /// itself.
    private static final int MAX_BODY_RETRIES = 6;

    private static final long FIRST_PAUSE_MILLIS = 50;

    @Override
    public int preferredReadBytes() {
      return READ_BYTES;
    }

    @Override
    public void read(long offset, long target, int length) {
      read(offset, target, length, bytes -> {});
    }

    @Override
    public void read(long offset, long target, int length, IntConsumer arrived) {
      if (offset < 0 || length < 0 || offset > sizeBytes - length) {
        throw new EngineException(
            ErrorCode.MALFORMED_FILE,
            "\""
                + location
                + "\" ends at byte "
                + sizeBytes
                + ", before "
                + offset
                + " + "
                + length);
      }
      if (length == 0) {
        return;
      }
      int done = 0;
      int failures = 0;
      while (done < length) {
        IOException broken = null;
        int count = 0;
        int before = done;
        try {
          count =
              readOnce(
                  offset + done,
                  target + done,
                  length - done,
                  bytes -> arrived.accept(before + bytes));
        } catch (BrokenBody e) {
          count = e.bytes;
          broken = e;
        }
        done += count;
        if (done == length) {
          return;
        }
        // What came stays: the next attempt asks for the rest.
        failures++;
        if (failures > MAX_BODY_RETRIES) {
          throw new EngineException(
              ErrorCode.OBJECT_STORE_ERROR,
              "S3 broke off the answer for \"" + location + "\" " + failures + " times",
              null,
              "try again later; check the network and the store's health if it persists",
              broken);
        }
        pause(FIRST_PAUSE_MILLIS << Math.min(failures, 6));
      }
    }

    private void pause(long millis) {
      try {
        Thread.sleep(millis);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new EngineException(
            ErrorCode.OBJECT_STORE_ERROR, "interrupted while reading \"" + location + "\"", e);
      }
    }

    /// An answer that broke off.
    private static final class BrokenBody extends IOException {
      private static final long serialVersionUID = 1L;
      private final int bytes;

      BrokenBody(int bytes, IOException cause) {
        super(cause);
        this.bytes = bytes;
      }
    }

    private int readOnce(long offset, long target, int length, IntConsumer arrived)
        throws BrokenBody {
      byte[] buffer = new byte[COPY_BYTES];
      String range = "bytes=" + offset + "-" + (offset + length - 1);
      ResponseInputStream<GetObjectResponse> body =
          call(
              location,
              () ->
                  client.getObject(
                      request -> {
                        request.bucket(address.bucket).key(address.key).range(range);
                        if (!version.isEmpty()) {
                          request.ifMatch(version);
                        }
                      }));
      int done = 0;
      try (body) {
        arrived.accept(0);
        while (done < length) {
          int count = body.read(buffer, 0, Math.min(buffer.length, length - done));
          if (count < 0) {
            return done;
          }
          Memory.copy(buffer, 0, target + done, count);
          done += count;
          arrived.accept(done);
        }
        return done;
      } catch (IOException e) {
        if (done == length) {
          return done;
        }
        throw new BrokenBody(done, e);
      } catch (SdkException e) {
        throw new BrokenBody(done, new IOException(e));
      }
    }

    @Override
    public void close() {}
  }
}
