package io.bauplan.server.endpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.run.RunBranches;
import io.bauplan.sql.catalog.Catalog;
import io.bauplan.sql.catalog.CatalogEntry;
import io.bauplan.sql.catalog.CatalogTable;
import io.bauplan.sql.catalog.Commit;
import io.bauplan.sql.catalog.CommitInfo;
import io.bauplan.sql.catalog.MergeOutcome;
import io.bauplan.sql.catalog.PinnedRef;
import io.bauplan.sql.catalog.RefKind;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.ScanColumn;
import io.bauplan.sql.plan.TableRef;
import io.bauplan.sql.session.Session;
import io.bauplan.udf.api.FunctionDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The catalog's operations by name, with JSON in and out: what the command line and the Python
/// client call. Every answer is an array of objects, so that every client shows it as a table.
///
/// | operation | arguments |
/// |---|---|
/// | `branches`, `tags` | - |
/// | `create_branch`, `create_tag` | `name`, `from` |
/// | `delete_branch`, `delete_tag` | `name` |
/// | `rename_branch`, `rename_tag` | `name`, `to` |
/// | `reference` | `name` |
/// | `merge` | `source`, `into`, `message` |
/// | `diff` | `from`, `to` |
/// | `commits` | `reference`, `limit` |
/// | `namespaces`, `create_namespace`, `delete_namespace` | `reference`; `name`, `branch` |
/// | `tables`, `functions` | `reference`, `namespace` |
/// | `table`, `function` | `reference`, `name` |
/// | `delete_table` | `branch`, `name` |
/// | `info` | - |
///
/// [JobOperations] has those of jobs.
public final class CatalogOperations {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MAX_COMMITS = 10_000;
  private static final int DEFAULT_COMMITS = 25;

  private final Engine engine;
  private final Catalog catalog;
  private final JobOperations jobs;

  public CatalogOperations(Engine engine) {
    this.engine = engine;
    this.catalog = engine.catalog();
    this.jobs = new JobOperations(engine);
  }

  JsonNode call(ServerSession session, String operation, JsonNode arguments) {
    return call(session.state(), operation, arguments);
  }

  /// @throws EngineException also for unknown operations and missing arguments
  public ArrayNode call(Session session, String operation, JsonNode arguments) {
    Arguments given = new Arguments(operation, arguments, session);
    return switch (operation) {
      case "branches" -> references(RefKind.BRANCH, session);
      case "tags" -> references(RefKind.TAG, session);
      case "reference" -> one(referenceRow(catalog.resolve(given.text("name")), session));
      case "create_branch" ->
          one(
              referenceRow(
                  catalog.createBranch(
                      given.text("name"), catalog.resolve(given.reference("from"))),
                  session));
      case "create_tag" ->
          one(
              referenceRow(
                  catalog.createTag(given.text("name"), catalog.resolve(given.reference("from"))),
                  session));
      case "delete_branch" -> delete(RefKind.BRANCH, given);
      case "delete_tag" -> delete(RefKind.TAG, given);
      case "rename_branch" -> rename(RefKind.BRANCH, given, session);
      case "rename_tag" -> rename(RefKind.TAG, given, session);
      case "merge" -> merge(given);
      case "diff" -> diff(given);
      case "commits" -> commits(given);
      case "namespaces" -> namespaces(given);
      case "create_namespace" -> createNamespace(given);
      case "delete_namespace" -> deleteNamespace(given);
      case "tables" -> tables(given);
      case "functions" -> functions(given);
      case "table" -> table(given);
      case "function" -> function(given);
      case "delete_table" -> deleteTable(given);
      case "info" -> info();
      default ->
          jobs.call(session, operation, arguments)
              .orElseThrow(
                  () ->
                      new EngineException(
                          ErrorCode.INVALID_ARGUMENT,
                          "there is no catalog operation \"" + operation + "\""));
    };
  }

  private static ArrayNode one(ObjectNode row) {
    return JSON.createArrayNode().add(row);
  }

  private ArrayNode references(RefKind kind, Session session) {
    ArrayNode rows = JSON.createArrayNode();
    catalog.references().stream()
        .filter(reference -> reference.kind() == kind)
        .sorted((a, b) -> a.name().compareTo(b.name()))
        .forEach(reference -> rows.add(referenceRow(reference, session)));
    return rows;
  }

