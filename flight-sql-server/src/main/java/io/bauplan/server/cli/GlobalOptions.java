package io.bauplan.server.cli;

import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.server.config.Profile;
import io.bauplan.server.config.ProjectFolder;
import io.bauplan.server.config.Version;
import io.bauplan.server.connection.Connections;
import io.bauplan.server.connection.EngineConnection;
import io.bauplan.server.connection.RemoteConnection;
import io.bauplan.server.connection.ServerAddress;
import io.bauplan.sql.catalog.Catalog;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.session.ByteSize;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/// Options that stand before or after any subcommand, and the connection they describe.
final class GlobalOptions {
  enum Output {
    tty,
    json
  }

  @Option(
      names = "--warehouse",
      paramLabel = "DIR",
      scope = ScopeType.INHERIT,
      description = "Folder of the catalog and the data (default: .bauplan of the project)")
  @Nullable Path warehouse;

  @Option(
      names = "--catalog",
      paramLabel = "URL",
      scope = ScopeType.INHERIT,
      description = "A Nessie server to use instead of the embedded catalog")
  @Nullable String catalog;

  @Option(
      names = "--data",
      paramLabel = "LOCATION",
      scope = ScopeType.INHERIT,
      description = "Where tables' files go: a folder or s3://bucket/prefix")
  @Nullable String data;

  @Option(
      names = "--memory-limit",
      paramLabel = "SIZE",
      scope = ScopeType.INHERIT,
      description =
          "Memory of all queries together, such as 2GB (default: BAUPLAN_MEMORY_LIMIT, else half of"
              + " the machine's or the container's)")
  @Nullable String memoryLimit;

  @Option(
      names = "--spill-folder",
      paramLabel = "DIR",
      scope = ScopeType.INHERIT,
      description =
          "Where queries put what has no room in memory (default: BAUPLAN_SPILL_FOLDER, else spill"
              + " in the warehouse)")
  @Nullable String spillFolder;

  @Option(
      names = "--spill-limit",
      paramLabel = "SIZE",
      scope = ScopeType.INHERIT,
      description = "Most that they put there (default: BAUPLAN_SPILL_LIMIT, else 100GB)")
  @Nullable String spillLimit;

  @Option(
      names = "--server",
      paramLabel = "ADDRESS",
      scope = ScopeType.INHERIT,
      description = "A bauplan server to use instead of a warehouse: grpc://host:port")
  @Nullable String server;

  @Option(
      names = {"-O", "--output"},
      paramLabel = "tty|json",
      scope = ScopeType.INHERIT,
      defaultValue = "tty",
      description = "How to print results: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE})")
  Output output = Output.tty;

  @Option(
      names = {"-P", "--profile"},
      paramLabel = "NAME",
      scope = ScopeType.INHERIT,
      description = "Profile of ~/.bauplan/config.yml")
  @Nullable String profile;

  @Option(
      names = "--client-timeout",
      paramLabel = "SECONDS",
      scope = ScopeType.INHERIT,
      description = "Give up after this time")
  @Nullable Integer clientTimeoutSeconds;

  @Option(
      names = {"-v", "--verbose"},
      scope = ScopeType.INHERIT,
      description = "Show what happens inside, and stack traces")
  boolean verbose;

  Profile profile() {
    return Profile.load(
        Optional.ofNullable(profile), System.getenv(), Path.of(System.getProperty("user.home")));
  }

  Path warehousePath() {
    return warehousePath(profile());
  }

  private Path warehousePath(Profile loaded) {
    Path chosen =
        warehouse != null
            ? warehouse
            : loaded
                .warehouse()
                .map(Path::of)
                .orElseGet(() -> ProjectFolder.warehouse(Path.of("")));
    return chosen.toAbsolutePath().normalize();
  }

  EngineConfig engineConfig() {
    Profile loaded = profile();
    EngineConfig local = EngineConfig.of(warehousePath(loaded));
    EngineConfig config = limited(data == null ? local : local.withDataLocation(data));
    Optional<String> url = Optional.ofNullable(catalog).or(loaded::catalog);
    try {
      return url.isPresent()
          ? config.withCatalog(URI.create(url.get()), config.dataLocation())
          : config;
    } catch (IllegalArgumentException e) {
      throw new EngineException(
          ErrorCode.INVALID_ARGUMENT, "\"" + url.orElse("") + "\" is not a URL", e);
    }
  }

  private EngineConfig limited(EngineConfig config) {
    EngineConfig limited =
        given(memoryLimit, "BAUPLAN_MEMORY_LIMIT")
            .map(size -> config.withMemory(ByteSize.parse("--memory-limit", size)))
            .orElse(config);
    Path folder =
        given(spillFolder, "BAUPLAN_SPILL_FOLDER")
            .map(path -> Path.of(path).toAbsolutePath().normalize())
            .orElse(limited.spillFolder());
    long bytes =
        given(spillLimit, "BAUPLAN_SPILL_LIMIT")
            .map(size -> ByteSize.parse("--spill-limit", size))
            .orElse(limited.spillBytes());
    return limited.withSpill(folder, bytes);
  }

  private static Optional<String> given(@Nullable String option, String variable) {
    return Optional.ofNullable(option)
        .or(() -> Optional.ofNullable(System.getenv(variable)).filter(text -> !text.isBlank()));
  }

  /// Opens the connection the options describe.
  ///
  /// @param reference option of the command; null = the branch checked out, else `main`
  EngineConnection connect(@Nullable String reference, @Nullable String namespace) {
    Profile loaded = profile();
    String inNamespace = namespace == null ? Catalog.DEFAULT_NAMESPACE : namespace;
    Optional<String> endpoint =
        Optional.ofNullable(server)
            .or(() -> warehouse == null ? loaded.apiEndpoint() : Optional.empty());
    if (endpoint.isPresent()) {
      return new RemoteConnection(
          ServerAddress.parse(endpoint.get(), loaded.apiKey()),
          reference == null ? Catalog.DEFAULT_BRANCH : reference,
          inNamespace);
    }
    EngineConfig config = engineConfig();
    String at =
        reference != null
            ? reference
            : ProjectFolder.checkedOut(config.warehouse()).orElse(Catalog.DEFAULT_BRANCH);
    return Connections.open(config, new Connections.Start(at, inNamespace), Version.text());
  }
}
