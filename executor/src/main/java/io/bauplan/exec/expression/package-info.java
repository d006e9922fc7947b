/// Expressions, compiled once per query and thread into trees of whole-vector kernels.
///
/// Kernels work on [Register]s, heap arrays that a compiled expression owns and overwrites with
/// each batch. Values stand at the position of their row in the batch; only positions that were
/// asked for are defined.
@NullMarked
package io.bauplan.exec.expression;

import org.jspecify.annotations.NullMarked;
