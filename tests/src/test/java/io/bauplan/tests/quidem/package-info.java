/// Calcite's Quidem scripts, run over this engine.
@NullMarked
package io.bauplan.tests.quidem;

import org.jspecify.annotations.NullMarked;
