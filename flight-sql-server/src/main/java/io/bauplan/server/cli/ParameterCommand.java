package io.bauplan.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.bauplan.server.cli.render.JsonRows;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "parameter",
    description = "Parameters of a project.",
    subcommands = ParameterCommand.Ls.class)
final class ParameterCommand extends CommandGroup {

  @Command(name = "ls", description = "List the parameters that a project declares.")
  static final class Ls implements Callable<Integer> {
    @Spec CommandSpec spec;

    @Option(
        names = {"-p", "--project-dir"},
        paramLabel = "DIR",
        description = "The project")
    Path project = Path.of("");

    @Override
    public Integer call() {
      BauplanCommand root = (BauplanCommand) spec.root().userObject();
      ArrayNode rows = EngineCommand.JSON.createArrayNode();
      for (var declared : declared().properties()) {
        JsonNode value = declared.getValue();
        boolean secret = value.path("type").asText().equals("secret");
        rows.addObject()
            .put("name", declared.getKey())
            .put("type", value.path("type").asText("str"))
            .put(
                "default",
                secret || !value.hasNonNull("default") ? null : value.path("default").asText())
            .put("required", value.path("required").asBoolean(false))
            .put("description", value.path("description").asText(""));
      }
      boolean json = root.options.output == GlobalOptions.Output.json;
      root.console.print(
          json
              ? rows + "\n"
              : JsonRows.table(
                  rows,
                  List.of("name", "type", "default", "required", "description"),
                  root.console.columns()));
      return BauplanCommand.OK;
    }

    private JsonNode declared() {
      for (String name : List.of("bauplan_project.yml", "bauplan_project.yaml")) {
        Path file = project.toAbsolutePath().resolve(name);
        if (Files.isRegularFile(file)) {
          try {
            return new YAMLMapper().readTree(file.toFile()).path("parameters");
          } catch (IOException e) {
            throw EngineCommand.invalid(file + " cannot be read: " + e.getMessage());
          }
        }
      }
      throw EngineCommand.invalid("there is no bauplan_project.yml in " + project.toAbsolutePath());
    }
  }
}
