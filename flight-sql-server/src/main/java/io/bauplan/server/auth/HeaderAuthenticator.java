package io.bauplan.server.auth;

import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import org.apache.arrow.flight.CallHeaders;
import org.apache.arrow.flight.CallStatus;
import org.apache.arrow.flight.auth2.CallHeaderAuthenticator;
import org.jspecify.annotations.Nullable;

/// Reads `authorization: Bearer <token>` or `Basic <user:password>` of every call. A Basic call is
/// answered with a bearer token for the calls that follow.
public final class HeaderAuthenticator implements CallHeaderAuthenticator {
  private static final int MAX_HEADER_CHARS = 4096;
  private static final int MAX_ISSUED_TOKENS = 10_000;
  private static final Duration TOKEN_IDLE = Duration.ofHours(12);

  private final Credentials credentials;
  private final Cache<String, String> issued =
      CacheBuilder.newBuilder()
          .maximumSize(MAX_ISSUED_TOKENS)
          .expireAfterAccess(TOKEN_IDLE)
          .build();

  public HeaderAuthenticator(Credentials credentials) {
    this.credentials = credentials;
  }

  @Override
  public AuthResult authenticate(CallHeaders headers) {
    String header = headers.get("authorization");
    if (header == null) {
      String anonymous =
          credentials
              .anonymous()
              .orElseThrow(
                  () -> refused("no credentials: send the header `authorization: Bearer <token>`"));
      return accepted(anonymous, null);
    }
    if (header.length() > MAX_HEADER_CHARS) {
      throw refused("the authorization header is too long");
    }
    int space = header.indexOf(' ');
    String scheme = space < 0 ? "" : header.substring(0, space);
    String value = header.substring(space + 1).strip();
    if (scheme.equalsIgnoreCase("bearer")) {
      return accepted(bearer(value).orElseThrow(() -> refused("the token is not valid")), null);
    }
    if (scheme.equalsIgnoreCase("basic")) {
      String user = basic(value).orElseThrow(() -> refused("wrong user or password"));
      String token = Credentials.newToken();
      issued.put(token, user);
      return accepted(user, token);
    }
    throw refused("authorization must be Bearer or Basic");
  }

  private Optional<String> bearer(String token) {
    return credentials.byToken(token).or(() -> Optional.ofNullable(issued.getIfPresent(token)));
  }

  private Optional<String> basic(String encoded) {
    String pair;
    try {
      pair = new String(Base64.getDecoder().decode(encoded), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
    int colon = pair.indexOf(':');
    return colon < 0
        ? Optional.empty()
        : credentials.byPassword(pair.substring(0, colon), pair.substring(colon + 1));
  }

  private static RuntimeException refused(String message) {
    return CallStatus.UNAUTHENTICATED.withDescription("[28000] " + message).toRuntimeException();
  }

  private static AuthResult accepted(String principal, @Nullable String token) {
    return new AuthResult() {
      @Override
      public String getPeerIdentity() {
        return principal;
      }

      @Override
      public void appendToOutgoingHeaders(CallHeaders outgoing) {
        if (token != null) {
          outgoing.insert("authorization", "Bearer " + token);
        }
      }
    };
  }
}
