package io.bauplan.server.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bauplan.server.config.Version;
import io.bauplan.server.connection.EngineConnection;
import picocli.CommandLine.Command;

@Command(name = "info", description = "Show the warehouse, the engine and where it runs.")
final class InfoCommand extends EngineCommand {
  @Override
  int work(EngineConnection connection, Interrupts interrupts) {
    var rows = connection.catalog("info", arguments());
    ObjectNode row = (ObjectNode) rows.get(0);
    row.put("version", Version.text());
    row.put("engine", connection.place());
    row.put("reference", connection.reference());
    if (isJson()) {
      return show(rows);
    }
    row.properties()
        .forEach(
            field ->
                console()
                    .print(String.format("%-13s %s%n", field.getKey(), field.getValue().asText())));
    return BauplanCommand.OK;
  }
}
