/// What `EXPLAIN` shows: plans as trees of text and figures, and their four forms (text, JSON,
/// Graphviz, SVG). The JSON is described in `docs/explain.md`.
@NullMarked
package io.bauplan.sql.explain;

import org.jspecify.annotations.NullMarked;
