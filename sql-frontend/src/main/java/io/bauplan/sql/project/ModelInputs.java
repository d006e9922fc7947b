package io.bauplan.sql.project;

import java.util.List;

/// The tables among a function's inputs.
final class ModelInputs {
  private ModelInputs() {}

  static List<String> tables(List<ModelInput> inputs) {
    return inputs.stream()
        .filter(ModelInput.Table.class::isInstance)
        .map(input -> ((ModelInput.Table) input).name())
        .toList();
  }
}
