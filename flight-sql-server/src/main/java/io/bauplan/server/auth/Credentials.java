package io.bauplan.server.auth;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;

/// What a server accepts. Comparisons take the same time for right and wrong secrets.
///
/// @param tokens bearer tokens and the name of the principal each stands for
/// @param passwords users and their passwords
/// @param anonymous principal of callers that bring nothing; empty = they are refused
public record Credentials(
    Map<String, String> tokens, Map<String, String> passwords, Optional<String> anonymous) {
  private static final int TOKEN_BYTES = 24;

  public Credentials {
    tokens = Map.copyOf(tokens);
    passwords = Map.copyOf(passwords);
  }

  /// One token for one principal.
  public static Credentials token(String token, String principal) {
    return new Credentials(Map.of(token, principal), Map.of(), Optional.empty());
  }

  /// A token that cannot be guessed, of characters that need no quoting anywhere.
  public static String newToken() {
    byte[] bytes = new byte[TOKEN_BYTES];
    new SecureRandom().nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /// The principal that a bearer token stands for.
  Optional<String> byToken(String presented) {
    String found = null;
    for (Map.Entry<String, String> token : tokens.entrySet()) {
      if (same(token.getKey(), presented)) {
        found = token.getValue();
      }
    }
    return Optional.ofNullable(found);
  }

  /// The user, if the password is right. A user with an API token may send it as the password.
  Optional<String> byPassword(String user, String password) {
    String expected = passwords.get(user);
    if (same(expected == null ? newToken() : expected, password)) {
      return Optional.of(user);
    }
    return byToken(password);
  }

  private static boolean same(String expected, String presented) {
    return MessageDigest.isEqual(
        expected.getBytes(StandardCharsets.UTF_8), presented.getBytes(StandardCharsets.UTF_8));
  }
}
