package io.bauplan.sql.project;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The models of a project and who reads whom. The order comes from the inputs alone, whatever the
/// order in the files; names match case-insensitively.
public final class PipelineDag {
  private final List<Model> ordered;
  private final Map<String, Model> byName;

  private PipelineDag(List<Model> ordered, Map<String, Model> byName) {
    this.ordered = List.copyOf(ordered);
    this.byName = byName;
  }

  /// @throws EngineException `PROJECT_INVALID` for two models of one name or a cycle, naming both
  ///     places
  public static PipelineDag of(List<Model> models) {
    Map<String, Model> byName = new LinkedHashMap<>();
    for (Model model : models) {
      Model other = byName.putIfAbsent(key(model.name()), model);
      if (other != null) {
        throw new EngineException(
            ErrorCode.PROJECT_INVALID,
            "two models are named \""
                + model.name()
                + "\": at "
                + place(other)
                + " and at "
                + place(model),
            model.position(),
            "rename one of them",
            null);
      }
    }
    return new PipelineDag(new Sorter(byName).sort(), byName);
  }

  /// Parents before children, otherwise in the order of the files.
  public List<Model> ordered() {
    return ordered;
  }

  public Optional<Model> find(String name) {
    return Optional.ofNullable(byName.get(key(name)));
  }

  /// The models that `model` reads, without the tables.
  public List<Model> parents(Model model) {
    Set<Model> parents = new LinkedHashSet<>();
    for (String read : model.reads()) {
      Model parent = byName.get(key(read));
      if (parent != null && parent != model) {
        parents.add(parent);
      }
    }
    return List.copyOf(parents);
  }

  /// The models that read `model`.
  public List<Model> children(Model model) {
    return ordered.stream().filter(other -> parents(other).contains(model)).toList();
  }

  private static String key(String name) {
    return name.toLowerCase(Locale.ROOT);
  }

  private static String place(Model model) {
    return model.position().source() + ":" + model.position().line();
  }

  /// Depth-first topological sort that reports the first cycle it meets.
  private static final class Sorter {
    private final Map<String, Model> byName;
    private final Map<Model, State> states = new HashMap<>();
    private final List<Model> sorted = new ArrayList<>();
    private final List<Model> path = new ArrayList<>();

    enum State {
      OPEN,
      DONE
    }

    Sorter(Map<String, Model> byName) {
      this.byName = byName;
    }

    List<Model> sort() {
      byName.values().forEach(this::visit);
      return sorted;
    }

    private void visit(Model model) {
      State state = states.get(model);
      if (state == State.DONE) {
        return;
      }
      if (state == State.OPEN) {
        throw cycle(model);
      }
      states.put(model, State.OPEN);
      path.add(model);
      for (String read : model.reads()) {
        Model parent = byName.get(key(read));
        // A SQL model that reads a table of its own name reads the table: the usual way to append.
        if (parent != null && !(parent == model && model instanceof Model.Sql)) {
          visit(parent);
        }
      }
      path.remove(path.size() - 1);
      states.put(model, State.DONE);
      sorted.add(model);
    }

    private EngineException cycle(Model again) {
      List<Model> loop = path.subList(path.indexOf(again), path.size());
      StringBuilder text = new StringBuilder("the models read each other in a circle: ");
      for (Model model : loop) {
        text.append(model.name()).append(" (").append(place(model)).append(") reads ");
      }
      // Each model of the path reads the next one; the last reads the first.
      text.append(again.name());
      return new EngineException(
          ErrorCode.PROJECT_INVALID,
          text.toString(),
          again.position(),
          "break the circle: a model may only read tables and earlier models",
          null);
    }
  }
}
