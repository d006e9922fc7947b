package io.bauplan.sql.catalog;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.TableRef;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What the properties of a materialized view say: where its rows are kept, and what its query had
/// read when they were written. It is fresh wherever every one of those names still stands for the
/// same.
///
/// @param storageSnapshot the storage table's snapshot that holds the rows; later ones are not ours
public record MaterializedView(TableRef storage, long storageSnapshot, List<Input> inputs) {
  /// Snapshot of a view whose rows are yet to be written.
  public static final long NOT_WRITTEN = -2;

  /// Property of a storage table: the view that it belongs to.
  public static final String STORAGE_OF = "bauplan.materialized-view";

  /// What a view's name is followed by in the name of its storage table.
  public static final String STORAGE_SUFFIX = "__storage";

  private static final String STORAGE = "bauplan.storage-table";
  private static final String SNAPSHOT = "bauplan.storage-snapshot";
  private static final String INPUTS = "bauplan.inputs";
  private static final JsonMapper JSON = JsonMapper.builder().build();

  public MaterializedView {
    inputs = List.copyOf(inputs);
  }

  /// A name that the query looked up, and what stood there.
  ///
  /// @param state [EntryState]'s text; a name that was looked up in vain counts as well
  public record Input(TableRef name, String state) {}

  public static TableRef storageOf(TableRef view) {
    return new TableRef(view.namespace(), view.name() + STORAGE_SUFFIX);
  }

  public static boolean isMaterialized(CatalogEntry.View view) {
    return view.properties().containsKey(STORAGE);
  }

  public static Optional<MaterializedView> of(CatalogEntry.View view) {
    String storage = view.properties().get(STORAGE);
    String snapshot = view.properties().get(SNAPSHOT);
    String inputs = view.properties().get(INPUTS);
    if (storage == null || snapshot == null || inputs == null) {
      return Optional.empty();
    }
    try {
      List<Input> read = new ArrayList<>();
      for (JsonNode input : JSON.readTree(inputs)) {
        read.add(new Input(name(input.path("name")), input.path("state").asText()));
      }
      return Optional.of(
          new MaterializedView(name(JSON.readTree(storage)), Long.parseLong(snapshot), read));
    } catch (JsonProcessingException | NumberFormatException e) {
      throw new EngineException(
          ErrorCode.CATALOG_ERROR,
          "the properties of the materialized view " + view.name() + " are not readable",
          null,
          "make it anew with CREATE OR REPLACE MATERIALIZED VIEW",
          e);
    }
  }

  public MaterializedView withStorageSnapshot(long snapshot) {
    return new MaterializedView(storage, snapshot, inputs);
  }

  /// The view with these properties beside its others.
  public CatalogEntry.View on(CatalogEntry.View view) {
    Map<String, String> properties = new HashMap<>(view.properties());
    properties.put(STORAGE, json(storage).toString());
    properties.put(SNAPSHOT, Long.toString(storageSnapshot));
    ArrayNode all = JSON.createArrayNode();
    for (Input input : inputs) {
      ObjectNode node = all.addObject();
      node.set("name", json(input.name()));
      node.put("state", input.state());
    }
    properties.put(INPUTS, all.toString());
    return new CatalogEntry.View(
        view.name(), view.sql(), view.defaultNamespace(), view.columns(), properties);
  }

  private static ArrayNode json(TableRef name) {
    ArrayNode parts = JSON.createArrayNode();
    name.namespace().forEach(parts::add);
    return parts.add(name.name());
  }

  private static TableRef name(JsonNode parts) {
    List<String> names = new ArrayList<>();
    parts.forEach(part -> names.add(part.asText()));
    return new TableRef(names.subList(0, names.size() - 1), names.getLast());
  }
}
