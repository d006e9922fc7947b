/// Text to statements: Calcite's grammar for queries, ours for everything else. Nothing here knows
/// a catalog or a type.
@NullMarked
package io.bauplan.sql.parser;

import org.jspecify.annotations.NullMarked;