  private static ObjectNode referenceRow(PinnedRef reference, Session session) {
    return JSON.createObjectNode()
        .put("name", reference.name())
        .put("kind", reference.kind().name().toLowerCase(java.util.Locale.ROOT))
        .put("commit", reference.commit())
        .put("active", reference.name().equals(session.reference()));
  }

  private PinnedRef named(RefKind kind, String name) {
    PinnedRef found = catalog.resolve(name);
    if (found.kind() != kind) {
      throw new EngineException(
          ErrorCode.REF_NOT_FOUND,
          "\"" + name + "\" is not a " + kind.name().toLowerCase(java.util.Locale.ROOT));
    }
    return found;
  }

  private ArrayNode delete(RefKind kind, Arguments given) {
    String name = given.text("name");
    if (kind == RefKind.BRANCH && name.equals(Catalog.DEFAULT_BRANCH)) {
      throw new EngineException(
          ErrorCode.INVALID_ARGUMENT, "the branch \"" + name + "\" cannot be deleted");
    }
    catalog.deleteReference(named(kind, name));
    return one(JSON.createObjectNode().put("deleted", name));
  }

  private ArrayNode rename(RefKind kind, Arguments given, Session session) {
    PinnedRef old = named(kind, given.text("name"));
    String name = given.text("to");
    PinnedRef created =
        kind == RefKind.BRANCH ? catalog.createBranch(name, old) : catalog.createTag(name, old);
    catalog.deleteReference(old);
    return one(referenceRow(created, session));
  }

  private ArrayNode merge(Arguments given) {
    PinnedRef source = catalog.resolve(given.text("source"));
    RunBranches.requireMergeable(catalog, source);
    String into = given.text("into");
    String message =
        given.optional("message").orElse("Merge " + given.text("source") + " into " + into);
    MergeOutcome outcome =
        catalog.merge(
            source, into, new CommitInfo(given.session().principal().name(), message, Map.of()));
    return switch (outcome) {
      case MergeOutcome.Merged(PinnedRef target, boolean changed) ->
          one(
              JSON.createObjectNode()
                  .put("source", given.text("source"))
                  .put("into", into)
                  .put("commit", target.commit())
                  .put("changed", changed));
      case MergeOutcome.Conflict(List<TableRef> tables, String text) ->
          throw new EngineException(
              ErrorCode.COMMIT_CONFLICT,
              text
                  + (tables.isEmpty()
                      ? ""
                      : " (changed on both sides: "
                          + String.join(", ", tables.stream().map(TableRef::dotted).toList())
                          + ")"));
      case MergeOutcome.Unknown(String text) ->
          throw new EngineException(ErrorCode.COMMIT_STATE_UNKNOWN, text);
    };
  }

  private ArrayNode diff(Arguments given) {
    PinnedRef from = catalog.resolve(given.text("from"));
    PinnedRef to = catalog.resolve(given.reference("to"));
    ArrayNode rows = JSON.createArrayNode();
    for (TableRef changed : catalog.changedBetween(to, from)) {
      boolean here = catalog.find(from, changed).isPresent();
      boolean there = catalog.find(to, changed).isPresent();
      rows.add(
          JSON.createObjectNode()
              .put("name", changed.dotted())
              .put("change", here && there ? "changed" : here ? "added" : "removed"));
    }
    return rows;
  }

  private ArrayNode commits(Arguments given) {
    int limit = Math.min(MAX_COMMITS, given.number("limit", DEFAULT_COMMITS));
    ArrayNode rows = JSON.createArrayNode();
    for (Commit commit : catalog.log(catalog.resolve(given.reference("reference")), limit)) {
      ObjectNode row =
          JSON.createObjectNode()
              .put("commit", commit.id())
              .put("time", commit.time().toString())
              .put("author", commit.author())
              .put("message", commit.message());
      ObjectNode properties = row.putObject("properties");
      commit.properties().forEach(properties::put);
      rows.add(row);
    }
    return rows;
  }

  private ArrayNode namespaces(Arguments given) {
    ArrayNode rows = JSON.createArrayNode();
    catalog.namespaces(catalog.resolve(given.reference("reference"))).stream()
        .map(levels -> String.join(".", levels))
        .sorted()
        .forEach(name -> rows.addObject().put("namespace", name));
    return rows;
  }

