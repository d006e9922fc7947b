package io.bauplan.sql.catalog.nessie;

import io.bauplan.sql.catalog.Catalog;
import io.bauplan.sql.catalog.iceberg.WarehouseFileIO;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import java.net.URI;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import org.projectnessie.client.NessieClientBuilder;
import org.projectnessie.client.api.NessieApiV2;
import org.projectnessie.client.config.NessieClientConfigSources;

/// Opens catalogs. What comes back is the same code for both; the caller closes it.
public final class NessieCatalogs {
  private NessieCatalogs() {}

  /// The catalog of a warehouse folder, made where there is none: Nessie's store in `catalog/`,
  /// table files in `data/`. Fails with `WAREHOUSE_LOCKED` when another process has it open, with
  /// `WAREHOUSE_UNUSABLE` when the folder cannot be used.
  public static Catalog openEmbedded(Path warehouse) {
    return openEmbedded(warehouse, Optional.empty());
  }

  /// As above, with the table files elsewhere: a folder or `s3://bucket/prefix`.
  public static Catalog openEmbedded(Path warehouse, Optional<String> dataLocation) {
    Path folder = warehouse.toAbsolutePath().normalize();
    EmbeddedNessie nessie = EmbeddedNessie.open(folder);
    String data = dataLocation.orElseGet(() -> folder.resolve("data").toString());
    return new NessieCatalog(
        new NessieStore(nessie.api(), new WarehouseFileIO(), withoutSlash(data)), nessie::close);
  }

  /// The catalog of a Nessie server (`http(s)://host:port/api/v2`). Authentication comes from
  /// Nessie's own settings (`nessie.authentication.*` system properties or
  /// `NESSIE_AUTHENTICATION_*` variables).
  ///
  /// @param dataLocation where new tables' files go
  public static Catalog openRemote(URI server, String dataLocation) {
    String scheme = server.getScheme() == null ? "" : server.getScheme().toLowerCase(Locale.ROOT);
    if (!scheme.equals("http") && !scheme.equals("https")) {
      throw new EngineException(
          ErrorCode.INVALID_ARGUMENT,
          "the catalog address \"" + server + "\" is not an http or https URL",
          null,
          "give the URL of Nessie's API, such as http://localhost:19120/api/v2",
          null);
    }
    NessieApiV2 api;
    try {
      api =
          NessieClientBuilder.createClientBuilder("HTTP", null)
              .fromSystemProperties()
              .withAuthenticationFromConfig(
                  NessieClientConfigSources.defaultConfigSources()::getValue)
              .withUri(apiAddress(server))
              .build(NessieApiV2.class);
      api.getConfig();
    } catch (RuntimeException e) {
      throw NessieErrors.unreachable(server, e);
    }
    return new NessieCatalog(
        new NessieStore(api, new WarehouseFileIO(), withoutSlash(dataLocation)), api::close);
  }

  /// A bare server address stands for its API.
  private static URI apiAddress(URI server) {
    String path = server.getPath();
    return path == null || path.isEmpty() || path.equals("/") ? server.resolve("/api/v2") : server;
  }

  private static String withoutSlash(String location) {
    return location.length() > 1 && location.endsWith("/")
        ? location.substring(0, location.length() - 1)
        : location;
  }
}
