package io.bauplan.server.cli;

import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.exec.engine.WarmUp;
import io.bauplan.server.auth.Credentials;
import io.bauplan.server.config.Version;
import io.bauplan.server.connection.HostedEngine;
import io.bauplan.server.connection.ServerAddress;
import io.bauplan.server.endpoint.EndpointConfig;
import io.bauplan.server.endpoint.SqlEndpoint;
import io.bauplan.sql.session.Principal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(name = "serve", description = "Serve the warehouse over Flight SQL until terminated.")
final class ServeCommand implements Callable<Integer> {
  @Spec CommandSpec spec;

  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      defaultValue = "127.0.0.1",
      description = "Address to listen on (default: ${DEFAULT-VALUE})")
  String host = "127.0.0.1";

  @Option(
      names = "--port",
      paramLabel = "PORT",
      defaultValue = "" + ServerAddress.DEFAULT_PORT,
      description = "Port; 0 = any free one (default: ${DEFAULT-VALUE})")
  int port;

  @Option(
      names = "--token",
      paramLabel = "TOKEN",
      description = "Token that clients send (default: BAUPLAN_TOKEN, else a new one)")
  @Nullable String token;

  @Option(names = "--user", paramLabel = "NAME", description = "User for clients with passwords")
  @Nullable String user;

  @Option(
      names = "--password",
      paramLabel = "PASSWORD",
      description = "The user's password (default: BAUPLAN_PASSWORD)")
  @Nullable String password;

  @Option(names = "--no-auth", description = "Accept everybody; only on an address of this machine")
  boolean noAuth;

  @Option(names = "--tls-cert", paramLabel = "FILE", description = "Certificate chain, PEM")
  @Nullable Path tlsCertificate;

  @Option(names = "--tls-key", paramLabel = "FILE", description = "Private key, PEM")
  @Nullable Path tlsKey;

  @Option(
      names = "--no-warm-up",
      description =
          "Run no generated queries in the background after the start, so that the first real ones"
              + " find compiled code (also BAUPLAN_WARM_UP=off)")
  boolean noWarmUp;

  private boolean madeToken;

  @Override
  public Integer call() throws Exception {
    BauplanCommand root = (BauplanCommand) spec.root().userObject();
    EngineConfig config = root.options.engineConfig();
    CountDownLatch stop = new CountDownLatch(1);
    CountDownLatch stopped = new CountDownLatch(1);
    Thread hook =
        new Thread(
            () -> {
              stop.countDown();
              awaitQuietly(stopped);
            },
            "terminate");
    Runtime.getRuntime().addShutdownHook(hook);
    Credentials credentials = credentials();
    try (HostedEngine engine =
            new HostedEngine(Engine.open(config), Version.text(), Duration.ZERO);
        SqlEndpoint endpoint =
            SqlEndpoint.start(
                engine.engine(),
                new EndpointConfig(host, port, credentials, tls(), Version.text()))) {
      announce(root.console, config, endpoint.port(), credentials);
      try (AutoCloseable warmUp = warmsUp() ? WarmUp.start(engine.engine()) : () -> {}) {
        stop.await();
      }
      root.console.say("stopping");
    } finally {
      stopped.countDown();
    }
    return BauplanCommand.OK;
  }

  private boolean warmsUp() {
    return !noWarmUp && !"off".equalsIgnoreCase(System.getenv("BAUPLAN_WARM_UP"));
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Credentials credentials() {
    Optional<String> given =
        Optional.ofNullable(token).or(() -> Optional.ofNullable(System.getenv("BAUPLAN_TOKEN")));
    String secret =
        password != null ? password : System.getenv().getOrDefault("BAUPLAN_PASSWORD", "");
    if (user != null && secret.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(), "--user needs --password or BAUPLAN_PASSWORD");
    }
    if (noAuth && !(host.equals("127.0.0.1") || host.equals("localhost") || host.equals("::1"))) {
      throw new ParameterException(
          spec.commandLine(), "--no-auth works only with --host 127.0.0.1");
    }
    madeToken = given.isEmpty() && user == null && !noAuth;
    Map<String, String> tokens =
        given.isPresent()
            ? Map.of(given.get(), Principal.LOCAL.name())
            : madeToken ? Map.of(Credentials.newToken(), Principal.LOCAL.name()) : Map.of();
    return new Credentials(
        tokens,
        user == null ? Map.of() : Map.of(user, secret),
        noAuth ? Optional.of(Principal.LOCAL.name()) : Optional.empty());
  }

  private Optional<EndpointConfig.Tls> tls() {
    if ((tlsCertificate == null) != (tlsKey == null)) {
      throw new ParameterException(spec.commandLine(), "TLS needs both --tls-cert and --tls-key");
    }
    return tlsCertificate == null || tlsKey == null
        ? Optional.empty()
        : Optional.of(new EndpointConfig.Tls(tlsCertificate, tlsKey));
  }

  private void announce(Console console, EngineConfig config, int boundPort, Credentials accepted) {
    String shown = host.equals("0.0.0.0") || host.equals("::") ? "localhost" : host;
    String address = shown + ":" + boundPort;
    String secret =
        madeToken ? accepted.tokens().keySet().iterator().next() : noAuth ? "" : "<token>";
    String scheme = tlsCertificate == null ? "grpc://" : "grpc+tls://";
    console.say("Serving " + config.warehouse() + " on " + address);
    if (user == null && !noAuth) {
      console.say("  token   " + (madeToken ? secret : "(as given)"));
      console.say("  JDBC    jdbc:bauplan://" + address + "?token=" + secret);
      console.say(
          "  CLI     BAUPLAN_API_KEY=" + secret + " bauplan --server " + scheme + address + " sql");
    } else if (user != null) {
      console.say("  JDBC    jdbc:bauplan://" + address + "?user=" + user + "&password=...");
    } else {
      console.say("  JDBC    jdbc:bauplan://" + address);
    }
    if (user == null) {
      String key = noAuth ? "" : ", api_key=\"" + secret + "\"";
      console.say(
          "  Python  import bauplan; c = bauplan.Client(api_endpoint=\""
              + scheme
              + address
              + "\""
              + key
              + ")");
    }
    console.say(
        "  ADBC    import adbc_driver_flightsql.dbapi as adbc; c = adbc.connect(\""
            + scheme
            + address
            + "\", autocommit=True"
            + adbcOptions(secret)
            + ")");
    console.say("Stop with Ctrl-C");
  }

  private String adbcOptions(String secret) {
    if (user != null) {
      return ", db_kwargs={\"username\": \"" + user + "\", \"password\": \"...\"}";
    }
    return noAuth
        ? ""
        : ", db_kwargs={\"adbc.flight.sql.authorization_header\": \"Bearer " + secret + "\"}";
  }
}
