package io.bauplan.sql.explain;

import io.bauplan.sql.explain.Explanation.Part;
import java.util.ArrayList;
import java.util.List;

/// Plans as a picture: boxes, the result at the top, inputs below. Each plan stands below the one
/// before it.
final class ExplainSvg {
  private static final int LINE = 15;
  private static final int CHAR = 7;
  private static final int PADDING = 8;
  private static final int GAP = 24;

  private final StringBuilder out = new StringBuilder();
  private int width = 2 * GAP;

  private ExplainSvg() {}

  /// A box with its place. The tree below it spans `span` pixels.
  private record Box(List<String> lines, List<Box> inputs, int width, int height, int span) {}

  static String text(Explanation explanation) {
    ExplainSvg svg = new ExplainSvg();
    int y = GAP;
    for (Part part : explanation.parts()) {
      y = svg.part(part, y) + GAP;
    }
    return """
        <svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d">
        <style>text{font:12px monospace;white-space:pre}.t{font-weight:bold}\
        rect{fill:#f6f8fa;stroke:#57606a;rx:4px}line{stroke:#57606a}</style>
        %s</svg>
        """
        .formatted(svg.width, y, svg.width, y, svg.out);
  }

  private int part(Part part, int top) {
    int y = top;
    String title = ExplainText.title(part);
    if (!title.isEmpty()) {
      for (String line : Wrapping.lines(title)) {
        write(GAP, y, line, true);
        y += LINE;
      }
      y += LINE / 2;
    }
    if (part.root().isPresent()) {
      ExplainNode root = part.root().get();
      Box box = box(root, ExplainText.nanos(root));
      y = draw(box, GAP, y);
    }
    if (part.totals().isPresent()) {
      y += LINE;
      write(GAP, y, "Total: " + Figures.millis(part.totals().get().nanos()), false);
      y += LINE;
    }
    return y;
  }

  private static Box box(ExplainNode node, long totalNanos) {
    List<String> lines = new ArrayList<>();
    lines.add(node.operator());
    lines.addAll(Wrapping.lines(node.description()));
    for (String figure : Figures.lines(node, totalNanos)) {
      lines.addAll(Wrapping.lines(figure));
    }
    int widest =
        lines.stream().mapToInt(line -> line.codePointCount(0, line.length())).max().orElse(0);
    int width = widest * CHAR + 2 * PADDING;
    List<Box> inputs = new ArrayList<>();
    int below = -GAP;
    for (ExplainNode input : node.inputs()) {
      Box box = box(input, totalNanos);
      inputs.add(box);
      below += box.span + GAP;
    }
    int height = lines.size() * LINE + 2 * PADDING;
    return new Box(lines, inputs, width, height, Math.max(width, below));
  }

  /// Draws a tree in the strip that begins at `left`; returns where it ends below.
  private int draw(Box box, int left, int top) {
    int x = left + (box.span - box.width) / 2;
    out.append(
        "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"/>\n"
            .formatted(x, top, box.width, box.height));
    for (int i = 0; i < box.lines.size(); i++) {
      write(x + PADDING, top + PADDING + i * LINE, box.lines.get(i), i == 0);
    }
    width = Math.max(width, left + box.span + GAP);
    int bottom = top + box.height;
    int inputTop = bottom + GAP;
    int inputsWidth = box.inputs.stream().mapToInt(input -> input.span + GAP).sum() - GAP;
    int at = left + (box.span - inputsWidth) / 2;
    for (Box input : box.inputs) {
      out.append(
          "<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/>\n"
              .formatted(at + input.span / 2, inputTop, left + box.span / 2, top + box.height));
      bottom = Math.max(bottom, draw(input, at, inputTop));
      at += input.span + GAP;
    }
    return bottom;
  }

  private void write(int x, int y, String text, boolean bold) {
    width = Math.max(width, x + text.length() * CHAR + GAP);
    out.append("<text x=\"%d\" y=\"%d\"%s>".formatted(x, y + LINE - 4, bold ? " class=\"t\"" : ""));
    out.append(
        text.replace("&", "&amp;")
            .replace("<", "&lt;")
            .replace(">", "&gt;")
            .replaceAll("[\\p{Cntrl}\\uFFFE\\uFFFF]", " "));
    out.append("</text>\n");
  }
}
