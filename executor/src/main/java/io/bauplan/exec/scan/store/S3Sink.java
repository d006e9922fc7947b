package io.bauplan.exec.scan.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;

/// Spools to local disk, then uploads: small files in one request, large ones in parts side by
/// side, so that a part that fails is sent again alone. An object appears whole or not at all.
final class S3Sink implements FileSink {
  /// Up to here one request is quicker.
  private static final long MAX_SINGLE_BYTES = 32L << 20;

  private static final long PART_BYTES = 16L << 20;

  /// S3 takes 10,000.
  private static final long MAX_PARTS = 9_000;

  private final S3Client client;
  private final FetchPool pool;
  private final String location;
  private final Path spool;
  private final FileChannel channel;
  private long position;

  private S3Sink(
      S3Client client, FetchPool pool, String location, Path spool, FileChannel channel) {
    this.client = client;
    this.pool = pool;
    this.location = location;
    this.spool = spool;
    this.channel = channel;
  }

  /// Borrows the client and the pool.
  static S3Sink open(S3Client client, FetchPool pool, String location) {
    try {
      Path spool = Files.createTempFile("bauplan-upload-", ".tmp");
      try {
        return new S3Sink(
            client, pool, location, spool, FileChannel.open(spool, StandardOpenOption.WRITE));
      } catch (IOException e) {
        Files.deleteIfExists(spool);
        throw e;
      }
    } catch (IOException e) {
      throw LocalStore.failure("write", location, e);
    }
  }

  @Override
  public String location() {
    return location;
  }

  @Override
  public long position() {
    return position;
  }

  @Override
  public void write(ByteBuffer bytes) {
    try {
      while (bytes.hasRemaining()) {
        position += channel.write(bytes);
      }
    } catch (IOException e) {
      throw LocalStore.failure("write", spool.toString(), e);
    }
  }

  @Override
  public void finish() {
    S3Store.Address address = S3Store.Address.of(location);
    try {
      channel.close();
    } catch (IOException e) {
      throw LocalStore.failure("write", spool.toString(), e);
    }
    if (position > MAX_SINGLE_BYTES) {
      uploadParts(address);
    } else {
      S3Store.call(
          location,
          () ->
              client.putObject(
                  b -> b.bucket(address.bucket()).key(address.key()), RequestBody.fromFile(spool)));
    }
  }

  private void uploadParts(S3Store.Address address) {
    String upload =
        S3Store.call(
            location,
            () ->
                client
                    .createMultipartUpload(b -> b.bucket(address.bucket()).key(address.key()))
                    .uploadId());
    long size = Math.max(PART_BYTES, position / MAX_PARTS + 1);
    int count = Math.toIntExact((position + size - 1) / size);
    List<CompletedPart> parts =
        new ArrayList<>(Collections.nCopies(count, CompletedPart.builder().build()));
    List<Runnable> uploads = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int part = i;
      uploads.add(
          () ->
              parts.set(
                  part,
                  upload(
                      address, upload, part, part * size, Math.min(size, position - part * size))));
    }
    try {
      pool.all(uploads);
      S3Store.call(
          location,
          () ->
              client.completeMultipartUpload(
                  b ->
                      b.bucket(address.bucket())
                          .key(address.key())
                          .uploadId(upload)
                          .multipartUpload(all -> all.parts(parts))));
    } catch (RuntimeException | Error e) {
      try {
        client.abortMultipartUpload(
            b -> b.bucket(address.bucket()).key(address.key()).uploadId(upload));
      } catch (SdkException abort) {
        // The bucket's own rules remove what was begun and never ended.
        e.addSuppressed(abort);
      }
      throw e;
    }
  }

  private CompletedPart upload(
      S3Store.Address address, String upload, int part, long from, long length) {
    ContentStreamProvider content =
        ContentStreamProvider.fromInputStreamSupplier(
            () -> {
              try {
                FileChannel bytes = FileChannel.open(spool, StandardOpenOption.READ);
                return Channels.newInputStream(bytes.position(from));
              } catch (IOException e) {
                throw LocalStore.failure("read", spool.toString(), e);
              }
            });
    String tag =
        S3Store.call(
            location,
            () ->
                client
                    .uploadPart(
                        b ->
                            b.bucket(address.bucket())
                                .key(address.key())
                                .uploadId(upload)
                                .partNumber(part + 1)
                                .contentLength(length),
                        RequestBody.fromContentProvider(
                            content, length, "application/octet-stream"))
                    .eTag());
    return CompletedPart.builder().partNumber(part + 1).eTag(tag).build();
  }

  @Override
  public void close() {
    try {
      channel.close();
      Files.deleteIfExists(spool);
    } catch (IOException e) {
      throw LocalStore.failure("delete", spool.toString(), e);
    }
  }
}
