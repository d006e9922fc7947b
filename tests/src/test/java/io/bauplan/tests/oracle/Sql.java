package io.bauplan.tests.oracle;

import java.util.ArrayList;
import java.util.List;

/// A piece of a random statement in both dialects, as a tree so that it can be made smaller.
///
/// @param slot what may stand in its place: pieces of the same slot may replace each other,
///     `OPTIONAL` ones may be left out, `FIXED` ones stay
/// @param mine our text; `{0}`, `{1}`, ... are the parts
/// @param oracle the oracle's
record Sql(String slot, String mine, String oracle, List<Sql> parts) {
  static final String FIXED = "";
  static final String OPTIONAL = "optional";
  static final Sql NOTHING = new Sql(OPTIONAL, "", "", List.of());

  Sql {
    parts = List.copyOf(parts);
  }

  /// The same text for both.
  static Sql of(String slot, String both, Sql... parts) {
    return new Sql(slot, both, both, List.of(parts));
  }

  static Sql fixed(String both, Sql... parts) {
    return of(FIXED, both, parts);
  }

  static Sql optional(String both, Sql... parts) {
    return of(OPTIONAL, both, parts);
  }

  /// Parts with something between them.
  static Sql joined(String between, List<Sql> parts) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < parts.size(); i++) {
      text.append(i == 0 ? "" : between).append('{').append(i).append('}');
    }
    return new Sql(FIXED, text.toString(), text.toString(), parts);
  }

  String ours() {
    return render(true);
  }

  String theirs() {
    return render(false);
  }

  private String render(boolean us) {
    String template = us ? mine : oracle;
    if (parts.isEmpty()) {
      return template;
    }
    StringBuilder text = new StringBuilder();
    int at = 0;
    while (at < template.length()) {
      int open = template.indexOf('{', at);
      int close = open < 0 ? -1 : template.indexOf('}', open);
      if (close < 0) {
        break;
      }
      text.append(template, at, open);
      String inside = template.substring(open + 1, close);
      if (inside.matches("\\d+")) {
        text.append(parts.get(Integer.parseInt(inside)).render(us));
        at = close + 1;
      } else {
        text.append('{');
        at = open + 1;
      }
    }
    return text.append(template, at, template.length()).toString();
  }

  int size() {
    int size = 1;
    for (Sql part : parts) {
      size += part.size();
    }
    return size;
  }

  /// The tree with one part replaced.
  Sql withPart(int index, Sql part) {
    List<Sql> changed = new ArrayList<>(parts);
    changed.set(index, part);
    return new Sql(slot, mine, oracle, changed);
  }

  /// Every tree that is this one with one piece left out or replaced by a smaller one of its slot.
  List<Sql> smaller() {
    List<Sql> all = new ArrayList<>();
    if (slot.equals(OPTIONAL) && !mine.isEmpty()) {
      all.add(NOTHING);
    }
    if (!slot.equals(FIXED) && !slot.equals(OPTIONAL)) {
      inside(slot, all);
    }
    for (int i = 0; i < parts.size(); i++) {
      for (Sql part : parts.get(i).smaller()) {
        all.add(withPart(i, part));
      }
    }
    return all;
  }

  private void inside(String wanted, List<Sql> found) {
    for (Sql part : parts) {
      if (part.slot.equals(wanted)) {
        found.add(part);
      } else {
        part.inside(wanted, found);
      }
    }
  }
}