  private ArrayNode createNamespace(Arguments given) {
    List<String> levels = List.of(given.text("name").split("\\."));
    catalog.createNamespace(
        given.reference("branch"),
        levels,
        given.commitInfo("Create namespace " + given.text("name")));
    return one(JSON.createObjectNode().put("namespace", given.text("name")));
  }

  private ArrayNode deleteNamespace(Arguments given) {
    List<String> levels = List.of(given.text("name").split("\\."));
    catalog.dropNamespace(
        given.reference("branch"),
        levels,
        given.commitInfo("Drop namespace " + given.text("name")));
    return one(JSON.createObjectNode().put("deleted", given.text("name")));
  }

  private List<Catalog.EntryName> entries(Arguments given) {
    PinnedRef at = catalog.resolve(given.reference("reference"));
    Optional<List<String>> namespace =
        given.optional("namespace").map(name -> List.of(name.split("\\.")));
    List<Catalog.EntryName> names = new ArrayList<>(catalog.list(at, namespace));
    names.sort((a, b) -> a.name().dotted().compareTo(b.name().dotted()));
    return names;
  }

  private ArrayNode tables(Arguments given) {
    PinnedRef at = catalog.resolve(given.reference("reference"));
    ArrayNode rows = JSON.createArrayNode();
    for (Catalog.EntryName entry : entries(given)) {
      switch (entry.kind()) {
        case FUNCTION -> {}
        case VIEW -> rows.add(tableRow(entry.name(), "VIEW").putNull("rows").putNull("bytes"));
        case TABLE -> {
          ObjectNode row = tableRow(entry.name(), "TABLE");
          Optional<CatalogTable> table = table(at, entry.name());
          putSize(row, table);
          rows.add(row);
        }
      }
    }
    return rows;
  }

  private static void putSize(ObjectNode row, Optional<CatalogTable> table) {
    row.putNull("rows").putNull("bytes");
    table.ifPresent(
        t -> {
          t.rowCount().ifPresent(rows -> row.put("rows", rows));
          t.sizeBytes().ifPresent(bytes -> row.put("bytes", bytes));
        });
  }

  private Optional<CatalogTable> table(PinnedRef at, TableRef name) {
    return catalog
        .find(at, name)
        .flatMap(
            entry ->
                entry instanceof CatalogEntry.Table(var table)
                    ? Optional.of(table)
                    : Optional.empty());
  }

  private static ObjectNode tableRow(TableRef name, String kind) {
    return JSON.createObjectNode()
        .put("namespace", String.join(".", name.namespace()))
        .put("name", name.name())
        .put("kind", kind);
  }

  private CatalogEntry entry(Arguments given) {
    PinnedRef at = catalog.resolve(given.reference("reference"));
    TableRef name = given.table("name");
    return catalog
        .find(at, name)
        .orElseThrow(
            () ->
                new EngineException(
                    ErrorCode.TABLE_NOT_FOUND,
                    "there is no table or view \"" + name.dotted() + "\" on " + at.name()));
  }

  private ArrayNode table(Arguments given) {
    CatalogEntry entry = entry(given);
    ObjectNode row = tableRow(entry.name(), entry instanceof CatalogEntry.View ? "VIEW" : "TABLE");
    switch (entry) {
      case CatalogEntry.Table(CatalogTable table) -> {
        putSize(row, Optional.of(table));
        row.put(
            "snapshot",
            table.currentSnapshotId() < 0 ? null : String.valueOf(table.currentSnapshotId()));
        row.put("location", table.location());
        row.put("metadata", table.metadataLocation());
        ArrayNode partitioning = row.putArray("partitioning");
        table.partitioning().forEach(field -> partitioning.add(String.valueOf(field)));
        columns(row, table.columns().stream().map(ScanColumn::column).toList());
      }
      case CatalogEntry.View view -> {
        row.put("sql", view.sql());
        columns(row, view.columns().columns());
      }
      case CatalogEntry.Function function ->
          throw new EngineException(
              ErrorCode.TABLE_NOT_FOUND,
              "\"" + function.name().dotted() + "\" is a function, not a table");
    }
    return one(row);
  }

