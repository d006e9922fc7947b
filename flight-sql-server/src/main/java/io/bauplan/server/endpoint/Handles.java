package io.bauplan.server.endpoint;

import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import com.google.protobuf.ByteString;
import io.bauplan.server.auth.Credentials;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.apache.arrow.flight.FlightProducer.CallContext;

/// Tickets and prepared statements by handles that cannot be guessed, and what runs under them.
/// Clients forget to close statements: what nobody touched for an hour goes.
final class Handles {
  private static final int MAX_HANDLES = 20_000;
  private static final Duration IDLE = Duration.ofHours(1);

  private final Cache<String, StatementHandle> handles =
      CacheBuilder.newBuilder().maximumSize(MAX_HANDLES).expireAfterAccess(IDLE).build();
  private final ConcurrentMap<String, Runnable> running = new ConcurrentHashMap<>();

  ByteString add(StatementHandle handle) {
    String key = Credentials.newToken();
    handles.put(key, handle);
    return ByteString.copyFromUtf8(key);
  }

  /// The statement behind a handle, for the principal that made it.
  StatementHandle get(ByteString handle, CallContext context) {
    StatementHandle found = handles.getIfPresent(key(handle));
    if (found == null || !isOwner(found, context)) {
      throw new EngineException(
          ErrorCode.INVALID_ARGUMENT,
          "the statement handle is not known: it was closed, or not used for an hour");
    }
    return found;
  }

  private static boolean isOwner(StatementHandle handle, CallContext context) {
    String peer = context.peerIdentity();
    return peer == null
        || peer.isEmpty()
        || peer.equals(handle.session().state().principal().name());
  }

  void remove(ByteString handle) {
    handles.invalidate(key(handle));
  }

  /// Names what `cancel` does while a statement runs.
  void started(ByteString handle, Runnable cancel) {
    running.put(key(handle), cancel);
  }

  void ended(ByteString handle) {
    running.remove(key(handle));
  }

  /// False where nothing runs under the handle.
  boolean cancel(ByteString handle) {
    Runnable cancel = running.get(key(handle));
    if (cancel != null) {
      cancel.run();
    }
    return cancel != null;
  }

  int runningCount() {
    return running.size();
  }

  void cancelAll() {
    running.values().forEach(Runnable::run);
  }

  private static String key(ByteString handle) {
    return handle.toString(StandardCharsets.UTF_8);
  }
}
