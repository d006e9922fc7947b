/// Rows on local disk for operators whose state has no room in memory.
@NullMarked
package io.bauplan.exec.spill;

import org.jspecify.annotations.NullMarked;