  private static void columns(ObjectNode row, List<Column> columns) {
    ArrayNode array = row.putArray("columns");
    for (Column column : columns) {
      array
          .addObject()
          .put("name", column.name())
          .put("type", column.type().sql())
          .put("nullable", column.nullable());
    }
  }

  private ArrayNode functions(Arguments given) {
    PinnedRef at = catalog.resolve(given.reference("reference"));
    ArrayNode rows = JSON.createArrayNode();
    for (Catalog.EntryName entry : entries(given)) {
      if (entry.kind() == Catalog.EntryKind.FUNCTION) {
        Optional<CatalogEntry> found = catalog.find(at, entry.name());
        if (found.isPresent() && found.get() instanceof CatalogEntry.Function function) {
          rows.add(functionRow(function));
        }
      }
    }
    return rows;
  }

  private ArrayNode function(Arguments given) {
    if (entry(given) instanceof CatalogEntry.Function function) {
      ObjectNode row = functionRow(function);
      row.put("source", String.valueOf(function.definition().source()));
      return one(row);
    }
    throw new EngineException(
        ErrorCode.FUNCTION_NOT_FOUND, "there is no function \"" + given.text("name") + "\"");
  }

  private static ObjectNode functionRow(CatalogEntry.Function function) {
    FunctionDefinition definition = function.definition();
    return JSON.createObjectNode()
        .put("namespace", String.join(".", function.name().namespace()))
        .put("name", function.name().name())
        .put("language", definition.language().name())
        .put("handler", definition.handler())
        .put("parameters", definition.parameters().size());
  }

  private ArrayNode deleteTable(Arguments given) {
    String branch = given.reference("branch");
    PinnedRef at = catalog.resolve(branch);
    TableRef name = given.table("name");
    CatalogEntry entry =
        catalog
            .find(at, name)
            .orElseThrow(
                () ->
                    new EngineException(
                        ErrorCode.TABLE_NOT_FOUND,
                        "there is no table or view \"" + name.dotted() + "\" on " + at.name()));
    Catalog.EntryKind kind =
        switch (entry) {
          case CatalogEntry.Table ignored -> Catalog.EntryKind.TABLE;
          case CatalogEntry.View ignored -> Catalog.EntryKind.VIEW;
          case CatalogEntry.Function ignored -> Catalog.EntryKind.FUNCTION;
        };
    catalog.drop(branch, entry.name(), kind, given.commitInfo("Drop " + entry.name().dotted()));
    return one(JSON.createObjectNode().put("deleted", entry.name().dotted()));
  }

  private ArrayNode info() {
    var config = engine.config();
    return one(
        JSON.createObjectNode()
            .put("warehouse", config.warehouse().toString())
            .put("catalog", config.catalog().map(Object::toString).orElse("embedded"))
            .put("data", catalog.warehouseLocation())
            .put("threads", config.threads())
            .put("memory_bytes", config.memoryBytes())
            .put("pid", ProcessHandle.current().pid())
            .put("java", Runtime.version().toString()));
  }

  /// The arguments of one call, with its session's reference and namespace for those left out.
  private record Arguments(String operation, JsonNode node, Session session) {
    String text(String name) {
      return optional(name)
          .orElseThrow(
              () ->
                  new EngineException(
                      ErrorCode.INVALID_ARGUMENT,
                      operation + " needs the argument \"" + name + "\""));
    }

    Optional<String> optional(String name) {
      JsonNode value = node.path(name);
      return value.isValueNode() && !value.isNull() && !value.asText().isBlank()
          ? Optional.of(value.asText())
          : Optional.empty();
    }

    String reference(String name) {
      return optional(name).orElse(session.reference());
    }

    int number(String name, int otherwise) {
      int value = node.path(name).asInt(otherwise);
      return value <= 0 ? otherwise : value;
    }

    TableRef table(String name) {
      List<String> parts = List.of(text(name).split("\\."));
      return parts.size() == 1
          ? new TableRef(session.namespace(), parts.get(0))
          : new TableRef(parts.subList(0, parts.size() - 1), parts.get(parts.size() - 1));
    }

    CommitInfo commitInfo(String message) {
      return new CommitInfo(session.principal().name(), message, Map.of());
    }
  }
}
